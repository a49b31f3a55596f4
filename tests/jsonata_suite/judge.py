"""Runs one case through ``hub.mapping.expressions`` and says how it differs, if it does.

All limits are the product's but one: the time is the suite's own, since whether a case needs more
than 200 ms depends on the machine.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jsonata import Utils

from hub.mapping import limits
from hub.mapping.expressions import Expression, ExpressionError
from tests.jsonata_suite.cases import Case

NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def difference(case: Case) -> str:
    """What is wrong; empty when the case gives what it must, and leaves its input alone."""
    data = json.loads(case.data) if case.data else None
    try:
        found = _evaluate(case, data)
    except ExpressionError as error:
        if error.code and error.code == case.code:
            return ""
        return f"{error.code or '-'}: {error}" + (f" (not {case.code})" if case.code else "")
    if case.data and not _same(data, json.loads(case.data)):
        return "its input was changed"
    if case.code:
        return f"gives {_short(found)}, not {case.code}"
    wanted = case.result
    if case.unordered and isinstance(found, list) and isinstance(wanted, list):
        found, wanted = sorted(found, key=_text), sorted(wanted, key=_text)
    return "" if _same(found, wanted) else f"gives {_short(found)}, not {_short(wanted)}"


def _evaluate(case: Case, data: Any) -> Any:
    """As the library evaluates, which wraps a list that is the whole input; ours is an object."""
    bindings = {"$": data, **json.loads(case.bindings)}
    if isinstance(data, list):
        data = Utils.create_sequence(data)
        data.outer_wrapper = True
    before, limits.SECONDS = limits.SECONDS, case.seconds
    try:
        return Expression(case.expression).evaluate(data, now=NOW, bindings=bindings)
    finally:
        limits.SECONDS = before


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 is 1.0 and not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
