"""What a mapping says about one record: the request to make, or what is wrong with the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from hub.mapping.expressions import Expression, ExpressionError
from hub.mapping.lines import LinePlan, LinesRule
from hub.mapping.people import (
    LONGEST_NUMBER,
    LONGEST_TITLE,
    RecipientPlan,
    Unfit,
    language_code,
    one_line,
    recipient,
)
from hub.mapping.problems import BAD_VALUE, EXPRESSION_FAILED, RowProblem, row_problem
from hub.mapping.rows import UNSET, Row, evaluate, evaluate_one, plain
from hub.mapping.texts import TextError, render

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class ReminderRule:
    """When the customer is asked again: first ``after``, then ``every``, ``limit`` times in all;
    none in ``quiet`` hours; through ``channel``, or the first of the request's channels."""

    after: timedelta
    every: timedelta
    limit: int
    quiet: tuple[time, time] | None = None
    channel: str | None = None


@dataclass(frozen=True)
class RequestPlan:
    """The request that a record asks for. With ``problems`` it must not be sent."""

    kind: str
    title: str
    number: str  # what people call the record; empty: it has nothing better than its id
    providers: tuple[str, ...]
    channels: tuple[str, ...]
    language: str
    expires_after: timedelta
    reminders: ReminderRule
    form: str | None
    prefill: Mapping[str, Any]
    recipients: tuple[RecipientPlan, ...]
    carries_on: str
    lines: tuple[LinePlan, ...] = ()
    currency: str = ""
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True)
class RequestRule:
    """The compiled ``request`` part of a mapping."""

    kind: str
    title: Mapping[str, str]
    number: Row | None
    providers: tuple[str, ...]
    channels: tuple[str, ...]
    language: Row
    expires_after: timedelta
    reminders: ReminderRule
    form: str | None
    prefill: tuple[Row, ...]
    recipient: tuple[Row, ...]
    carries_on: str
    when: Expression | None
    values: Mapping[str, Any]
    lines: LinesRule | None = None

    def plan(self, record: Mapping[str, Any], now: datetime) -> RequestPlan | None:
        """The request for ``record``; None when ``when`` says that there is none to make."""
        data = self.data(record)
        problems: list[RowProblem] = []
        if self.when is not None:
            wanted, problem = wants(self.when, "when", data, now)
            if problem:
                problems.append(problem)
            elif not wanted:
                return None
        language = self._language(data, now, problems)
        asked = [row for row in self.recipient if _reads(row)]
        person, faults = evaluate(asked, data, now)
        problems += faults
        signer = recipient(asked, person, language, problems)
        asked = [row for row in self.prefill if _reads(row)]
        prefill, faults = evaluate(asked, data, now)
        problems += faults
        problems += [_no_answer(row) for row in asked if _is_no_answer(prefill.get(row.to))]
        lines, currency = (
            self.lines.plan(data, now, problems) if self.lines is not None else ((), "")
        )
        return RequestPlan(
            kind=self.kind,
            title=self._title(language, data, problems),
            number=self._number(data, now, problems),
            providers=self.providers,
            channels=self.channels,
            language=language,
            expires_after=self.expires_after,
            reminders=self.reminders,
            form=self.form,
            prefill=prefill,
            recipients=(signer,),
            carries_on=self.carries_on,
            lines=lines,
            currency=currency,
            problems=tuple(problems),
        )

    def data(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What rows, expressions and texts of the request may refer to."""
        fields = plain(record)
        return {**fields, "record": fields, "values": self.values}

    def title_text(self, language: str) -> str:
        """The title's template: in the language, else the one for all, else any."""
        title = self.title
        text = title.get(language, title.get("", title.get(FALLBACK_LANGUAGE, "")))
        return text or next(iter(title.values()), "")

    def _language(self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> str:
        value, problem = evaluate_one(self.language, data, now)
        if problem is None and value is not UNSET:
            try:
                return language_code(value)
            except Unfit as fault:
                problem = _unfit(self.language, fault)
        if problem:
            problems.append(problem)
        return FALLBACK_LANGUAGE

    def _number(self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> str:
        if self.number is None:
            return ""
        value, problem = evaluate_one(self.number, data, now)
        if problem is None and value is not UNSET and value is not None:
            try:
                return one_line(value, LONGEST_NUMBER)
            except Unfit as fault:
                problem = _unfit(self.number, fault)
        if problem:
            problems.append(problem)
        return ""

    def _title(self, language: str, data: Mapping[str, Any], problems: list[RowProblem]) -> str:
        try:
            return one_line(render(self.title_text(language), data), LONGEST_TITLE)
        except (TextError, Unfit) as error:
            text = f"the title {error}" if isinstance(error, Unfit) else str(error)
            problems.append(row_problem("request.title", "", BAD_VALUE, text))
            return ""


def wants(
    when: Expression, rule: str, data: Mapping[str, Any], now: datetime
) -> tuple[bool, RowProblem | None]:
    """Whether a condition holds; a failing one is a problem, not a no."""
    try:
        return truthy(when.evaluate(data, now=now)), None
    except ExpressionError as error:
        return False, row_problem(rule, "", EXPRESSION_FAILED, str(error))


def truthy(value: Any) -> bool:
    """Truth as JSONata's ``$boolean`` sees it: a list is true when one of its entries is."""
    if isinstance(value, list):
        return any(truthy(item) for item in value)
    return bool(value) if value is not UNSET else False


def _unfit(row: Row, fault: Unfit) -> RowProblem:
    return row_problem(row.rule, row.source.reads, BAD_VALUE, f"the value {fault}")


def _is_no_answer(value: Any) -> bool:
    """Whether a form has no field that could hold it: several choices are a list of texts."""
    inner = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict | list) for each in inner)


def _no_answer(row: Row) -> RowProblem:
    text = "the value is an object or a list of such, which no field of a form holds"
    return row_problem(row.rule, row.source.reads, BAD_VALUE, text)


def _reads(row: Row) -> bool:
    return row.direction != "out"
