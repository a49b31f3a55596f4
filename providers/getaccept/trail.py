"""What happened to a document, from ``GET /documents/{id}/events``, in our words.

Entries have no ids. Each is named by a hash of what does not change in it (not by its place, which
does when entries are added); of equal ones the first is number 1, the next number 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.contracts.agreements import AgreementPerson, Happened
from hub.contracts.events import EventKind
from providers.getaccept.codes import EVENTS, plain, reason_in, tell_once
from providers.getaccept.people import by_event
from providers.getaccept.reading import digest, meta, moment, text, without_addresses

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


def trail(
    rows: Iterable[Mapping[str, Any]], people: Iterable[AgreementPerson], instance: str
) -> tuple[Happened, ...]:
    """The entries, oldest first."""
    people = tuple(people)
    found = sorted((_entry(row, people, instance) for row in rows), key=_when)
    seen: Counter[str] = Counter()
    named = []
    for one in found:
        seen[one.dedupe] += 1
        named.append(_numbered(one, seen[one.dedupe]))
    return tuple(named)


def latest(entries: Iterable[Happened], kind: EventKind, person: str = "") -> Happened | None:
    """The last entry of a kind, of a person where one is named."""
    hits = [e for e in entries if e.kind == kind.value and (not person or e.person == person)]
    return hits[-1] if hits else None


def _entry(row: Mapping[str, Any], people: tuple[AgreementPerson, ...], instance: str) -> Happened:
    word = text(row.get("event_name"))
    kind = EVENTS.get(plain(word))
    if kind is None:
        tell_once(instance, "event", word)
        kind = EventKind.UNKNOWN
    at = moment(row.get("created_at"))
    who = text(row.get("email")).casefold() or " ".join(
        (text(row.get("first_name")), text(row.get("last_name")))
    )
    when = at.isoformat() if at else text(row.get("created_at"))
    data = without_addresses(meta(row.get("event_meta_data")))
    reason = reason_in(data) if kind is EventKind.DECLINED else ""
    return Happened(
        kind=kind.value,
        word=word,
        at=at,
        dedupe=digest(plain(word), when, who, data),
        person=by_event(people, row),
        detail={"reason": reason} if reason else {},
    )


def _when(one: Happened) -> tuple[datetime, str]:
    return one.at or EARLIEST, one.dedupe


def _numbered(one: Happened, number: int) -> Happened:
    dedupe = one.dedupe if number == 1 else f"{one.dedupe}.{number}"
    return Happened(one.kind, one.word, one.at, dedupe, one.person, one.detail)
