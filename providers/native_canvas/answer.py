"""What an order asks of the customer, and what came back: read, judged, in one canonical form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.contracts.canvas import METHODS, CanvasAnswer, Ink
from hub.contracts.requests import SigningTask
from hub.kernel.errors import Refused, Unfit
from hub.toolkit.ink import check_ink, ink_data, parse_ink, read_ink

LONGEST_NAME = 200
# Marks that turn the direction of what follows: with them a name reads otherwise than it is stored.
_TURNING = {*"\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


@dataclass(frozen=True)
class Asked:
    """What one order asks for: methods (none: an approval), the exact consent, whether a one-time
    code goes before, how much ink. ``known_as`` names an approver who wrote no name."""

    methods: tuple[str, ...]
    consent: str
    code: bool
    least_ink: float
    known_as: str


def asked_of(task: SigningTask, *, typed: bool, least_ink: float) -> Asked:
    """What the task asks for, as far as the settings let it. Raises ``Refused``."""
    offered = [one for one in METHODS if typed or one != "typed"]
    wanted = task.options.get("methods")
    names = offered if wanted is None else [one.strip() for one in wanted.split(",") if one.strip()]
    methods = tuple(dict.fromkeys(one for one in names if one in offered))
    if names and not methods:
        raise Refused("none of the wanted methods is offered", code="method_not_offered")
    return Asked(
        methods,
        _one_line(task.options.get("consent", "")),
        bool(task.options.get("code")),
        least_ink,
        clean_name(task.recipient.name),
    )


def read_answer(asked: Asked, answer: Mapping[str, Any]) -> CanvasAnswer:
    """The answer to what was asked; ``ink`` may come as JSON text or parsed. Raises ``Unfit``."""
    method = _text(answer, "method")
    if method not in (asked.methods or ("",)):
        raise Unfit("method_unknown")
    name = clean_name(_text(answer, "name")) or ("" if asked.methods else asked.known_as)
    if not any(unicodedata.category(char)[0] in "LNSP" for char in name):
        raise Unfit("name_missing")
    if len(name) > LONGEST_NAME:
        raise Unfit("name_too_long", most=LONGEST_NAME)
    ink = _ink(asked, answer.get("ink")) if method == "drawn" else None
    consent = _one_line(_text(answer, "consent"))
    if consent != asked.consent:
        raise Unfit("consent_missing")
    code_used = _one_line(_text(answer, "code_used")) or None
    if asked.code and code_used is None:
        raise Unfit("code_missing")
    return CanvasAnswer(method, name, consent, ink, code_used if asked.code else None)


def answer_data(answer: CanvasAnswer) -> dict[str, Any]:
    """The answer as plain data; what is empty is left out."""
    data = {
        "method": answer.method,
        "name": answer.name,
        "consent": answer.consent,
        "code_used": answer.code_used,
        "ink": ink_data(answer.ink) if answer.ink else None,
    }
    return {key: value for key, value in data.items() if value}


def clean_name(name: str) -> str:
    """Composed, on one line, without characters that control or turn; joiners stay, since emoji and
    Persian names need them."""
    composed = unicodedata.normalize("NFC", _one_line(name))
    kept = (
        char
        for char in composed
        if unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") and char not in _TURNING
    )
    return _one_line("".join(kept))


def _ink(asked: Asked, given: Any) -> Ink:
    if given is None:
        raise Unfit("ink_missing")
    ink = parse_ink(given) if isinstance(given, str) else read_ink(given)
    check_ink(ink, asked.least_ink)
    return ink


def _one_line(text: str) -> str:
    """Browsers change line breaks and white space on their way through a form."""
    return re.sub(r"\s+", " ", text).strip()


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""
