"""Plain paths into lists, and names below records that nothing gives."""

from __future__ import annotations

import pytest

from tests.mapping.test_lint_names import checked

RECORDS = """\
records:
  customer: {in: register, table: customer, rows: [{to: name, from: recipient.name}]}
  job: {in: register, table: invoice, for_each: record.jobs, rows: [{to: a, from: item.a}]}
then:
  completed: [{create: {in: register, table: invoice, rows: [{to: x, SOURCE}]}}]
"""


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from: records.customer.idd", "unknown name below 'records.customer' 'idd'; did you mean"),
        ("expr: records.customer.nmber", "unknown name below 'records.customer' 'nmber'"),
        ("from: records.job.id", "'records.job' is a list; write expr to read all of it"),
        ("from: lines.text", "'lines' is a list; write expr to read all of it, or lines[0]"),
    ],
)
def test_what_gives_nothing_is_told(source: str, told: str) -> None:
    lines = [str(problem) for problem in checked(RECORDS.replace("SOURCE", source))]
    assert any(told in line for line in lines), lines


@pytest.mark.parametrize(
    "source",
    [
        "from: records.customer.id",
        "from: 'records.job[0].id'",
        "expr: '$join(records.job.id)'",
        "from: 'lines[0].text'",
        "expr: lines.text",
    ],
)
def test_what_is_there_is_not(source: str) -> None:
    lines = [str(problem) for problem in checked(RECORDS.replace("SOURCE", source))]
    assert not [line for line in lines if "then.completed" in line], lines


@pytest.mark.parametrize("items", ["item.parts", "position"])
def test_a_list_cannot_be_an_entry_of_itself(items: str) -> None:
    more = RECORDS.replace("SOURCE", "value: 1").replace("record.jobs", items)
    with pytest.raises(Exception, match="is known to the rows only"):
        checked(more)
