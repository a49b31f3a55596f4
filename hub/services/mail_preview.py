"""An e-mail as a workspace would send it, with made-up people and things: to look at, to keep as a
file, to send to oneself. Nothing is stored, and nobody's record is read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from hub.contracts.capabilities import Capability
from hub.contracts.channel import ChannelReceipt, File, Message
from hub.contracts.manifest import PluginKind
from hub.kernel.errors import ConfigurationError, Refused
from hub.kernel.ids import new_id
from hub.mapping.compiled import CompiledMapping
from hub.mapping.loader import load_mapping
from hub.mapping.problems import unknown_word
from hub.services import mail_logo, mail_pages, mail_samples
from hub.services.house import beside, make_clock
from hub.services.mail_pages import Part
from hub.services.mail_words import OPEN_RECORD, in_language
from hub.services.moments import in_zone
from hub.services.news_words import NEWS, TO_CONTACTS
from hub.services.notifying import digest
from hub.services.own_words import NOTICES, hub_text, said, with_choice
from hub.services.study import Study
from hub.services.wordings import EMAIL, wording
from hub.settings import WorkspaceSettings, load_hub_settings, load_workspaces
from hub.settings.texts import TEXTS
from hub.settings.workspace import LANGUAGES

ASKING = {"send": "invite", "chase": "chase", "reminder": "reminder"}
DIGEST = "digest"
MOMENTS = (*ASKING, *NOTICES, DIGEST)
REFUSABLE = (*NEWS, *TO_CONTACTS, "remark", "answer")  # whose readers choose what to be told
ANY = "any"  # a kind without texts of its own
_SENDER = "preview@example.com"


@dataclass(frozen=True)
class Preview:
    """One e-mail. ``files`` are the pictures that its HTML shows."""

    sender: str
    to_name: str
    subject: str
    text: str
    html: str | None
    language: str
    files: tuple[File, ...] = ()

    def page(self) -> str:
        """Its HTML by itself: the pictures stand inside. Raises ``Refused`` where it has none."""
        if self.html is None:
            raise Refused("this e-mail is plain text: give the file another ending than .html")
        shown = self.html
        for one in self.files:
            data = base64.b64encode(one.content).decode()
            shown = shown.replace(f"cid:{one.shown_as}", f"data:{one.media_type};base64,{data}")
        return shown

    def message(self, at: datetime, sender: str = "") -> bytes:
        """As a mail program opens it (.eml)."""
        mail = EmailMessage(policy=default.clone(linesep="\r\n"))
        mail["From"] = Address(self.sender, addr_spec=sender or _SENDER)
        mail["To"] = Address(self.to_name, addr_spec="alice@example.com")
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(at)
        mail["X-Unsent"] = "1"
        mail.set_content(self.text)
        if self.html is not None:
            mail.add_alternative(self.html, subtype="html")
            page: Any = list(mail.iter_parts())[-1]
            for one in self.files:
                main, _, sub = one.media_type.partition("/")
                page.add_related(
                    one.content, maintype=main, subtype=sub, cid=f"<{one.shown_as}>",
                    filename=one.name, disposition="inline",
                )  # fmt: skip
        return mail.as_bytes()


@dataclass(frozen=True)
class Letters:
    """The e-mails of one workspace of a configuration folder. Its instances need not be set up."""

    workspace: WorkspaceSettings
    mappings: tuple[CompiledMapping, ...]
    public_url: str
    now: datetime

    def preview(self, kind: str, moment: str, language: str | None = None) -> Preview:
        """The e-mail of a moment for requests of a kind. Raises ``Refused`` for a word that is
        none, ``ConfigurationError`` where the workspace has no such text."""
        workspace = self.workspace
        given = language or workspace.language
        _check("moment", moment, MOMENTS)
        _check("language", given, LANGUAGES)
        _check("kind", kind, {ANY, *kinds(workspace, self.mappings)})
        values = self._values(given)
        if moment == DIGEST:
            return self._collected(given, kind, values)
        text, subject = _said(workspace, kind, moment, given, values)
        page = self._choice() if moment in REFUSABLE else ""
        whole = with_choice(text, given, page)
        made = Preview(workspace.name, values["name"], subject, whole, None, given)
        link = values["link"]
        if link not in text:
            return made
        of_kind = [one for one in self.mappings if one.request.kind == kind]
        shows = moment in ASKING and any(one.request.documents for one in of_kind)
        html = mail_pages.as_html(
            workspace, text, subject, link, about=ASKING.get(moment, moment), language=given,
            shows=values["title"] if shows else None, choose=page,
        )  # fmt: skip
        return replace(made, html=html, files=_pictures(workspace, shows))

    def _collected(self, language: str, kind: str, values: Mapping[str, Any]) -> Preview:
        """The mail that collects a day's news of two requests."""
        workspace = self.workspace
        alone = {**values, "link": ""}
        lines = [
            said(workspace, EMAIL, about, language, alone, kind)
            for about in ("opened", "downloaded", "remark", "completed")
        ]
        label = in_language(OPEN_RECORD, language)
        first = Part(tuple(lines[:3]), values["link"], label)
        parts = [first, Part(tuple(lines[3:]), values["link"], label)]
        made = digest.written(workspace, language, parts, self._choice())
        return Preview(
            workspace.name, values["name"], made["subject"], made["text"], made["html"], language,
            _pictures(workspace, False),
        )  # fmt: skip

    def _choice(self) -> str:
        return f"{self.public_url}/n/preview"

    def _values(self, language: str) -> dict[str, Any]:
        workspace = self.workspace
        return {
            "link": f"{self.public_url}/s/preview",
            "sender": workspace.name,
            "phone": workspace.phone,
            "name": in_language(mail_samples.NAME, language),
            "title": in_language(mail_samples.TITLE, language),
            "number": mail_samples.NUMBER,
            "reminder": 1,
            "code": mail_samples.CODE,
            "text": in_language(mail_samples.WORDS, language),
            "at": in_zone(self.now, workspace.zone),
        }


