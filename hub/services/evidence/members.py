"""A case as the files of a bundle: what was shown, what each person did, what happened, and the
manifest over all of them. README.md has the format; names and shapes here are part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hub.kernel.crypto import sha256_hex
from hub.services.evidence.archive import Member, is_name
from hub.services.evidence.canonical import written
from hub.services.evidence.case import (
    Case,
    DecidedLine,
    Person,
    ShownAttachment,
    ShownDocument,
    Unprovable,
)
from hub.services.history import chain_hash

FORMAT = "paraph-evidence/1"
MANIFEST, OPENINGS, SHOWN, EVENTS = "manifest.json", "openings.json", "shown.json", "events.json"
RECEIPTS, SIGNED = "receipts.json", "signed.pdf"
PEOPLE, PERSON = "people/", "person.json"  # the folder of each, and the file of what one did
TEXT = "signed-text.txt"  # the part that every signature has: what was read before signing
# Stand inside the sealed PDF as well, byte for byte.
EMBEDDED = (MANIFEST, SHOWN, EVENTS)

_ENDINGS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp",
    "image/gif": "gif", "image/heic": "heic", "text/plain": "txt",
}  # fmt: skip


def members_of(case: Case) -> list[Member]:
    """Every member but the manifest, the openings and the sealed PDF, in the manifest's order."""
    _check_chain(case)
    found = [
        _json(SHOWN, shown_of(case)),
        _json(EVENTS, events_of(case)),
        _json(RECEIPTS, _receipts(case)),
        *(member for n, one in enumerate(case.documents, 1) for member in _document(n, one)),
        *(member for n, one in enumerate(case.attachments, 1) for member in _attachment(n, one)),
        *(member for n, one in enumerate(case.people, 1) for member in _person(n, one)),
    ]
    names = [member.name for member in found]
    wrong = [name for name in names if not is_name(name) or names.count(name) > 1]
    if wrong:
        raise Unprovable(f"a part may not be called {wrong[0]!r}, or two are")
    return found


def manifest_of(case: Case, members: list[Member]) -> bytes:
    """Canonical JSON over all members, which the sealed PDF holds too."""
    return written(
        MANIFEST,
        {
            "format": FORMAT,
            "request": {"id": case.request.id, "number": case.request.number},
            "made_at": moment(case.request.completed_at),
            "events": {"count": len(case.events), "head": case.events[-1].hash},
            "members": [
                {"name": one.name, "size": len(one.content), "sha256": sha256_hex(one.content)}
                for one in members
            ],
        },
    )


def openings_of(case: Case) -> bytes:
    """Salt and value of every personal field of the history that has not been erased."""
    kept = {str(event.seq): dict(event.personal) for event in case.events if event.personal}
    return written(OPENINGS, {"openings": kept})


def shown_of(case: Case) -> dict[str, Any]:
    """What was shown and decided, by hashes where it is a file."""
    request = case.request
    return {
        "request": {
            "id": request.id, "number": request.number, "kind": request.kind,
            "title": request.title, "language": request.language, "zone": request.zone,
            "created_at": moment(request.created_at),
            "completed_at": moment(request.completed_at),
        },
        "sender": {
            "name": case.sender.name, "email": case.sender.email, "phone": case.sender.phone,
        },
        "documents": [_shown_document(n, one) for n, one in enumerate(case.documents, 1)],
        "attachments": [_shown_attachment(n, one) for n, one in enumerate(case.attachments, 1)],
        "consents": [
            {"person": one.key, "language": one.language, "text": one.signature.consent}
            for one in case.people if one.signature and one.signature.consent
        ],
        "answers": [
            {"key": one.key, "label": one.label, "value": one.value} for one in case.answers
        ],
        "lines": [_line(one) for one in case.lines],
        "totals": _totals(case),
    }  # fmt: skip


def events_of(case: Case) -> dict[str, Any]:
    """The history, each event with what it commits to."""
    rows = [
        {
            "seq": event.seq, "kind": event.kind, "at": event.at, "data": dict(event.data),
            "commitments": dict(event.commitments), "previous": event.previous,
            "hash": event.hash,
        }
        for event in case.events
    ]  # fmt: skip
    return {"request": case.request.id, "events": rows}


def moment(at: datetime) -> str:
    """A moment in UTC with its offset, e.g. ``2026-03-02T09:15:00+00:00``."""
    return at.astimezone(UTC).isoformat()


def plain(number: Decimal) -> str:
    """A number as text with its digits as they are and without an exponent."""
    return f"{number:f}"


