"""Made-up values in place of personal ones: consistent, and such that the same converters take
them. The same value always becomes the same one; a bad value becomes one that is bad alike.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import count, islice
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat

from hub.mapping.converters import ConversionError, Converter, convert, parse_converter
from hub.mapping.fields_read import FieldsRead, Kind
from hub.mapping.made_up_numbers import mobile_numbers, national_ids
from hub.mapping.share import SHORTEST_PASSWORD

NAMES = (
    "Alice Andersson", "Bob Berg", "Charlie Dahl", "David Ek", "Eva Falk", "Frida Holm",
    "Gustav Lind", "Hanna Norberg", "Ivar Roos", "Jenny Sund",
)  # fmt: skip
CITIES = ("Uppsala", "Lund", "Kiruna", "Visby", "Falun", "Kalmar")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_PHONE = re.compile(r"(?:\+|00?)[\d ()/-]{7,}")
_PERSON = re.compile(r"(?:\d{2})?\d{6}[-+ ]?\d{4}")
_AMOUNT = re.compile(r"[-+]?[\d\s]{1,6}(?:[.,]\d{1,4})?")
_CODE = re.compile(r"(?=.*\d)[\w./:#-]{1,40}")
_SIX = re.compile(r"\d{6}")
_TELLING = re.compile(r"[\s@]|\d{6}")  # what no name of a field has
_PREFIX = 4  # letters, as in SC-1234
_LAST_NAME = re.compile(r"last|sur|family|efternamn", re.IGNORECASE)
_TYPED = ("bool", "date", "datetime", "decimal", "int")
_SMALL = 10_000
_LOTS = 200  # candidates that are tried for one value
Candidates = Iterator[Any]


class MadeUp:
    """Makes values up for one example. ``region`` is the country of numbers without one."""

    def __init__(self, known: FieldsRead, now: datetime, region: str = "SE") -> None:
        self._known, self._now, self._region = known, now, region
        self._made: dict[tuple[str, str], int] = {}  # kind, value → which candidate

    def record(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A record with made-up values; top-level fields that nothing reads are left out."""
        roots = self._known.roots
        return {
            name: self.value(value, name)
            for name, value in fields.items()
            if roots is None or name in roots or name == "id"
        }

    def value(self, value: Any, path: str, kind: Kind | None = None) -> Any:
        """A value in place of the one at a dotted path."""
        if isinstance(value, Mapping):
            return {
                self._name(name): self.value(one, f"{path}.{name}") for name, one in value.items()
            }
        if isinstance(value, list):
            return [self.value(one, path, kind) for one in value]
        if value is None or isinstance(value, bool) or value in self._known.words:
            return value
        kind = kind or self._known.kind(path)
        if not isinstance(value, str):
            return self._number(value, kind)
        text = value
        inner = text.strip()
        if not inner:
            return value
        head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return head + self._text(inner, path, kind or _looks_like(inner)) + tail

    def _name(self, name: str) -> str:
        """The name of a field, unless somebody's data stands in its place."""
        if not _TELLING.search(name) or name in self._known.text:
            return name
        return str(self._keep("key", name, (f"Name {n}" for n in count(1)), lambda one: True))

    def _number(self, value: float, kind: Kind | None) -> float:
        if kind is None and abs(value) < _SMALL:
            return value
        digits = len(str(int(abs(value))))
        low = 10 ** max(digits - 1, 3)
        made = self._keep("number", repr(value), (low + n for n in count(1)), lambda one: True)
        return type(value)(made)

    def _text(self, text: str, path: str, kind: Kind | None) -> str:
        chains = self._known.chains.get(path, [])
        if kind is None and _says_when_or_how_much(text, chains):
            if not _is_long_ago(text, self._now) and not _may_be_born(text, chains):
                return text
            kind = Kind.BIRTH
        good = [chain for chain in chains if self._code(text, chain) is None]
        bad = {chain: self._code(text, chain) for chain in chains if chain not in good}
        if bad or (kind is Kind.PHONE and self._phone(text) is None):
            name, key, candidates = f"bad {kind}", text, _broken(text)
        else:
            name = str(kind or ("code" if _CODE.fullmatch(text) else "text"))
            key = self._key(text, kind)
            candidates = self._candidates(text, path, kind)
        try:
            return str(self._keep(name, key, candidates, lambda one: self._fits(one, good, bad)))
        except LookupError:
            raise LookupError(path) from None

    def _key(self, text: str, kind: Kind | None) -> str:
        """What two ways of writing the same have in common."""
        if kind is Kind.PHONE:
            return self._phone(text) or text
        if kind is Kind.NATIONAL_ID:
            return re.sub(r"\D", "", text)[-10:]
        return " ".join(text.casefold().split())

    def _fits(
        self,
        text: str,
        good: list[tuple[Converter, ...]],
        bad: Mapping[tuple[Converter, ...], str | None],
    ) -> bool:
        return all(self._code(text, chain) is None for chain in good) and all(
            self._code(text, chain) == code for chain, code in bad.items()
        )

    def _code(self, text: str, chain: tuple[Converter, ...]) -> str | None:
        """Why the converters refuse a text; None when they take it."""
        try:
            convert(text, chain, self._now)
        except ConversionError as error:
            return error.code
        return None

    def _keep(
        self, kind: str, key: str, candidates: Candidates, fits: Callable[[Any], bool]
    ) -> Any:
        """The candidate that the value became before, or the next that fits and that no other has
        become. Raises ``LookupError`` when there is none."""
        known = self._made.get((kind, key))
        taken = {number for (other, _), number in self._made.items() if other == kind}
        for number, one in enumerate(candidates):
            free = number == known if known is not None else number not in taken
            if free and fits(one):
                self._made[kind, key] = number
                return one
        raise LookupError(kind)

    def _candidates(self, text: str, path: str, kind: Kind | None) -> Candidates:
        makers: dict[Kind, Callable[[], Candidates]] = {
            Kind.NAME: lambda: _names(text, path),
            Kind.EMAIL: _emails,
            Kind.PHONE: lambda: self._phones(text),
            Kind.NATIONAL_ID: lambda: national_ids(text),
            Kind.POSTCODE: lambda: _shaped(text, 1),
            Kind.ADDRESS: lambda: (f"Storgatan {n}" for n in count(1)),
            Kind.CITY: lambda: (*CITIES, *(f"Ort {n}" for n in range(_LOTS))).__iter__(),
            Kind.BIRTH: lambda: _births(text),
            Kind.ID: lambda: _shaped(text, 1),
            Kind.ADDRESS_OF_FILE: lambda: (f"https://example.com/file-{n}" for n in count(1)),
            Kind.PASSWORD: lambda: _passwords(text),
            Kind.CONTENT: lambda: (b64encode(f"file {n}".encode()).decode() for n in count(1)),
        }
        if kind is not None:
            yield from islice(makers[kind](), 5 * _LOTS)
        elif _CODE.fullmatch(text):
            yield from islice(_shaped(text, 1), _LOTS)
        else:
            yield from (f"Text {n}" for n in range(1, _LOTS))
        yield from islice(_shaped(text, 1), _LOTS)

    def _phone(self, text: str) -> str | None:
        with suppress(ConversionError):
            number = convert(text, (parse_converter(f"e164:{self._region}"),), self._now)
            return str(number)
        return None

    def _phones(self, text: str) -> Candidates:
        number = phonenumbers.parse(self._phone(text) or text, self._region)
        region = phonenumbers.region_code_for_number(number) or self._region
        for one in mobile_numbers(region):
            if text.startswith("+"):
                spaced = " " in text
                style = PhoneNumberFormat.INTERNATIONAL if spaced else PhoneNumberFormat.E164
                yield phonenumbers.format_number(one, style)
            elif text.startswith("00"):
                yield "00" + phonenumbers.format_number(one, PhoneNumberFormat.E164)[1:]
            else:
                yield phonenumbers.format_number(one, PhoneNumberFormat.NATIONAL)