def open_letters(folder: Path, choose: Callable[[dict[str, str]], str]) -> Letters:
    """The e-mails of one workspace; ``choose`` says which, as for ``open_study``. Raises
    ``ConfigurationError`` with every problem of the files that are read."""
    settings = load_hub_settings(folder / "paraph.yaml")
    workspaces = load_workspaces(folder / "workspaces", environment=settings.environment)
    workspace = workspaces[choose({name: name for name in workspaces})]
    files = (beside(folder, "mappings") / f"{key}.yaml" for key in workspace.mappings)
    mappings = tuple(load_mapping(file, workspace.values) for file in files)
    public_url = settings.public_url.rstrip("/")
    return Letters(workspace, mappings, public_url, make_clock(settings).now())


def kinds(workspace: WorkspaceSettings, mappings: Collection[CompiledMapping]) -> set[str]:
    """Every kind of request that the workspace's mappings or texts know."""
    texts = (key.partition(".") for key in workspace.texts)
    return {one.request.kind for one in mappings} | {
        kind for name, _, kind in texts if kind and name in TEXTS
    }


def send_to(study: Study, made: Preview, to: str) -> tuple[str, ChannelReceipt]:
    """Send it to oneself by the workspace's first channel for e-mails: which one, and what it
    answered. Raises as channels do, and ``ConfigurationError`` where there is none."""
    now = study.clock.now()
    for key in study.workspace.instances:
        where = study.instance(key)
        manifest = study.registry.manifest(where)
        if manifest.kind is PluginKind.CHANNEL and manifest.can(Capability.EMAIL):
            message = Message(
                to=to, text=made.text, created_at=now, sender=made.sender, subject=made.subject,
                html=made.html, language=made.language, files=made.files,
            )  # fmt: skip
            with study.calling(key):
                return key, study.registry.channel(where).send(message, f"preview:{new_id()}")
    raise ConfigurationError("no instance of this workspace sends e-mails; add a channel for them")


def _said(
    workspace: WorkspaceSettings, kind: str, moment: str, language: str, values: Mapping[str, Any]
) -> tuple[str, str]:
    if moment not in ASKING:
        return hub_text(workspace, EMAIL, moment, language, values, kind)
    try:
        return wording(workspace, EMAIL, ASKING[moment], language, values, kind)
    except KeyError as error:
        key = str(error.args[0])
        raise ConfigurationError(
            f"{workspace.file}: the text '{key}' is missing; add it: {TEXTS[key].about}"
        ) from None


def _pictures(workspace: WorkspaceSettings, shows: bool) -> tuple[File, ...]:
    logo = mail_logo.logo_file(workspace.logo)
    first = mail_pages.PAGE
    page = File(f"{first}.png", "image/png", mail_samples.page(), shown_as=first) if shows else None
    return tuple(one for one in (logo, page) if one is not None)


def _check(what: str, word: str, known: Collection[str]) -> None:
    if word not in known:
        raise Refused(unknown_word(what, word, sorted(known)), code=f"unknown_{what}")
