"""The language that a record says somebody reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.mapping.people import Unfit, language_code
from hub.mapping.problems import BAD_VALUE, RowProblem, row_problem
from hub.mapping.rows import UNSET, Row, evaluate_one


def spoken(row: Row, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> str:
    """A language's code; empty where the record has none."""
    value, problem = evaluate_one(row, data, now)
    if problem is None and value is not UNSET:
        try:
            return language_code(value)
        except Unfit as fault:
            said = f"the value {fault}"
            problem = row_problem(row.rule, row.source.reads, BAD_VALUE, said)
    if problem:
        problems.append(problem)
    return ""
