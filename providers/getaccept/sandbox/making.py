"""Makes a document of what a create call asks for, or says why not."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from providers.getaccept.sandbox import papers
from providers.getaccept.sandbox.lifecycle import Lifecycle, check_people
from providers.getaccept.sandbox.model import (
    APPROVERS,
    INTERNAL,
    SIGNER,
    Attachment,
    Box,
    Document,
    Recipient,
    StoredFile,
    User,
)
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.moments import read
from providers.getaccept.sandbox.refusals import Refusal
from providers.getaccept.sandbox.seed import ENTITIES, TEMPLATES, USERS, Template
from providers.getaccept.sandbox.store import Store, short_id
from providers.getaccept.sandbox.tokens import Caller

_EMAIL = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$")
_MOBILE = re.compile(r"^\+[1-9][0-9 ]{6,18}$")
_UNKEPT = ("file_content", "recipients", "attachments", "custom_fields")


class Maker:
    """Call with the store's guard held; everything raises ``Refusal``."""

    def __init__(self, store: Store, modes: Modes, lifecycle: Lifecycle) -> None:
        self._store = store
        self._modes = modes
        self._life = lifecycle

    def create(
        self, caller: Caller, body: Mapping[str, Any], file: StoredFile | None = None
    ) -> Document:
        """A new document, whose file is being imported. ``file`` came with the call."""
        now = self._store.clock.now()
        template = self._template(body)
        content, pages = self._content(body, template, file)
        made = Document(
            short_id(9),
            {name: value for name, value in body.items() if name not in _UNKEPT},
            sender(body, caller.user),
            caller.entity,
            now,
            content=content,
            pages=pages,
        )
        made.facts.setdefault("external_client_id", "api")
        made.recipients = [person(one, template) for one in body.get("recipients", ())]
        _check_order(made)
        made.attachments = [self._attachment(one) for one in body.get("attachments", ())]
        made.boxes = _boxes(template, made, body)
        made.sends = bool(body.get("is_automatic_sending", self._modes.sends_by_default))
        self._times(made, body, now)
        if made.sends or made.scheduled:  # later there would be nobody to tell
            check_people(made)
        if body.get("external_eid_signature") and body.get("is_selfsign"):
            raise Refusal(400, "external_eid_signature does not go with is_selfsign")
        self._life.begin(made)
        return made

    def revise(self, document: Document, *, send: bool) -> Document:
        """A new version under a new id; the old one is recalled."""
        if document.status in ("signed", "recalled"):
            raise Refusal(400, "This document cannot be revised")
        new = Document(
            short_id(9), dict(document.facts), document.user, document.entity,
            self._store.clock.now(), content=document.content, pages=document.pages,
            parent=document.id, sends=send, expires=document.expires,
        )  # fmt: skip
        fresh = {}
        own = document.user.email if document.facts.get("is_selfsign") else ""
        for one in document.recipients:
            if one.email == own:  # signs anew when the new version is sent
                continue
            copied = _again(one)
            fresh[one.id] = copied.id
            new.recipients.append(copied)
        new.boxes = [
            replace(box, id=short_id(), recipient=fresh.get(box.recipient, ""))
            for box in document.boxes
        ]
        new.attachments = [replace(one, id=short_id(), last_view=None)
                           for one in document.attachments]  # fmt: skip
        self._life.recall(document)
        self._life.begin(new)
        return new

    def _template(self, body: Mapping[str, Any]) -> Template | None:
        wanted = body.get("template_id")
        if not wanted:
            return None
        found = TEMPLATES.get(wanted)
        if found is None:
            raise Refusal(400, "Template does not exist")
        return found

    def _content(
        self, body: Mapping[str, Any], template: Template | None, file: StoredFile | None
    ) -> tuple[bytes, int]:
        ids = [one.strip() for one in str(body.get("file_ids") or "").split(",") if one.strip()]
        if ids:
            files = [self._store.take_file(one) for one in ids]
            whole = papers.joined(*(one.content for one in files))
            whole = files[0].content if len(files) == 1 else whole
            return whole, sum(one.pages for one in files)
        if body.get("file_content"):
            content = decoded(str(body["file_content"]))
            file = self._store.add_file(str(body.get("file_name") or ""), content)
        if file is not None:
            file.used = True
            return file.content, file.pages
        if template is not None:
            return papers.made(template.lines[0], template.lines[1:]), 1
        raise Refusal(400, "There is no content: file_ids, file_content, file_url or template_id")

    def _attachment(self, given: Mapping[str, Any]) -> Attachment:
        kind, title = str(given["type"]), str(given.get("title") or "")
        must = bool(given.get("require_view"))
        if kind == "external":
            if not str(given.get("url") or "").startswith("https://"):
                raise Refusal(400, "An external attachment needs an https address")
            return Attachment(short_id(), kind, title, url=str(given["url"]), require_view=must)
        if kind == "upload":
            return Attachment(short_id(), kind, title or "Document", require_view=must)
        item = self._store.library.get(str(given.get("id") or ""))
        if item is None:
            raise Refusal(400, "The attachment does not exist in the library")
        return Attachment(
            short_id(), kind, title or item.title, item.file_name, item.content, "", must
        )

    def _times(self, made: Document, body: Mapping[str, Any], now: datetime) -> None:
        days = ENTITIES[made.entity].expiration_days
        made.expires = moment(body, "expiration_date", now) or now + timedelta(days=days)
        if body.get("is_scheduled_sending"):
            made.scheduled = moment(body, "scheduled_sending_time", now)
            if made.scheduled is None:
                raise Refusal(400, "scheduled_sending_time is missing")


