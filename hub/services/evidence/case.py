"""Everything that the proof of a request needs, as values: no row, no session, no file. Whoever
fills a case reads the database; what is made from a case depends on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.contracts.evidence import EvidencePart
from hub.kernel.errors import Permanent
from hub.storage.models import RequestEvent


class Unprovable(Permanent):
    """The case contradicts itself: a proof of it would not hold."""

    code = "unprovable"


@dataclass(frozen=True)
class Sender:
    """The organisation that asked, as the pages named it."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class RequestFacts:
    """The request. ``zone`` is the workspace's, in which people read times; ``completed_at`` also
    dates the certificate, so that the same case gives the same bytes."""

    id: str
    number: str
    kind: str
    title: str
    language: str
    zone: str
    created_at: datetime
    completed_at: datetime


@dataclass(frozen=True)
class ShownPage:
    """A page as the server rendered it; ``text`` is what screen readers were given."""

    number: int
    width: int
    height: int
    image: bytes  # WebP
    text: str = ""


@dataclass(frozen=True)
class ShownDocument:
    """The version of a document that was signed, as it came and as it was shown."""

    key: str
    version: int
    title: str
    content: bytes
    pages: tuple[ShownPage, ...]


@dataclass(frozen=True)
class ShownAttachment:
    """A file beside the documents; ``shown`` is the image that stood on the page, if one did."""

    key: str
    title: str
    file_name: str
    media_type: str
    content: bytes
    must_view: bool = False
    shown: bytes | None = None


@dataclass(frozen=True)
class Signature:
    """How one person signed or approved.

    ``kind`` is signed or approved; ``method`` drawn, typed, approved, hosted or eid, with the
    scheme's title in ``scheme``. ``national_id`` holds its last digits at most. ``in_person``: on
    the sender's own device. ``shown`` is the list of hashes that was kept when the person signed,
    ``answers`` those that were signed, ``binding`` what was signed beside the text. The first of
    ``parts`` is that text, the others come from the provider exactly as it gave them; one of them
    may be ``signature.svg``.
    """

    kind: str
    method: str
    name: str
    at: datetime
    consent: str = ""
    scheme: str = ""
    reference: str = ""
    national_id: str = ""
    ip: str = ""
    user_agent: str = ""
    code_channel: str = ""
    in_person: bool = False
    shown: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    binding: str = ""
    parts: tuple[EvidencePart, ...] = ()

    def picture(self) -> bytes | None:
        """The drawn signature as SVG."""
        found = (part.content for part in self.parts if part.name == "signature.svg")
        return next(found, None)


@dataclass(frozen=True)
class Person:
    """A recipient; viewers and copies have no signature."""

    key: str
    name: str
    role: str
    language: str
    signature: Signature | None = None


@dataclass(frozen=True)
class Answer:
    """A field of the form as it was signed, in the words that the customer saw."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class DecidedLine:
    """A line that was offered; ``decision`` is accepted or declined. ``net`` is for the line."""

    id: str
    title: str
    quantity: Decimal
    unit: str
    net: Decimal
    vat_rate: Decimal
    optional: bool
    decision: str


@dataclass(frozen=True)
class Totals:
    """Of the accepted lines, as the customer saw them; ``vat`` is the amount for each rate."""

    currency: str
    net: Decimal
    vat: tuple[tuple[Decimal, Decimal], ...]
    gross: Decimal


@dataclass(frozen=True)
class CaseEvent:
    """A row of the request's history. ``personal`` is name → {salt, value} of what was not erased;
    ``at`` is the text that the chain hashed."""

    seq: int
    kind: str
    at: str
    data: Mapping[str, Any]
    commitments: Mapping[str, str]
    previous: str
    hash: str
    personal: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """A message that was delivered or a write to another system: what, where, when, how it ended;
    ``details`` holds ids that the other side gave, no personal data."""

    kind: str
    target: str
    status: str
    at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A completed request with all that proves it."""

    request: RequestFacts
    sender: Sender
    documents: tuple[ShownDocument, ...]
    attachments: tuple[ShownAttachment, ...]
    people: tuple[Person, ...]
    answers: tuple[Answer, ...]
    lines: tuple[DecidedLine, ...]
    totals: Totals | None
    events: tuple[CaseEvent, ...]
    receipts: tuple[Receipt, ...]


def event_of(row: RequestEvent) -> CaseEvent:
    """A stored event as the case holds it."""
    data = dict(row.data)
    commitments = data.pop("_commitments", {})
    return CaseEvent(
        row.seq, row.kind, row.at.isoformat(), data, commitments, row.previous, row.hash,
        row.personal or {},
    )  # fmt: skip
