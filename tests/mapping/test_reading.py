"""Which records and values are read, however that is written."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts.records import Update
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.directions import direction_problems
from hub.mapping.loader import compile_mapping
from hub.mapping.texts import render
from tests.mapping.samples import NOW, SOURCE, sample

RECORDS = """
records:
  repair: {in: agiloft, table: repair, rows: [{to: a, value: x}]}
  repair-case: {in: agiloft, table: repair, rows: [{to: a, value: x}]}
then:
  completed:
    - {create: {in: agiloft, table: invoice, rows: [{to: job, SOURCE}]}}
"""


def compiled(source: str, more: str = RECORDS) -> CompiledMapping:
    return compile_mapping(sample() + more.replace("SOURCE", source), "sample.yaml")


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("from: records.repair.id", ("repair",)),
        ("from: records.repair-case.id", ("repair-case",)),
        ("from: records.`repair-case`.id", ("repair-case",)),
        ("expr: records.repair.id", ("repair",)),
        ("expr: records . `repair-case` . id", ("repair-case",)),
        ("expr: $$.records.repair.id", ("repair",)),
        ("expr: 'records.(repair.id)'", ("repair", "repair-case")),
        ("""expr: '$lookup(records, "repair").id'""", ("repair", "repair-case")),
        ("expr: '$keys($$)'", ("repair", "repair-case")),
        ("expr: '*.repair.id'", ("repair", "repair-case")),
        ("expr: '/* records.old */ form.x & \"records.repair\"'", ()),
        ("expr: 'form.x * 2'", ()),
    ],
)
def test_a_step_needs_the_records_that_it_reads(source: str, needs: tuple[str, ...]) -> None:
    assert compiled(source).step("then.completed.0").spec.needs == needs


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("Kept in records.Please see", ()),
        ("See {{ records['repair-case'].id }}", ("repair-case",)),
        ("{% for name in records %}{{ name }}{% endfor %}", ("repair", "repair-case")),
    ],
)
def test_a_note_needs_the_records_that_it_shows(text: str, needs: tuple[str, ...]) -> None:
    more = RECORDS.partition("then:")[0] + f'back:\n  completed: [{{note: "{text}"}}]\n'
    assert compiled("", more).step("back.completed.0").spec.needs == needs


@pytest.mark.parametrize(
    "source", ["from: records.repar.id", "from: records.`repar`.id", "expr: records . repar . id"]
)
def test_a_record_that_nobody_makes_is_told(source: str) -> None:
    with pytest.raises(ConfigurationError, match="unknown record 'repar'; did you mean 'repair'"):
        compiled(source)


@pytest.mark.parametrize(
    "source", ["from: values.`my-vel`", "expr: '`values`.`my-vel`'", "from: values.my-vel"]
)
def test_a_value_that_nobody_declared_is_told(source: str) -> None:
    more = RECORDS + "values: {my-val: 1}\n"
    with pytest.raises(ConfigurationError, match="unknown value 'my-vel'; did you mean 'my-val'"):
        compiled(source, more)


def test_what_is_written_back_goes_to_the_field_that_was_read() -> None:
    row = "{to: name, from: '`my name`', direction: both}"
    text = sample().replace("{to: name, from: customer_name}", row)
    mapping = compile_mapping(text + "back: {completed: [{update: both}]}\n", "sample.yaml")
    [found] = mapping.step("back.completed.0").rows
    assert found.to == "my name"


@pytest.mark.parametrize(
    ("choices", "former", "answer", "written"),
    [
        ("{true: yes please, false: no thanks}", True, "no thanks", False),
        ("{1: low, 2: high}", 1, "high", 2),
        ("{1: low, 3: high}", "1", "high", "3"),
        ("{a: low, b: high}", "a", "high", "b"),
        ("{1: low, x: high}", 1, "high", "x"),
    ],
)
def test_a_choice_is_written_back_in_the_type_in_which_it_was_read(
    choices: str, former: Any, answer: str, written: Any
) -> None:
    row = f"{{to: name, from: level, map: {choices}, direction: both}}"
    text = sample().replace("{to: name, from: customer_name}", row)
    text = text.partition("examples:")[0] + "back: {completed: [{update: both}]}\n"
    mapping = compile_mapping(text, "sample.yaml")
    context = {"record": {"level": former}, "form": {"name": answer}}
    operation = mapping.operation(
        "back.completed.0", context, source=SOURCE, now=NOW, render=render
    )
    assert isinstance(operation, Update)
    assert operation.fields == {"level": written}
    assert type(operation.fields["level"]) is type(written)


def test_two_rows_that_write_one_field_back_are_told() -> None:
    text = sample().replace(
        "    - {to: name, from: customer_name}\n",
        "    - {to: name, from: city, direction: both}\n"
        "  prefill: [{to: place, from: record.city, direction: both}]\n",
    )
    mapping = compile_mapping(text + "back: {completed: [{update: both}]}\n", "sample.yaml")
    said = [str(problem) for problem in direction_problems(mapping)]
    assert [line.partition(": ")[2].partition(";")[0] for line in said] == [
        "request.recipient[name].direction: 'place' writes 'city' too",
        "request.prefill[place].direction: 'name' writes 'city' too",
    ]
