"""What the account holds: users, uploaded files, documents with their parts. No HTTP, no rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SIGNER, INTERNAL, EXTERNAL, COPY = "signer", "internalApprover", "externalApprover", "cc"
APPROVERS = (INTERNAL, EXTERNAL)
OPEN = ("sealed", "sent", "viewed", "reviewed", "hardbounced")  # people may still act
IMPORTING = ("importing", "processing")


@dataclass(frozen=True)
class User:
    """Somebody who may send."""

    id: str
    first_name: str
    last_name: str
    email: str
    mobile: str
    role: str
    entities: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Entity:
    """The organisation that documents belong to."""

    id: str
    name: str
    country: str
    expiration_days: int = 30


@dataclass
class StoredFile:
    """An uploaded file, as PDF."""

    id: str
    name: str
    content: bytes
    at: datetime
    pages: int
    used: bool = False


@dataclass
class LibraryItem:
    """An attachment of the library."""

    id: str
    title: str
    file_name: str
    content: bytes


@dataclass
class Attachment:
    """Something beside a document. ``kind``: file, external, or upload (asked of a recipient)."""

    id: str
    kind: str
    title: str
    file_name: str = ""
    content: bytes = b""
    url: str = ""
    require_view: bool = False
    last_view: datetime | None = None


@dataclass
class Box:
    """A field on a page. ``editor`` marks those of the newer editor."""

    id: str
    kind: str
    label: str
    value: str = ""
    recipient: str = ""
    role_name: str = ""
    required: bool = False
    editable: bool = True
    collectable: bool = True
    page: int = 1
    place: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    editor: bool = False

    @property
    def is_check(self) -> bool:
        return self.kind in ("check", "Checkbox")


@dataclass
class Recipient:
    """One person of one document. ``token`` is the secret of the personal link."""

    id: str
    token: str
    first_name: str
    last_name: str
    email: str
    mobile: str
    role: str
    order: int = 0
    title: str = ""
    note: str = ""
    company_name: str = ""
    company_number: str = ""
    role_name: str = ""
    verify: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    told: bool = False  # invited, by message or link
    let_in: bool = False  # passed what is asked before opening
    code: str = ""  # the last SMS code
    identified: bool = False  # by the simulated eID
    opened_at: datetime | None = None
    reviewed_at: datetime | None = None
    done_at: datetime | None = None
    seen: set[str] = field(default_factory=set)
    reason: str = ""
    methods: list[dict[str, Any]] = field(default_factory=list)
    written: str = ""
    strokes: str = ""

    @property
    def fullname(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def asked_by_sms(self) -> bool:
        """Whether a code is asked for at signing."""
        return bool(self.verify.get("verify_sms_sign") or self.verify.get("verify_sms"))

    @property
    def acts(self) -> bool:
        """Whether something is asked of this person."""
        return self.role != COPY

    @property
    def is_done(self) -> bool:
        return self.status in ("signed", "approved")


@dataclass
class Comment:
    """One message of the chat; ``recipient`` is empty for the sender's own."""

    id: str
    name: str
    email: str
    text: str
    at: datetime
    recipient: str = ""
    user: str = ""


@dataclass
class Happening:
    """One event of a document, for ``/events`` and ``/log``."""

    name: str
    at: datetime
    status: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    company_name: str = ""
    meta: str = ""


@dataclass
class Document:
    """A document; ``facts`` are what the create said and what the API repeats."""

    id: str
    facts: dict[str, Any]
    user: User
    entity: str
    created: datetime
    status: str = "importing"
    content: bytes = b""
    pages: int = 1
    imported_at: datetime | None = None
    sends: bool = False
    scheduled: datetime | None = None
    expires: datetime | None = None
    before_expiry: str = ""
    send_date: datetime | None = None
    sign_date: datetime | None = None
    parent: str = ""
    reminded: set[str] = field(default_factory=set)  # rules of the entity that have struck
    signed_copy: bytes = b""
    recipients: list[Recipient] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)
    page_seconds: dict[int, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    @property
    def is_over(self) -> bool:
        return self.status not in (*IMPORTING, "draft", "scheduled", *OPEN)

    def fact(self, name: str) -> str:
        return str(self.facts.get(name) or "")
