"""The certificate's pages: who signed what, when and how, for people. The press of typeset
documents sets them; everything that depends on a language is put into words here, so that the
template only arranges.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from hub.contracts.money import Money
from hub.kernel.crypto import sha256_hex
from hub.services import amounts
from hub.services.amounts import LANGUAGES
from hub.services.evidence.case import Case, CaseEvent, DecidedLine, Person, Signature
from hub.services.typeset import glyphs
from hub.services.typeset.press import Press

_HERE = Path(__file__).parent
_MOST_EVENTS = 60  # the rest is in events.json; the certificate stays a few pages
_LONGEST = 80  # characters of a name where it stands once more: as a picture, in the history
_DATES = {"de": "d. MMM y", "da": "d. MMM y", "nb": "d. MMM y", "fi": "d.M.y"}
_DIGITS_TOGETHER = 16  # of a hash, between two places where its line may break
_press = Press(_HERE / "paper")


class _Words:
    """The certificate's words in the case's language, and its way to write times and money."""

    def __init__(self, case: Case) -> None:
        wanted = case.request.language
        self.language = wanted if wanted in LANGUAGES else "en"
        self._known = _words(self.language)
        self._zone = ZoneInfo(case.request.zone)

    def __call__(self, key: str, **values: str) -> str:
        text = self._known[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def knows(self, key: str) -> bool:
        return key in self._known

    def moment(self, at: datetime) -> str:
        """``2 Mar 2026 10:15:07 CET (UTC+01:00)``: nobody has to guess the zone."""
        there = at.astimezone(self._zone)
        offset = there.strftime("%z")
        date = _DATES.get(self.language, "d MMM y")
        when = format_datetime(there, f"{date} HH:mm:ss", locale=self.language)
        name = there.strftime("%Z")
        zone = "" if name[:1] in "+-" else f"{name} "  # some zones have no name of their own
        return f"{when} {zone}(UTC{offset[:3]}:{offset[3:]})"

    def money(self, amount: Decimal, currency: str) -> str:
        return amounts.money(Money(amount, currency), self.language)

    def number(self, number: Decimal) -> str:
        return amounts.number(number, self.language)

    def rate(self, rate: Decimal) -> str:
        return amounts.percent(rate, self.language)


def certificate_pdf(case: Case) -> bytes:
    """The certificate as PDF/A-3. The same case gives the same bytes."""
    data = {**glyphs.fitted(sheet_of(case)), "pictures": [_picture(one) for one in case.people]}
    return _press.pdf("certificate.typ", data, int(case.request.completed_at.timestamp()))


def sheet_of(case: Case) -> dict[str, Any]:
    """Everything on the certificate, as texts in the case's language."""
    words = _Words(case)
    return {
        "language": words.language,
        "words": _words(words.language),
        "number": case.request.number,
        "title": case.request.title,
        "sender": case.sender.name,
        "sender_contact": " · ".join(
            part for part in (case.sender.phone, case.sender.email) if part
        ),
        "completed": words.moment(case.request.completed_at),
        "people": [_person(words, one) for one in case.people],
        "documents": [
            {
                "title": one.title,
                "version": words("version", number=str(one.version)),
                "pages": str(len(one.pages)),
                "sha256": _digest(sha256_hex(one.content)),
            }
            for one in case.documents
        ],
        "attachments": [
            {
                "title": one.title,
                "must_view": one.must_view,
                "sha256": _digest(sha256_hex(one.content)),
            }
            for one in case.attachments
        ],
        "answers": [{"label": one.label, "value": one.value} for one in case.answers],
        "lines": [_line(words, one, case) for one in case.lines],
        "totals": _totals(words, case),
        "history": _history(words, case),
        "head": _digest(case.events[-1].hash) if case.events else "",
    }


def _person(words: _Words, person: Person) -> dict[str, Any]:
    signature = person.signature
    told: dict[str, Any] = {
        "name": (signature.name if signature else "") or person.name or words("erased"),
        "role": words(f"role.{person.role}"),
        "facts": [],
        "typed": None,
    }
    if signature is None:
        return {**told, "facts": [{"label": words("how"), "value": words("not_asked")}]}
    return {
        **told,
        "facts": _facts(words, signature),
        "typed": _cut(signature.name) if signature.method == "typed" else None,
    }


def _picture(person: Person) -> str | None:
    """The drawn signature, which is no text."""
    drawn = person.signature.picture() if person.signature else None
    return drawn.decode() if drawn else None


def _digest(digest: str) -> str:
    starts = range(0, len(digest), _DIGITS_TOGETHER)
    return "\u200b".join(digest[at : at + _DIGITS_TOGETHER] for at in starts)


def _cut(name: str) -> str:
    """The whole name stands among the people."""
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _facts(words: _Words, signature: Signature) -> list[dict[str, str]]:
    how = words(f"method.{signature.method}", scheme=signature.scheme)
    code = signature.code_channel
    told = (
        ("how", how),
        ("when", words.moment(signature.at)),
        ("reference", signature.reference),
        ("identity", _last_digits(signature.national_id)),
        ("code", words(f"code.{code}") if code else ""),
        ("ip", signature.ip),
        ("device", words("device.sender") if signature.in_person else ""),
        ("consent", signature.consent),
    )
    return [{"label": words(key), "value": value} for key, value in told if value]


def _last_digits(national_id: str) -> str:
    """Four digits at most, whatever the case holds."""
    return f"…{national_id[-4:]}" if national_id else ""


def _line(words: _Words, line: DecidedLine, case: Case) -> dict[str, Any]:
    currency = case.totals.currency if case.totals else ""
    amount = words.money(line.net, currency) if currency else words.number(line.net)
    return {
        "title": line.title,
        "quantity": f"{words.number(line.quantity)} {line.unit}".strip(),
        "amount": amount,
        "decision": words(f"decision.{line.decision}"),
        "accepted": line.decision == "accepted",
    }


def _totals(words: _Words, case: Case) -> list[dict[str, str]]:
    totals = case.totals
    if totals is None:
        return []
    rows = [
        (words("net"), totals.net),
        *((words("vat", rate=words.rate(rate)), amount) for rate, amount in totals.vat),
        (words("gross"), totals.gross),
    ]
    return [
        {"label": label, "value": words.money(amount, totals.currency)} for label, amount in rows
    ]


def _history(words: _Words, case: Case) -> list[dict[str, str]]:
    names = {one.key: _cut(one.name) or words("erased") for one in case.people}
    told = [event for event in case.events if words.knows(f"event.{event.kind}")]
    return [_event(words, names, event) for event in told[-_MOST_EVENTS:]]


def _event(words: _Words, names: dict[str, str], event: CaseEvent) -> dict[str, str]:
    who = names.get(str(event.data.get("recipient", "")), "")
    at = words.moment(datetime.fromisoformat(event.at))
    return {"at": at, "what": words(f"event.{event.kind}"), "who": who}


@cache
def _words(language: str) -> dict[str, str]:
    text = (_HERE / "words" / f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words
