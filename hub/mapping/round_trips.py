"""Tries rows with ``direction: both`` on made-up values: what is read, answered unchanged and
written back must read as the same answer, and writing it again must change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

from hub.mapping.compiled import CompiledMapping
from hub.mapping.directions import why_not
from hub.mapping.problems import Path, Problem
from hub.mapping.rows import UNSET, Row, evaluate_one
from hub.mapping.sample_values import sample_values

WANTED = 60  # values that the row can read
_MOST = 6_000  # values tried until so many are found


@dataclass(frozen=True)
class RoundTrip:
    """How one row did. ``tried`` counts the values that it could read."""

    row: Row
    tried: int
    problem: Problem | None


def round_trips(mapping: CompiledMapping, *, now: datetime, seed: int = 0) -> Iterator[RoundTrip]:
    """One for each row that is read and written back."""
    request = mapping.request
    for part, rows in (("recipient", request.recipient), ("prefill", request.prefill)):
        for index, row in enumerate(rows):
            back = _written_by(mapping, row) if row.direction == "both" else None
            if back is None or why_not(row):
                continue
            chance = Random(f"{seed}:{row.rule}")  # noqa: S311 - no secret hangs on it
            tried, said = _try(row, back, chance, now)
            path: Path = ("request", part, index, "direction")
            problem = mapping.document.problem(path, f"{said}; use direction in") if said else None
            yield RoundTrip(row, tried, problem)


def _written_by(mapping: CompiledMapping, row: Row) -> Row | None:
    """The row that writes the answer back."""
    rows = (each for step in mapping.all_steps() for each in step.rows)
    name, field = f".both.{row.to}", _field(row)
    return next((each for each in rows if each.rule.endswith(name) and each.to == field), None)


def _try(row: Row, back: Row, random: Random, now: datetime) -> tuple[int, str]:
    tried = 0
    for stored in islice(sample_values(row.source, random), _MOST):
        answer = _read(row, stored, now)
        if answer is UNSET:
            continue
        tried += 1
        once = _write(row, back, answer, stored, now)
        again = _read(row, once, now)
        if again is UNSET or again != answer or _write(row, back, again, once, now) != once:
            told = "nothing" if again is UNSET else repr(again)
            said = f"{stored!r} is read as {answer!r}, written back as {once!r} and read as {told}"
            return tried, said.replace("; ", ", ")
        if tried >= WANTED:
            break
    return tried, "" if tried else "no made-up value can be read, so it could not be tried"


def _read(row: Row, stored: Any, now: datetime) -> Any:
    """What the row makes of the value in the record; ``UNSET`` when it does not fit."""
    record = {_field(row): stored}
    value, _ = evaluate_one(row, {**record, "record": record}, now)
    return value


def _write(row: Row, back: Row, answer: Any, stored: Any, now: datetime) -> Any:
    """What is written for an answer where ``stored`` stands in the record."""
    known = {"form": {row.to: answer}, "record": {_field(row): stored}}
    value, _ = evaluate_one(back, known, now)
    return None if value is UNSET else value


def _field(row: Row) -> str:
    return str(row.source.path.parts[-1]) if row.source.path else ""
