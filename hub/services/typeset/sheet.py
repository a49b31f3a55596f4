"""What goes into a typeset document, before it has words and looks: a letterhead, the fields that a
mapping filled, the request's lines.

What does not fit is refused here, with ``Unfit`` and the name of the field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hub.contracts.sheets import DATE, FACTS, LINE, MOST_FACTS, TEMPLATE_FIELDS
from hub.kernel.errors import Unfit
from hub.services.amounts import LANGUAGES

MOST_LINES = 500


@dataclass(frozen=True)
class Sender:
    """Whose document it is. ``logo`` is SVG, PNG or JPEG, ``accent`` a colour as ``#rrggbb``,
    ``registration`` a company's or VAT number."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    registration: str = ""
    logo: bytes = b""
    accent: str = ""


@dataclass(frozen=True)
class Fact:
    """Something that was found or agreed, e.g. mileage."""

    label: str
    value: str


@dataclass(frozen=True)
class SignatureField:
    """A line to sign on: the customer's, or ``ours``."""

    name: str = ""
    ours: bool = False


@dataclass(frozen=True)
class Sheet:
    """One document. ``made_at`` is its time stamp inside the PDF, ``lines`` and ``accepted`` are
    what ``hub.contracts.money.totals`` takes, the fields after ``signatures`` those of
    ``TEMPLATE_FIELDS``; what is empty leaves no trace on the page."""

    language: str
    made_at: dt.datetime
    sender: Sender
    title: str = ""
    lines: tuple[Mapping[str, Any], ...] = ()
    currency: str = ""
    accepted: frozenset[str] = frozenset()
    signatures: tuple[SignatureField, ...] = ()
    number: str = ""
    date: dt.date | None = None
    valid_until: dt.date | None = None
    reference: str = ""
    intro: str = ""
    terms: str = ""
    notes: str = ""
    customer_name: str = ""
    customer_number: str = ""
    customer_address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    object: str = ""
    object_number: str = ""
    delivery_address: str = ""
    payment_terms: str = ""
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise Unfit("unknown_language", f"no words in '{self.language}'")
        if self.made_at.tzinfo is None:
            raise ValueError("made_at has no zone")
        if len(self.lines) > MOST_LINES:
            raise _too_much("lines", MOST_LINES)
        if len(self.facts) > MOST_FACTS:
            raise _too_much("facts", MOST_FACTS)
        for field in fields(self):
            if field.name in TEMPLATE_FIELDS:
                _measure(field.name, getattr(self, field.name))


def read_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a mapping's rows made, as arguments of a ``Sheet``."""
    unknown = sorted(set(values) - set(TEMPLATE_FIELDS))
    if unknown:
        raise Unfit("unknown_field", f"a template has no field '{unknown[0]}'", field=unknown[0])
    return {
        name: _read(name, value) for name, value in values.items() if value not in (None, "", [])
    }


def _read(name: str, value: Any) -> Any:
    kind = TEMPLATE_FIELDS[name].kind
    if kind == DATE:
        return _day(name, value)
    if kind == FACTS:
        return _facts(name, value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("bad_value", f"{name} is no text", field=name)
    return " ".join(str(value).split()) if kind == LINE else str(value)


def _day(name: str, value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise Unfit("bad_date", f"{name} is no ISO 8601 date", field=name) from None


def _facts(name: str, value: Any) -> tuple[Fact, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise Unfit("bad_value", f"{name} is no list of label and value", field=name)
    facts = (Fact(str(one.get("label") or ""), str(one.get("value") or "")) for one in value)
    return tuple(fact for fact in facts if fact.label or fact.value)


def _measure(name: str, value: Any) -> None:
    longest = TEMPLATE_FIELDS[name].longest
    texts = (
        [text for fact in value for text in (fact.label, fact.value)]
        if isinstance(value, tuple)
        else [value]
    )
    if any(isinstance(text, str) and len(text) > longest for text in texts):
        raise _too_much(name, longest)


def _too_much(name: str, limit: int) -> Unfit:
    return Unfit("too_long", f"{name} is longer than {limit}", field=name, limit=limit)
