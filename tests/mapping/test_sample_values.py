"""Rows in both directions are tried on made-up values: enough of them fit, each run is the same,
and a row that does not come back is told."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

import pytest

from hub.mapping import round_trips as trips
from hub.mapping.compiled import CompiledMapping
from hub.mapping.converters import Converter, parse_converter
from hub.mapping.round_trips import WANTED, round_trips
from hub.mapping.rows import Source
from hub.mapping.sample_values import sample_values
from tests.mapping.samples import NOW, REQUEST, compiled

KEEPING = [
    "trim", "e164:SE", "e164:NO", "e164:RO", "e164:US", "datetime", "decimal", "int", "bool",
    "national_id:SE", "national_id:DK", "national_id:NO", "national_id:FI",
    "postcode:SE", "postcode:DK", "postcode:NO", "postcode:FI", "postcode:DE", "postcode:FR",
    "postcode:RO",
]  # fmt: skip


def both(options: str) -> CompiledMapping:
    prefill = f"  form: f\n  prefill: [{{to: answer, from: stored, direction: both{options}}}]\n"
    return compiled("back: {completed: [{update: both}]}\n", request=REQUEST + prefill)


@pytest.mark.parametrize("converter", KEEPING)
def test_every_converter_that_keeps_all_comes_back(converter: str) -> None:
    assert parse_converter(converter).keeps
    (trip,) = round_trips(both(f", convert: [trim, '{converter}']"), now=NOW)
    assert trip.problem is None
    assert trip.tried >= WANTED // 2  # check digits come by chance


def test_choices_and_plain_fields_come_back() -> None:
    for options in ("", ", map: {Svenska: sv, English: en}", ", convert: trim, map: {a: 1, b: 2}"):
        (trip,) = round_trips(both(options), now=NOW)
        assert (trip.problem, trip.tried) == (None, WANTED)


def test_the_same_seed_gives_the_same_values() -> None:
    source = Source(chain=(parse_converter("decimal"),))
    first, second, other = (
        list(islice(sample_values(source, Random(seed)), 50)) for seed in (1, 1, 2)
    )
    assert first == second != other


def test_only_rows_that_are_written_back_are_tried() -> None:
    request = (
        REQUEST + "  form: f\n  prefill: [{to: a, from: b, direction: both}, {to: c, from: d}]\n"
    )
    assert list(round_trips(compiled(request=request), now=NOW)) == []
    mapping = compiled("back: {completed: [{update: both}]}\n", request=request)
    assert [trip.row.to for trip in round_trips(mapping, now=NOW)] == ["a"]


def _grows(value: Any, now: datetime) -> str:
    return f"{value}!"


def test_a_row_that_does_not_come_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = both(", convert: trim")
    liar = Converter("liar", _grows, keeps=True)  # says that it keeps all, and does not
    for step in mapping.all_steps():
        for row in step.rows:
            object.__setattr__(row.source, "chain", (liar,))
    (trip,) = trips.round_trips(mapping, now=NOW)
    assert trip.problem is not None
    assert trip.problem.row == "request.prefill[answer].direction"
    assert "written back as" in trip.problem.message
    assert trip.problem.fix == "use direction in"
