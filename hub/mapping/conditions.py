"""Conditions: ``when`` of a mapping, of its people, papers and steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.mapping.expressions import Expression, ExpressionError
from hub.mapping.problems import EXPRESSION_FAILED, RowProblem, row_problem
from hub.mapping.rows import UNSET


def wanted(
    when: Expression | None,
    rule: str,
    data: Mapping[str, Any],
    now: datetime,
    problems: list[RowProblem],
) -> bool:
    """Whether a part of the request is there. A condition that fails is a problem, not a no."""
    if when is None:
        return True
    holds, problem = wants(when, f"{rule}.when", data, now)
    if problem is not None:
        problems.append(problem)
    return holds


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
