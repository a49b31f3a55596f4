"""What is wrong in a file (``Problem``), and what does not fit in one record (``RowProblem``)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hub.contracts.plugin import Wording
from hub.contracts.requests import REASON_TEXTS, Reason

Path = tuple[str | int, ...]

# Codes of a RowProblem that are no Reason; each has a sentence for the upstream's user.
MISSING = "missing"
BAD_VALUE = "bad_value"
NOT_IN_MAP = "not_in_map"
EXPRESSION_FAILED = "expression_failed"

_SENTENCES: Mapping[str, Wording] = {
    MISSING: {
        "en": "The field {field} is empty. Fill it in and press the button again.",
        "sv": "Fältet {field} är tomt. Fyll i det och tryck på knappen igen.",
    },
    BAD_VALUE: {
        "en": "The field {field} holds something that does not fit. Correct it and try again.",
        "sv": "Fältet {field} innehåller något som inte stämmer. Rätta det och försök igen.",
    },
    NOT_IN_MAP: {
        "en": "The field {field} has a choice that is not known here. Choose another one.",
        "sv": "Fältet {field} har ett val som inte är känt här. Välj ett annat.",
    },
    EXPRESSION_FAILED: {
        "en": "The rule for {field} could not be worked out for this record. Contact support.",
        "sv": "Regeln för {field} gick inte att räkna ut för den här posten. Kontakta supporten.",
    },
}


@dataclass(frozen=True)
class Problem:
    """One fault in a mapping or form file; its text reads like a compiler's line."""

    file: str
    line: int
    column: int
    row: str
    message: str
    fix: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        note = "" if self.severity == "error" else f"{self.severity}: "
        end = f"; {self.fix}" if self.fix else ""
        return f"{self.file}:{self.line}:{self.column}: {self.row}: {note}{self.message}{end}"


@dataclass(frozen=True)
class RowProblem:
    """One row that this record does not satisfy. Never holds the record's values.

    ``rule`` names the row in the mapping, ``path`` the field it reads, ``code`` is a word for
    programs (``missing_number``, ``bad_number``, ``missing``, ``bad_value``, ...); ``message`` is
    for operators, ``wording`` for the upstream's user.
    """

    rule: str
    path: str
    code: str
    message: str
    wording: Wording = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule} ({self.path or 'no path'}): {self.message}"


def row_problem(rule: str, path: str, code: str, message: str) -> RowProblem:
    """A ``RowProblem`` with the sentences that belong to its code."""
    return RowProblem(rule, path, code, message, _wording(code, path or rule.rpartition(".")[2]))


def _wording(code: str, name: str) -> Wording:
    if code in set(Reason):
        return REASON_TEXTS[Reason(code)]
    sentences = _SENTENCES.get(code, _SENTENCES[BAD_VALUE])
    return {language: text.format(field=name) for language, text in sentences.items()}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The sentence that helps after an unknown word: the nearest one, or all there are."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"use one of: {', '.join(names)}" if names else "nothing is defined here"


def unknown_word(what: str, word: str, known: Collection[str]) -> str:
    """``unknown converter 'e165'; did you mean 'e164'?``"""
    return f"unknown {what} '{word}'; {did_you_mean(word, known)}"
