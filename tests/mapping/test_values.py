"""Values that a workspace sets: read by rows, expressions and texts, part of the version."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts.records import Note
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.lint import lint
from hub.mapping.loader import compile_mapping
from hub.mapping.surroundings import Surroundings
from hub.mapping.texts import render
from tests.mapping.samples import HEAD, NOW, REQUEST, SOURCE, sample
from tests.mapping.test_lint import FORMS, INSTANCES

DECLARED = HEAD + "values: {depot: Uppsala, series: null}\n"
ASKS = REQUEST + "    - {to: email, from: values.depot}\n  title: 'For {{ values.depot }}'\n"
STEPS = """\
back:
  completed:
    - update: [{to: place, from: values.depot}, {to: number, expr: 'values.series & "-1"'}]
    - note: "At {{ values.depot }}"
"""


def set_to(values: dict[str, Any], extra: str = STEPS) -> CompiledMapping:
    text = sample(extra, head=DECLARED, request=ASKS)
    return compile_mapping(text, "sample.yaml", Surroundings(values=values))


def test_the_workspaces_value_wins_over_the_mappings_own() -> None:
    mapping = set_to({"depot": "Malmö", "series": "T", "of_another_mapping": 1})
    assert mapping.values == {"depot": "Malmö", "series": "T"}
    plan = mapping.plan({"customer_name": "Alice"}, now=NOW)
    assert plan is not None
    assert (plan.title, plan.recipients[0].email) == ("For Malmö", "Malmö")


def test_steps_read_them_too() -> None:
    mapping = set_to({"series": "T"})
    operations = [
        mapping.operation(spec.key, {}, source=SOURCE, now=NOW, render=render)
        for spec in mapping.steps("completed", dict, NOW)
    ]
    update, note = operations
    assert getattr(update, "fields", None) == {"place": "Uppsala", "number": "T-1"}
    assert isinstance(note, Note)
    assert note.text == "At Uppsala"


def test_the_version_changes_with_the_values_that_it_declares() -> None:
    one = set_to({"series": "T"})
    assert one.sha256 != set_to({"series": "P"}).sha256
    assert one.sha256 == set_to({"series": "T", "of_another_mapping": 1}).sha256


@pytest.mark.parametrize(
    "extra",
    [
        "back: {completed: [{update: [{to: a, from: values.depo}]}]}\n",
        "back: {completed: [{update: [{to: a, expr: 'values.depo & 1'}]}]}\n",
        "back: {completed: [{note: 'At {{ values.depo }}'}]}\n",
        "back: {completed: [{note: hello, when: values.depo}]}\n",
    ],
)
def test_one_that_nobody_declared_is_told(extra: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        set_to({}, extra)
    (problem,) = raised.value.problems
    assert "unknown value 'depo'; did you mean 'depot'?" in problem


def test_one_that_nobody_sets_is_told_before_it_is_in_force() -> None:
    def told(values: dict[str, Any]) -> list[str]:
        found = lint(set_to(values), instances=INSTANCES, forms=FORMS, texts=())
        return [str(problem) for problem in found if "values" in problem.row]

    line = DECLARED.splitlines().index("values: {depot: Uppsala, series: null}") + 1
    (problem,) = told({})
    assert problem.startswith(f"sample.yaml:{line}:")
    assert "nobody sets 'series'; write 'values: {series: …}' to the workspace's file" in problem
    assert told({"series": "T"}) == []


def test_without_any_declaration_the_way_out_is_told() -> None:
    text = sample("back: {completed: [{update: [{to: a, from: values.depot}]}]}\n")
    with pytest.raises(ConfigurationError) as raised:
        compile_mapping(text, "sample.yaml")
    assert "add it under 'values', 'depot: …'" in raised.value.problems[0]


def test_a_field_of_the_record_may_have_the_name() -> None:
    text = sample(request=REQUEST + "    - {to: email, from: record.values.depot}\n")
    plan = compile_mapping(text, "sample.yaml").plan({"values": {"depot": "Lund"}}, now=NOW)
    assert plan is not None
    assert plan.recipients[0].email == "Lund"