def _shown_document(number: int, document: ShownDocument) -> dict[str, Any]:
    return {
        "key": document.key, "version": document.version, "title": document.title,
        "file": f"documents/{number}.pdf", "sha256": sha256_hex(document.content),
        "pages": [
            {
                "number": page.number, "width": page.width, "height": page.height,
                "image": _page_name(number, page.number), "sha256": sha256_hex(page.image),
                "text": page.text,
            }
            for page in document.pages
        ],
    }  # fmt: skip


def _shown_attachment(number: int, one: ShownAttachment) -> dict[str, Any]:
    seen = one.shown is not None
    return {
        "key": one.key, "title": one.title, "file_name": one.file_name,
        "media_type": one.media_type, "must_view": one.must_view,
        "file": _attachment_name(number, one), "sha256": sha256_hex(one.content),
        "image": _seen_name(number) if seen else None,
        "image_sha256": sha256_hex(one.shown or b"") if seen else None,
    }  # fmt: skip


def _line(line: DecidedLine) -> dict[str, Any]:
    return {
        "id": line.id, "title": line.title, "quantity": plain(line.quantity), "unit": line.unit,
        "net": plain(line.net), "vat_rate": plain(line.vat_rate), "optional": line.optional,
        "decision": line.decision,
    }  # fmt: skip


def _totals(case: Case) -> dict[str, Any] | None:
    totals = case.totals
    if totals is None:
        return None
    vat = [{"rate": plain(rate), "amount": plain(amount)} for rate, amount in totals.vat]
    net, gross = plain(totals.net), plain(totals.gross)
    return {"currency": totals.currency, "net": net, "vat": vat, "gross": gross}


def _document(number: int, document: ShownDocument) -> Iterator[Member]:
    yield Member(f"documents/{number}.pdf", document.content)
    for page in document.pages:
        yield Member(_page_name(number, page.number), page.image)


def _attachment(number: int, one: ShownAttachment) -> Iterator[Member]:
    yield Member(_attachment_name(number, one), one.content)
    if one.shown is not None:
        yield Member(_seen_name(number), one.shown)


def _person(number: int, person: Person) -> Iterator[Member]:
    yield _json(f"{PEOPLE}{number}/{PERSON}", _acts(person))
    for part in person.signature.parts if person.signature else ():
        yield Member(f"{PEOPLE}{number}/{part.name}", part.content)


def _acts(person: Person) -> dict[str, Any]:
    told = {
        "key": person.key, "name": person.name, "role": person.role, "language": person.language,
    }  # fmt: skip
    signature = person.signature
    if signature is None:
        return {**told, "signature": None}
    return {
        **told,
        "signature": {
            "kind": signature.kind, "method": signature.method, "scheme": signature.scheme,
            "reference": signature.reference, "name": signature.name,
            "national_id": signature.national_id, "at": moment(signature.at),
            "ip": signature.ip, "user_agent": signature.user_agent,
            "code_channel": signature.code_channel, "consent": signature.consent,
            "in_person": signature.in_person, "answers": dict(signature.answers),
            "shown": signature.shown, "binding": signature.binding,
            "parts": [
                {"name": part.name, "media_type": part.content_type} for part in signature.parts
            ],
        },
    }  # fmt: skip


def _receipts(case: Case) -> dict[str, Any]:
    rows = [
        {
            "kind": one.kind, "target": one.target, "status": one.status, "at": moment(one.at),
            "details": dict(one.details),
        }
        for one in case.receipts
    ]  # fmt: skip
    return {"receipts": rows}


def _check_chain(case: Case) -> None:
    """Nothing is made of a history that does not fit: the database would be wrong."""
    previous = ""
    for number, event in enumerate(case.events, start=1):
        body = {
            "request": case.request.id, "seq": event.seq, "kind": event.kind, "at": event.at,
            "data": dict(event.data), "commitments": dict(event.commitments),
        }  # fmt: skip
        fits = event.seq == number and event.previous == previous
        if not fits or event.hash != chain_hash(previous, body):
            raise Unprovable(f"event {event.seq} does not fit the request's chain")
        previous = event.hash
    if not case.events:
        raise Unprovable("the request has no history")


def _json(name: str, value: Any) -> Member:
    return Member(name, written(name, value))


def _page_name(document: int, page: int) -> str:
    return f"documents/{document}/page-{page}.webp"


def _attachment_name(number: int, one: ShownAttachment) -> str:
    return f"attachments/{number}.{_ENDINGS.get(one.media_type, 'bin')}"


def _seen_name(number: int) -> str:
    return f"attachments/{number}-shown.webp"
