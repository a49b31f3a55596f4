"""The people of a request, and what a record may give as somebody's name, number, address or
language, and as short texts: of the right type, of one line, no longer than what is sent and
stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.contracts.papers import ACTING, SIGNER
from hub.mapping.conditions import wanted
from hub.mapping.expressions import Expression
from hub.mapping.problems import BAD_VALUE, MISSING, Path, RowProblem, row_problem
from hub.mapping.rows import Row, Source, evaluate

RECIPIENT_KEY = "signer"
LONGEST_TITLE = 300
LONGEST_NUMBER = 100
LONGEST: Mapping[str, int] = {
    "name": 200,
    "mobile": 40,
    "email": 254,  # RFC 5321 gives a path 256 characters, of them two brackets
    "national_id": 40,
    "language": 8,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
LANGUAGE = "[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?"


@dataclass(frozen=True)
class RecipientPlan:
    """One person of a request. ``mobile`` is E.164 where the mapping converts it; people of a lower
    ``turn`` come first, viewers and copies have none of their own."""

    key: str
    role: str
    name: str
    language: str
    mobile: str | None = None
    email: str | None = None
    national_id: str | None = None
    turn: int = 1

    def told(self) -> dict[str, Any]:
        """What steps may read of somebody: all but the national id."""
        told = {name: value for name, value in vars(self).items() if value is not None}
        told.pop("national_id", None)
        return told


@dataclass(frozen=True)
class Part:
    """One thing of the request that reads the record: where it stands in the file, what messages
    call it, and what it is. ``besides`` are names that are known only there."""

    path: Path
    rule: str
    what: Source | Expression | str
    besides: tuple[str, ...] = ()
    row: Row | None = None


@dataclass(frozen=True)
class PersonRule:
    """A compiled person: an entry of ``recipients``, or ``recipient`` alone. ``path`` is where the
    rows stand."""

    path: Path
    key: str
    rows: tuple[Row, ...]
    role: str = SIGNER
    turn: int = 1
    when: Expression | None = None

    @property
    def alone(self) -> bool:
        """Whether it is the short form: one signer."""
        return self.path[1] == "recipient"

    @property
    def rule(self) -> str:
        """How messages call it."""
        return "request.recipient" if self.alone else f"request.recipients.{self.key}"

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        if self.when is not None:
            yield Part((*self.path[:-1], "when"), f"{self.rule}.when", self.when)
        for index, row in enumerate(self.rows):
            yield Part((*self.path, index), row.rule, row.source, row=row)

    def plan(
        self, data: Mapping[str, Any], language: str, now: datetime, problems: list[RowProblem]
    ) -> RecipientPlan | None:
        """The person in a record; None where there is none. Faults go to ``problems``."""
        if not wanted(self.when, self.rule, data, now, problems):
            return None
        asked = [row for row in self.rows if row.direction != "out"]
        person, faults = evaluate(asked, data, now)
        problems += faults
        return _recipient(self, asked, person, language, problems)


def plan_people(
    rules: tuple[PersonRule, ...],
    data: Mapping[str, Any],
    language: str,
    now: datetime,
    problems: list[RowProblem],
) -> tuple[RecipientPlan, ...]:
    """The people in a record, those who act first, in their turns. There is always one, so that it
    can be told whose request does not fit."""
    made = [rule.plan(data, language, now, problems) for rule in rules]
    found = [one for one in made if one is not None]
    if not any(one.role == SIGNER for one in found):
        told = "nobody signs: for this record the 'when' of each signer says no"
        problems.append(row_problem("request.recipients", "", MISSING, told))
    if not found:
        return (RecipientPlan(rules[0].key, SIGNER, "", language),)
    return tuple(sorted(found, key=lambda one: (one.role not in ACTING, one.turn)))


class Unfit(ValueError):
    """A value that cannot be used; the text is the end of a sentence and never repeats it."""


def one_line(value: Any, longest: int) -> str:
    """A text of one line: blanks and line breaks in it become one blank each, as people meant
    them. Raises ``Unfit``."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("is a list, an object or a yes or no, not a text")
    text = " ".join(str(value).split())
    if len(text) > longest:
        raise Unfit(f"has more than {longest} characters")
    if _CONTROL.search(text):
        raise Unfit("holds characters that cannot be shown")
    return text


def language_code(value: Any) -> str:
    """The code of a language, such as ``sv``, also of ``SV`` and ``sv-SE``: texts are written for
    languages and not for countries. Raises ``Unfit``."""
    text = one_line(value, LONGEST["language"])
    if not re.fullmatch(LANGUAGE, text):
        raise Unfit("is no code of a language such as sv or en; use map")
    return text.partition("-")[0].lower()


def many_lines(value: Any, longest: int) -> str:
    """A text whose line breaks stay. Raises ``Unfit``."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("is a list, an object or a yes or no, not a text")
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > longest:
        raise Unfit(f"has more than {longest} characters")
    if _CONTROL.search(text.replace("\n", "").replace("\t", "")):
        raise Unfit("holds characters that cannot be shown")
    return text


def in_language(texts: Mapping[str, str], language: str) -> str:
    """A text in the language, else the one for all, else in English or in any."""
    text = texts.get(language, texts.get("", texts.get("en", "")))
    return text or next(iter(texts.values()), "")


def _recipient(
    of: PersonRule,
    rows: Iterable[Row],
    person: Mapping[str, Any],
    language: str,
    problems: list[RowProblem],
) -> RecipientPlan:
    """A person, from what the rows gave. What does not fit goes to ``problems``."""
    fit: dict[str, str] = {}
    for row in rows:
        if row.to not in person:
            continue
        try:
            value = person[row.to]
            longest = LONGEST.get(row.to, LONGEST["name"])
            fit[row.to] = language_code(value) if row.to == "language" else one_line(value, longest)
        except Unfit as fault:
            text = f"the value {fault}"
            problems.append(row_problem(row.rule, row.source.reads, BAD_VALUE, text))
    return RecipientPlan(
        key=of.key,
        role=of.role,
        name=fit.get("name", ""),
        language=fit.get("language", language),
        mobile=fit.get("mobile"),
        email=fit.get("email"),
        national_id=fit.get("national_id"),
        turn=of.turn,
    )
