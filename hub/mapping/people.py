"""What a record may give as somebody's name, number, address or language, and as short texts: of
the right type, of one line, no longer than what is sent and stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.mapping.problems import BAD_VALUE, RowProblem, row_problem
from hub.mapping.rows import Row

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
    """Who is to sign. ``mobile`` is E.164 where the mapping converts it."""

    key: str
    role: str
    name: str
    language: str
    mobile: str | None = None
    email: str | None = None
    national_id: str | None = None


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


def recipient(
    rows: Iterable[Row], person: Mapping[str, Any], language: str, problems: list[RowProblem]
) -> RecipientPlan:
    """The signer of a request, from what the rows gave. What does not fit goes to ``problems``."""
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
        key=RECIPIENT_KEY,
        role="signer",
        name=fit.get("name", ""),
        language=fit.get("language", language),
        mobile=fit.get("mobile"),
        email=fit.get("email"),
        national_id=fit.get("national_id"),
    )
