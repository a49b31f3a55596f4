"""Proves that a row which works in both directions reads back what it wrote.

What the customer answered is written to the field that the row reads. That is safe only when
reading that field again gives the same answer: a converter must lose nothing and change nothing the
second time, and a ``map`` must not give two choices the same value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub.mapping.compiled import CompiledMapping
from hub.mapping.plan import RequestRule
from hub.mapping.problems import Path, Problem
from hub.mapping.rows import UNSET, Row, choice_key


def direction_problems(mapping: CompiledMapping) -> Iterator[Problem]:
    """Every row whose direction cannot be kept."""
    request = mapping.request
    used = any(row.direction == "out" for step in mapping.all_steps() for row in step.rows)
    fields = _written(request)
    for part, rows in (("recipient", request.recipient), ("prefill", request.prefill)):
        for index, row in enumerate(rows):
            path: Path = ("request", part, index, "direction")
            if row.direction == "in":
                continue
            fault = why_not(row)
            field = row.source.path.parts[-1] if row.source.path is not None else ""
            others = [each for each in fields.get(field, ()) if each is not row]
            if fault is None and others:
                fault = f"'{others[0].to}' writes '{field}' too; use direction in for one of them"
            if fault:
                yield mapping.document.problem(path, fault)
            elif not used:
                message = "is written nowhere; add {update: both} to 'back'"
                yield mapping.document.problem(path, message, severity="warning")


def _written(request: RequestRule) -> Mapping[str | int, list[Row]]:
    """The rows that write each field back."""
    found: dict[str | int, list[Row]] = {}
    for row in (*request.recipient, *request.prefill):
        if row.direction != "in" and row.source.path is not None:
            found.setdefault(row.source.path.parts[-1], []).append(row)
    return found


def why_not(row: Row) -> str | None:
    """Why an answer cannot be written back through this row; None when it can."""
    source = row.source
    if source.path is None:
        return f"direction {row.direction} needs 'from'; a value or expr cannot be turned round"
    parts = source.path.parts[1:] if source.path.root == "record" else source.path.parts
    if len(parts) != 1:
        return f"direction {row.direction} needs a field of the record itself; name it without dots"
    if row.direction == "out":
        return None
    losing = [each.text for each in source.chain if not each.keeps]
    if losing:
        return f"'{losing[0]}' loses something, so it cannot be turned round; use direction in"
    changing = [each.text for each in source.chain if each.text != "trim"]
    if len(changing) > (0 if source.choices is not None else 1):
        return "too many converters to turn round; keep trim and one more, or none beside map"
    if source.choices is not None:
        values = [choice_key(value) for value in source.choices.values()]
        if len(set(values)) != len(values):
            return "two keys of 'map' have the same value, so it cannot be turned round; use in"
        if source.default is not UNSET:
            return "'default' beside 'map' would overwrite unknown choices; use direction in"
    return None