def decoded(text: str) -> bytes:
    """The bytes of a base64 text. Raises ``Refusal``."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, "file_content is not base64") from error


def moment(body: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    """A moment in the future, if there is one. Raises ``Refusal``."""
    given = body.get(name)
    if given in (None, ""):
        return None
    try:
        found = read(given)
    except (ValueError, OverflowError) as error:
        raise Refusal(400, f"{name} is not a date") from error
    if found <= now:
        raise Refusal(400, f"{name} has passed")
    return found


def sender(body: Mapping[str, Any], default: User) -> User:
    """The user on whose behalf this goes out. Raises ``Refusal``."""
    key, email = body.get("sender_id"), body.get("sender_email")
    if not key and not email:
        return default
    for one in USERS.values():
        if one.id == key or (not key and one.email == str(email).lower()):
            return one
    raise Refusal(400, "The sender is not a user of this account")


def person(given: Mapping[str, Any], template: Template | None = None) -> Recipient:
    """A recipient. Raises ``Refusal``."""
    first, last = str(given.get("first_name") or ""), str(given.get("last_name") or "")
    if not first and not last:
        first, _, last = str(given.get("fullname") or "").strip().partition(" ")
    if not first and not last:
        raise Refusal(400, "A recipient has no name")
    email, mobile = str(given.get("email") or ""), str(given.get("mobile") or "").strip()
    if not email and not mobile:
        raise Refusal(400, "A recipient needs an e-mail address or a mobile number")
    if email and not _EMAIL.match(email):
        raise Refusal(400, "A recipient's e-mail address is not valid")
    if mobile and not _MOBILE.match(mobile):
        raise Refusal(400, "A recipient's mobile number is not in international form")
    role, role_name = _role(given, template)
    verify = {name: value for name, value in given.items() if name.startswith("verify_")}
    by_sms = any(verify.get(f"verify_sms{end}") for end in ("", "_open", "_sign"))
    if by_sms and not mobile:
        raise Refusal(400, "Verification by SMS needs a mobile number")
    made = Recipient(
        short_id(), short_id(32), first, last, email, mobile.replace(" ", ""), role,
        int(given.get("order_num") or 0), verify=verify, role_name=role_name,
    )  # fmt: skip
    for name in ("title", "note", "company_name", "company_number"):
        setattr(made, name, str(given.get(name) or ""))
    return made


def _role(given: Mapping[str, Any], template: Template | None) -> tuple[str, str]:
    role = str(given.get("role") or "") or SIGNER
    wanted = given.get("role_id") or given.get("role_name")
    if not wanted:
        return INTERNAL if role == "approver" else role, ""
    for one in template.roles if template else ():
        if wanted in (one.id, one.name):
            return str(given.get("role") or one.role), one.name
    raise Refusal(400, "The template has no such role")


def _check_order(document: Document) -> None:
    """Put the steps in a row without gaps; the last one must be a signer's."""
    if not document.facts.get("is_signing_order"):
        return
    steps = sorted({one.order for one in document.recipients if one.acts})
    for one in document.recipients:
        one.order = steps.index(one.order) + 1 if one.acts else 0
    last = [one for one in document.recipients if one.acts and one.order == len(steps)]
    if last and all(one.role in APPROVERS for one in last):
        raise Refusal(400, "An approver cannot be the last step")


def _boxes(template: Template | None, document: Document, body: Mapping[str, Any]) -> list[Box]:
    """The template's fields, given to those who play its roles, with the values of the call."""
    people = {one.role_name: one.id for one in document.recipients if one.role_name}
    boxes = [
        replace(box, id=f"{document.id}{box.id}", recipient=people.get(box.role_name, ""))
        for box in (template.boxes if template else ())
    ]
    for given in body.get("custom_fields", ()):
        wanted = given.get("id") or given.get("name")
        found = [box for box in boxes if wanted == box.label or box.id.endswith(str(wanted))]
        for box in found:  # what no field waits for is left out, without a word
            box.value = str(given["value"])
    return boxes


def _again(one: Recipient) -> Recipient:
    return Recipient(
        short_id(), short_id(32), one.first_name, one.last_name, one.email, one.mobile, one.role,
        one.order, one.title, one.note, one.company_name, one.company_number, one.role_name,
        dict(one.verify),
    )  # fmt: skip
