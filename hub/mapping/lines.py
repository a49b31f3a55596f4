"""The lines of a request: what is offered, one by one, for a customer to accept or decline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from hub.mapping.line_steps import AS_OFFERED, USUAL, JobLine, LineSteps
from hub.mapping.people import Unfit, one_line
from hub.mapping.problems import BAD_VALUE, MISSING, RowProblem, row_problem
from hub.mapping.reading import below
from hub.mapping.rows import UNSET, Row, Source, evaluate, evaluate_one

LINE_FIELDS = ("id", "text", "quantity", "unit", "price", "vat", "optional", "chosen", "step")
MOST_LINES = 500
_RULE = "request.lines"
_AMOUNTS = {"quantity": 1, "price": 0, "vat": 0}
_TEXTS = {"id": 100, "text": 1000, "unit": 40}  # the longest that each may be
_CHOICES = ("optional", "chosen")
CURRENCY = "[A-Z]{3}"


@dataclass(frozen=True)
class LinePlan:
    """One line. ``price`` is for one unit without tax, in the request's currency; ``vat`` is the
    tax in per cent. An ``optional`` one may be declined by itself; ``chosen`` says how it stands
    before the customer has touched it; ``step`` is where it was when it was read, if it has any."""

    id: str
    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    vat: Decimal
    optional: bool
    chosen: bool
    step: str = ""

    def data(self) -> dict[str, Any]:
        """As plain data; amounts as text, so that no digit is lost."""
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in vars(self).items()
            if name != "step" or value
        }


@dataclass(frozen=True)
class LinesRule:
    """The compiled ``request.lines``."""

    items: Source
    currency: Source
    rows: tuple[Row, ...]
    steps: LineSteps | None = None

    def plan(
        self,
        data: Mapping[str, Any],
        now: datetime,
        problems: list[RowProblem],
        seen: dict[str, JobLine] | None = None,
    ) -> tuple[tuple[LinePlan, ...], str]:
        """The lines of a record and their currency (ISO 4217). What does not fit goes to
        ``problems``. Of lines with steps only those that may be offered; ``seen`` takes all."""
        currency = self._currency(data, now, problems)
        found, problem = evaluate_one(Row("lines", self.items, rule=f"{_RULE}.for_each"), data, now)
        if problem:
            problems.append(problem)
        items = [] if found is UNSET else found if isinstance(found, list) else [found]
        if len(items) > MOST_LINES:
            text = f"gives {len(items)} lines, more than {MOST_LINES}"
            problems.append(row_problem(f"{_RULE}.for_each", self.items.reads, BAD_VALUE, text))
            items = []
        lines: list[LinePlan] = []
        taken: set[str] = set()
        for index, item in enumerate(items):
            below = {**data, "item": item, "position": index + 1}
            line = self._line(below, now, problems, {} if seen is None else seen)
            if line is not None and line.id in taken:
                text = "another line has the same id"
                problems.append(row_problem(f"{_RULE}[{index + 1}].id", "", BAD_VALUE, text))
            elif line is not None:
                taken.add(line.id)
                lines.append(line)
        return tuple(lines), currency

    def _currency(self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> str:
        rule = f"{_RULE}.currency"
        value, problem = evaluate_one(Row("currency", self.currency, rule=rule), data, now)
        if problem is None and not (isinstance(value, str) and re.fullmatch(CURRENCY, value)):
            code = MISSING if value is UNSET else BAD_VALUE
            text = "must be the three letters of a currency, e.g. SEK"
            problem = row_problem(rule, self.currency.reads, code, text)
        if problem:
            problems.append(problem)
            return ""
        return str(value)

    def _line(
        self,
        data: Mapping[str, Any],
        now: datetime,
        problems: list[RowProblem],
        seen: dict[str, JobLine],
    ) -> LinePlan | None:
        number, item = data["position"], data["item"]
        rule = f"{_RULE}[{number}]"
        if self._reads_inside and not isinstance(item, Mapping):
            text = "is no object, but rows read fields of it"
            problems.append(row_problem(rule, self.items.reads, BAD_VALUE, text))
            return None
        values, faults = evaluate(self.rows, data, now)
        if self.steps is None:
            return self._offered(values, faults, rule, problems, "")
        try:
            step = self.steps.read(values.pop("step", None))
        except Unfit as fault:
            reads = next(row.source.reads for row in self.rows if row.to == "step")
            problems.append(row_problem(f"{rule}.step", reads, BAD_VALUE, str(fault)))
            return None
        if not self.steps.may_be_offered(step):
            _see(seen, _job_line(values, str(number), step))
            return None
        line = self._offered(values, faults, rule, problems, step)
        if line is not None:
            kept = {name: vars(line)[name] for name in AS_OFFERED}
            _see(seen, JobLine(line.id, step, **kept))
        return line

    def _offered(
        self,
        values: Mapping[str, Any],
        faults: Sequence[RowProblem],
        rule: str,
        problems: list[RowProblem],
        step: str,
    ) -> LinePlan | None:
        """The line as the customer is offered it; what does not fit goes to ``problems``."""
        found = [
            row_problem(f"{rule}.{fault.rule.rpartition('.')[2]}", fault.path,
                        fault.code, fault.message)
            for fault in faults
        ]  # fmt: skip
        bad = {fault.rule.rpartition(".")[2] for fault in faults}
        number = rule.rpartition("[")[2].rstrip("]")
        fit: dict[str, Any] = {"id": number, "text": "", "unit": ""}
        fit |= {name: Decimal(amount) for name, amount in _AMOUNTS.items()}
        for row in self.rows:
            try:
                if row.to in values:
                    fit[row.to] = _fit(row.to, values[row.to])
                elif row.to == "price" and row.to not in bad:
                    text = "is missing; give a default where there may be none"
                    found.append(row_problem(f"{rule}.price", row.source.reads, MISSING, text))
            except Unfit as fault:
                text = str(fault)
                found.append(row_problem(f"{rule}.{row.to}", row.source.reads, BAD_VALUE, text))
        problems += found
        if found:
            return None
        optional = fit.pop("optional", False)
        chosen = fit.pop("chosen", False) or not optional
        return LinePlan(**fit, optional=optional, chosen=chosen, step=step)

    @cached_property
    def _reads_inside(self) -> bool:
        """Whether rows read fields of an entry, which must have some then."""
        return any(name for row in self.rows for name in below(row.source, "item"))


def lines_rule(part: Mapping[str, Any] | None) -> LinesRule | None:
    """What the grammar gives for ``request.lines``, compiled."""
    if part is None:
        return None
    rows = tuple(
        Row(one.to, one.source, one.direction, f"{_RULE}.{one.to}") for one in part["rows"]
    )
    stepped = any(row.to == "step" for row in rows)
    steps = (part["steps"] or USUAL) if stepped else None
    return LinesRule(part["for_each"], part["currency"], rows, steps)


def _see(seen: dict[str, JobLine], line: JobLine) -> None:
    seen.setdefault(line.id, line)


def _job_line(values: Mapping[str, Any], number: str, step: str) -> JobLine:
    """What is known of a line that need not be complete: found, and without a price yet."""
    fit: dict[str, Any] = {"id": number}
    for name in (*_TEXTS, *_AMOUNTS):
        try:
            if values.get(name) is not None:
                fit[name] = _fit(name, values[name])
        except Unfit:
            continue
    return JobLine(**fit, step=step)


def _fit(name: str, value: Any) -> Any:
    """A value of a line as its plan holds it. Raises ``Unfit``."""
    if name in _TEXTS:
        return one_line(value, _TEXTS[name])
    if name in _CHOICES:
        if not isinstance(value, bool):
            raise Unfit("must be yes or no; use convert: bool")
        return value
    amount = _amount(value)
    if amount is None:
        raise Unfit("must be a number; use convert: decimal")
    return amount


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or "_" in str(value):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 15 else None
