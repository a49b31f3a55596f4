"""Records that must not be sent, each with the words that the upstream's user reads: said by the
mapping (``when`` and ``text``), or by the record itself (``from``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.mapping.conditions import wants
from hub.mapping.expressions import Expression
from hub.mapping.people import Part, Unfit, in_language, many_lines
from hub.mapping.problems import BAD_VALUE, Path, RowProblem, row_problem
from hub.mapping.rows import UNSET, Row, Source, evaluate_one
from hub.mapping.texts import TextError, render

REFUSED = "refused"
LONGEST_WORDS = 1000
_LANGUAGES = tuple(REASON_TEXTS[Reason.BAD_RECORD])


@dataclass(frozen=True)
class RefusalRule:
    """One entry of ``refuse``, standing at ``path``: with ``source`` it holds where the record
    gives words there, else where ``when`` does."""

    path: Path
    when: Expression | None
    words: Mapping[str, str]
    source: Source | None = None

    @property
    def rule(self) -> str:
        """How messages call it; entries are counted from 1."""
        return f"request.refuse[{int(self.path[-1]) + 1}]"

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        if self.when is not None:
            yield Part((*self.path, "when"), f"{self.rule}.when", self.when)
        if self.source is not None:
            yield Part(self.path, self.rule, self.source, row=Row("refuse", self.source))
        for language, text in self.words.items():
            at = (*self.path, "text", language) if language else (*self.path, "text")
            yield Part(at, f"{self.rule}.text", text)

    def problem(self, data: Mapping[str, Any], now: datetime) -> RowProblem | None:
        """Why this record is refused; None when it is not, at least not for this."""
        if self.when is not None:
            holds, problem = wants(self.when, self.rule, data, now)
            if problem or not holds:
                return problem
        if self.source is None:
            return self._refused(data, self.words)
        value, problem = evaluate_one(Row("refuse", self.source, rule=self.rule), data, now)
        if problem or value in (UNSET, None, "", {}):
            return problem
        words = value if isinstance(value, Mapping) else {"": value}
        return self._refused({}, words, plain=True)

    def _refused(
        self, data: Mapping[str, Any], words: Mapping[str, Any], *, plain: bool = False
    ) -> RowProblem:
        """The problem with its words; what the record says itself is ``plain`` and no template."""
        path = self.source.reads if self.source is not None else ""
        try:
            said = {
                str(language): many_lines(text if plain else render(text, data), LONGEST_WORDS)
                for language, text in words.items()
            }
        except (TextError, Unfit) as error:
            return row_problem(self.rule, path, BAD_VALUE, f"its words: {error}")
        wording = {language: in_language(said, language) for language in _LANGUAGES}
        message = "the record must not be sent, as its words tell"
        return RowProblem(self.rule, path, REFUSED, message, wording)


def refusals(entries: Sequence[Mapping[str, Any]]) -> tuple[RefusalRule, ...]:
    """The compiled ``request.refuse``."""
    return tuple(
        RefusalRule(("request", "refuse", number), one.get("when"), one["text"], one["source"])
        for number, one in enumerate(entries)
    )


def refused(
    rules: tuple[RefusalRule, ...], data: Mapping[str, Any], now: datetime
) -> tuple[RowProblem, ...]:
    """Every reason for which this record must not be sent."""
    found = (rule.problem(data, now) for rule in rules)
    return tuple(problem for problem in found if problem is not None)
