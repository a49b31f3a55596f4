"""What JSONata's binary operators do with two values; rare types are left to the library."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

from jsonata import Jsonata

from hub.mapping.natives import to_text

Work = Callable[[Any, Any, Any], Any]  # evaluator, left, right → result

_NUMBERS = frozenset({int, float})


def truth(value: Any) -> bool:
    """What a value counts as in a condition."""
    if value is True or value is False:
        return value
    return bool(value) if type(value) is str else bool(Jsonata.boolize(value))


def _join(sign: str) -> Work:
    def work(evaluator: Any, left: Any, right: Any) -> str:
        text = to_text(left) + to_text(right)
        evaluator.guard.charge(len(text))
        return text

    return work


def _equal(sign: str) -> Work:
    wanted = sign == "="

    def work(evaluator: Any, left: Any, right: Any) -> Any:
        if type(left) is str and type(right) is str:
            return (left == right) is wanted
        return evaluator.evaluate_equality_expression(left, right, sign)

    return work


def _compare(sign: str) -> Work:
    compare = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[sign]

    def work(evaluator: Any, left: Any, right: Any) -> Any:
        kind, other = type(left), type(right)
        if kind is other and (kind is str or kind in _NUMBERS):
            return compare(left, right)
        return evaluator.evaluate_comparison_expression(left, right, sign)

    return work


def _calculate(sign: str) -> Work:
    calculate = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[
        sign
    ]

    def work(evaluator: Any, left: Any, right: Any) -> Any:
        if type(left) in _NUMBERS and type(right) in _NUMBERS:
            result = calculate(float(left), float(right))
            if isfinite(result) and isfinite(right):
                return int(result) if result.is_integer() else result
        return evaluator.evaluate_numeric_expression(left, right, sign)

    return work


OPERATORS: dict[str, Callable[[str], Work]] = {
    "&": _join,
    **dict.fromkeys(("=", "!="), _equal),
    **dict.fromkeys(("<", "<=", ">", ">="), _compare),
    **dict.fromkeys(("+", "-", "*", "/"), _calculate),
}