def _names(text: str, path: str) -> Candidates:
    """First and last name, or the one that there was."""
    many = (*NAMES, *(f"Person{n} Test{n}" for n in range(11, _LOTS)))
    for name in many:
        first, _, last = name.partition(" ")
        yield name if " " in text else last if _LAST_NAME.search(path) else first


def _births(text: str) -> Candidates:
    for n in range(20):
        yield f"{80 + n}0101" if _SIX.fullmatch(text) else f"19{80 + n}-01-01"


def _passwords(text: str) -> Candidates:
    """One that a public link takes, or one that is too short alike."""
    long = len(text) >= SHORTEST_PASSWORD
    for n in count(1):
        yield f"made-up password {n}" if long else str(n)


def _emails() -> Candidates:
    for name in NAMES:
        yield f"{name.partition(' ')[0].lower()}@example.com"
    for n in count(11):
        yield f"person{n}@example.com"


def _shaped(text: str, start: int) -> Candidates:
    """Texts of the same shape: digits by others, letters by X but for a short prefix."""
    shape = re.sub(r"[^\W\d_]+", _without_words, text)
    places = [i for i, one in enumerate(shape) if one.isdecimal()]
    if not places:
        yield from (f"Text {n}" for n in range(1, _LOTS))
        return
    for n in range(start, _LOTS):
        digits = str(10 ** (len(places) - 1) + n)[-len(places) :]
        made = list(shape)
        for place, digit in zip(places, digits, strict=True):
            made[place] = digit
        yield "".join(made)


def _without_words(found: re.Match[str]) -> str:
    word = found.group()
    keeps = found.start() == 0 and word.isupper() and len(word) <= _PREFIX
    return word if keeps else "X" * len(word)


def _broken(text: str) -> Candidates:
    """Values as bad as this one: letters stay letters, digits digits, and there are as many."""
    for digit in "1023456789":
        shape = re.sub(r"\d", digit, text)
        yield re.sub(r"[^\W\d_]", "x", shape)
    yield "?"
    for n in range(1, _LOTS):
        yield re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "1", text)) + str(n)


def _looks_like(text: str) -> Kind | None:
    if _EMAIL.fullmatch(text):
        return Kind.EMAIL
    if _PERSON.fullmatch(text):
        return Kind.NATIONAL_ID
    return Kind.PHONE if _PHONE.fullmatch(text) else None


def _says_when_or_how_much(text: str, chains: list[tuple[Converter, ...]]) -> bool:
    """A day, a moment, an amount or a yes: nobody's by itself."""
    typed = any(one.text in _TYPED for chain in chains for one in chain)
    if _AMOUNT.fullmatch(text) or (typed and len(re.sub(r"\D", "", text)) <= 8):
        return True
    return _day(text) is not None


def _may_be_born(text: str, chains: list[tuple[Converter, ...]]) -> bool:
    """Six digits that are a day, where no row takes them for a number."""
    if not _SIX.fullmatch(text) or any(one.text in _TYPED for chain in chains for one in chain):
        return False
    with suppress(ValueError):
        return bool(datetime.strptime(text, "%y%m%d"))  # noqa: DTZ007 - a day has no zone
    return False


def _is_long_ago(text: str, now: datetime) -> bool:
    """A day on which somebody may have been born."""
    day = _day(text)
    return day is not None and day.year < now.year - 10


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
