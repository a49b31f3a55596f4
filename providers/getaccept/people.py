"""Whose is whose: the agreement's people and the recipients at GetAccept, which has ids of its own.

They are told apart by the id that was kept when they were placed, else by address, mobile and name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.contracts.agreements import AgreementPerson
from providers.getaccept.reading import first_and_last, text

Row = Mapping[str, Any]


def matched(
    people: Iterable[AgreementPerson], rows: Iterable[Row], ids: Mapping[str, str]
) -> dict[str, Row]:
    """Key of a person → the recipient. Who is not found is left out; nobody is taken twice."""
    left = list(rows)
    found: dict[str, Row] = {}
    people = list(people)
    for person in people:
        known = ids.get(person.key)
        row = next((row for row in left if known and text(row.get("id")) == known), None)
        if row is not None:
            found[person.key] = row
            left.remove(row)
    pairs = sorted(
        (
            (-_likeness(person, row), place, number)
            for place, person in enumerate(people)
            if person.key not in found and not ids.get(person.key)
            for number, row in enumerate(left)
            if _likeness(person, row)
        ),
    )
    taken: set[int] = set()
    for _, place, number in pairs:
        key = people[place].key
        if key not in found and number not in taken:
            found[key] = left[number]
            taken.add(number)
    return found


def links(rows: Mapping[str, Row]) -> dict[str, str]:
    """Each person's own address, where there is one."""
    found = {key: text(row.get("document_url")) for key, row in rows.items()}
    return {key: url for key, url in found.items() if url.startswith(("https://", "http://"))}


def by_event(people: Iterable[AgreementPerson], row: Row) -> str:
    """The key of the person whom an event names; empty where it names none, or not clearly."""
    email = text(row.get("email")).casefold()
    name = _name(row)
    people = list(people)
    hits = [one for one in people if email and (one.email or "").casefold() == email]
    if len(hits) != 1 and name:
        hits = [one for one in (hits or people) if _own_name(one) == name]
    return hits[0].key if len(hits) == 1 else ""


def _likeness(person: AgreementPerson, row: Row) -> int:
    """How surely it is the same one; 0 where neither address nor mobile fits."""
    email, mobile = text(row.get("email")).casefold(), _digits(text(row.get("mobile")))
    same_email = bool(email) and email == (person.email or "").casefold()
    same_mobile = bool(mobile) and mobile == _digits(person.mobile or "")
    if not (same_email or same_mobile):
        return 0
    same_name = _name(row) == _own_name(person)
    same_turn = text(row.get("order_num")) == str(person.turn)
    is_viewer = text(row.get("role")) == "cc"
    same_part = is_viewer == (person.role in ("viewer", "copy"))
    return 16 * same_email + 8 * same_mobile + 4 * same_name + 2 * same_part + same_turn


def _digits(mobile: str) -> str:
    return "".join(one for one in mobile if one.isdecimal()).removeprefix("00")


def _name(row: Row) -> str:
    parts = (
        text(row.get("fullname")) or f"{text(row.get('first_name'))} {text(row.get('last_name'))}"
    )
    return " ".join(parts.split()).casefold()


def _own_name(person: AgreementPerson) -> str:
    return " ".join(first_and_last(person)).casefold()
