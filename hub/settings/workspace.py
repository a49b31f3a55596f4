"""One organisation: ``config/workspaces/<key>.yaml`` with its name, texts, instances and
mappings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from marshmallow import fields, validate

from hub.contracts.settings import setting
from hub.kernel.errors import ConfigurationError
from hub.mapping.document import read_document
from hub.settings.blocks import Block, OperationsSettings, PortalSettings
from hub.settings.files import load, read_text, refused, resolve, where
from hub.settings.installation import ENVIRONMENTS
from hub.settings.instances import INSTANCE, InstanceSettings
from hub.settings.retrying import retry_problems
from hub.settings.texts import Texts, for_kind, text_problems

LANGUAGES = ("sv", "da", "nb", "fi", "ro", "fr", "de", "en")
_SECRET_NAME = re.compile(r"^[a-z][a-z0-9_-]{0,39}$")
# As ``hub.toolkit.signatures`` takes it: the base64 of 24 to 64 bytes.
_SECRET = re.compile(
    r"^whsec_(?:(?:[A-Za-z0-9+/]{4}){8,20}(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?"
    r"|(?:[A-Za-z0-9+/]{4}){21}(?:[A-Za-z0-9+/]{2}==)?)$"
)
_KEY = re.compile(r"^[a-z][a-z0-9_]{0,63}$")


@dataclass(frozen=True)
class WorkspaceSettings:
    """One organisation. ``texts``: key → language → text (requirement D2)."""

    key: str
    name: str
    sender: str  # text sender of SMS, 3 to 11 letters and digits
    phone: str
    email: str
    website: str
    address: str
    registration: str
    zone: str
    language: str
    accent: str | None
    logo: str | None
    texts: Mapping[str, Mapping[str, str]]
    instances: Mapping[str, InstanceSettings]
    mappings: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)  # those of this environment
    webhook_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    operations: OperationsSettings | None = None
    portal: PortalSettings | None = None
    file: str = field(default="", compare=False)

    @property
    def operations_email(self) -> str:
        """Who is told when a person must mend something; empty where nobody is named."""
        return self.operations.email if self.operations is not None else self.email

    def text(self, key: str, language: str, kind: str = "") -> str:
        """The text in ``language``, else in the workspace's own, else any. For requests of a
        ``kind`` that has one of its own (``terms.offer``), that one. Raises ``KeyError``."""
        by_language = for_kind(self.texts, key, kind)
        return (
            by_language.get(language)
            or by_language.get(self.language)
            or next(iter(by_language.values()))
        )


@dataclass(frozen=True, kw_only=True)
class WorkspaceFile:
    """The keys of a workspace file, as written."""

    name: str = setting(
        fields.String(validate=validate.Length(1, 200)),
        title="Name",
        help="Who is asking, as customers know it.",
    )
    sender: str = setting(
        fields.String(validate=validate.Regexp(r"^[A-Za-z][A-Za-z0-9]{2,10}$")),
        title="SMS sender",
        help="3 to 11 letters and digits, beginning with a letter.",
    )
    phone: str = setting(
        fields.String(), title="Phone", help="Shown on every page and in messages.", default=""
    )
    email: str = setting(fields.String(), title="E-mail", help="Shown on every page.", default="")
    website: str = setting(
        fields.String(), title="Website", help="Shown on every page.", default=""
    )
    address: str = setting(
        fields.String(validate=validate.Length(max=500)),
        title="Address",
        help="Stands on documents that the hub makes; one line below the other.",
        default="",
    )
    registration: str = setting(
        fields.String(validate=validate.Length(max=100)),
        title="Registration",
        help="The company's or VAT number, for documents that the hub makes.",
        default="",
    )
    zone: str = setting(
        fields.String(validate=validate.OneOf(available_timezones(), error="is no time zone")),
        title="Zone",
        help="Time zone for quiet hours and for every time that is shown, e.g. Europe/Stockholm.",
        default="Europe/Stockholm",
    )
    language: str = setting(
        fields.String(validate=validate.OneOf(LANGUAGES)),
        title="Language",
        help="sv, da, nb, fi, ro, fr, de or en; used where a customer has none.",
        default="sv",
    )
    accent: str | None = setting(
        fields.String(validate=validate.Regexp(r"^#[0-9a-fA-F]{6}$")),
        title="Accent",
        help="Colour of buttons on pages, e.g. #0b5c4a; used as far as contrast allows.",
        default=None,
    )
    operations: OperationsSettings | None = setting(
        Block(OperationsSettings),
        title="Operations",
        help="Who looks after the hub for this workspace: {email: …}. Else its e-mail.",
        default=None,
    )
    portal: PortalSettings | None = setting(
        Block(PortalSettings),
        title="Portal",
        help="Customers sign in and find all that is shared with them: {region: DK}. Else not.",
        default=None,
    )
    logo: str | None = setting(
        fields.String(), title="Logo", help="Path below /static, or a data: address.", default=None
    )
    texts: dict[str, dict[str, str]] = setting(
        Texts(fields.Dict(fields.String(validate=validate.OneOf(LANGUAGES)), fields.String())),
        title="Texts",
        help="Text key, then language: what customers read. May use {{ names }}.",
    )
    instances: dict[str, dict[str, Any]] = setting(
        fields.Dict(
            fields.String(validate=validate.Regexp(_KEY)),
            fields.Nested(INSTANCE),
        ),
        title="Instances",
        help="Key, then plugin and settings: the systems this workspace talks to. Also "
        "concurrency, per_second, poll_every (5m), disable_after (5d) and retry: first (1s), "
        "longest (1h), total (72h), least_tries (10), longest_retry_after (1h), "
        "unexpected_tries (10).",
    )
    mappings: list[str] = setting(
        fields.List(fields.String()),
        title="Mappings",
        help="Which files of mappings/ are in force here.",
    )
    values: dict[str, Any] = setting(
        fields.Dict(fields.String(validate=validate.Regexp(_KEY)), fields.Raw(allow_none=True)),
        title="Values",
        help="What mappings take from here, by name: a depot, a series. Never secrets.",
        default={},
    )
    webhook_secrets: dict[str, str] = setting(
        fields.Dict(
            fields.String(validate=validate.Regexp(_SECRET_NAME)),
            fields.String(validate=validate.Regexp(_SECRET, error="is no webhook secret")),
        ),
        title="Webhooks' secrets",
        help="Name, then whsec_ and the base64 of 24 to 64 bytes: what signs webhooks of mappings.",
        secret=True,
        default={},
    )
    values_in: dict[str, dict[str, Any]] = setting(
        fields.Dict(
            fields.String(validate=validate.OneOf(ENVIRONMENTS)),
            fields.Dict(fields.String(validate=validate.Regexp(_KEY)), fields.Raw(allow_none=True)),
        ),
        title="Values in an environment",
        help="The environment, then values that differ there, e.g. {test: {series: T}}.",
        default={},
    )


def load_workspaces(
    folder: Path, environ: Mapping[str, str] = os.environ, *, environment: str = "production"
) -> dict[str, WorkspaceSettings]:
    """Read every ``*.yaml`` of ``folder``; all problems of all files are told at once."""
    found: dict[str, WorkspaceSettings] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = load_workspace(path, environ, environment=environment)
        except ConfigurationError as error:
            problems.extend(error.problems or (error.detail,))
    if problems:
        raise ConfigurationError(
            f"{folder}: the workspaces are not valid", problems=tuple(problems)
        )
    if not found:
        raise ConfigurationError(f"{folder}: holds no workspace file; add one, e.g. main.yaml")
    return found


def load_workspace(
    path: Path, environ: Mapping[str, str] = os.environ, *, environment: str = "production"
) -> WorkspaceSettings:
    """Read one workspace file. Its key is the file's name."""
    document = read_document(read_text(path), str(path))
    if not _KEY.match(path.stem):
        raise refused(document, [((), "its file name must be lower-case letters and digits")])
    raw = load(WorkspaceFile, resolve(document, environ), document)
    faults = [*text_problems(raw.texts), *retry_problems(raw.instances, environment)]
    if faults:
        raise refused(document, faults)
    instances = {
        key: InstanceSettings(
            key=key,
            where=where(document, ("instances", key, "settings")),
            places={
                name: where(document, ("instances", key, "settings", name))
                for name in one["settings"]
            },
            **one,
        )
        for key, one in raw.instances.items()
    }
    values = {name: getattr(raw, name) for name in raw.__dataclass_fields__}
    here = {**raw.values, **values.pop("values_in").get(environment, {})}
    values.update(instances=instances, mappings=tuple(raw.mappings), values=here)
    return WorkspaceSettings(key=path.stem, file=str(path), **values)
