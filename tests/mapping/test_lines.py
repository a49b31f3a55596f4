"""Lines of a record that do not fit become problems, and never another offer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mapping.samples import NOW, REQUEST, compiled

ROWS = (
    REQUEST
    + """\
  lines:
    for_each: products
    currency: SEK
    rows:
      - {to: id, from: item.sku}
      - {to: text, from: item.name}
      - {to: price, from: item.price}
      - {to: optional, from: item.extra}
"""
)
GOOD = {"sku": "A1", "name": "Pump", "price": 10, "extra": True}
WRONG = [
    ({"extra": "true"}, "optional", "must be yes or no; use convert: bool"),
    ({"extra": 1}, "optional", "must be yes or no; use convert: bool"),
    ({"price": None}, "price", "is missing; give a default where there may be none"),
    ({"price": "1_000"}, "price", "must be a number; use convert: decimal"),
    ({"price": True}, "price", "must be a number; use convert: decimal"),
    ({"sku": ["x"]}, "id", "is a list, an object or a yes or no, not a text"),
    ({"sku": "A" * 101}, "id", "has more than 100 characters"),
    ({"sku": "a\x00b"}, "id", "holds characters that cannot be shown"),
    ({"name": {"a": 1}}, "text", "is a list, an object or a yes or no, not a text"),
    ({"name": "n" * 1001}, "text", "has more than 1000 characters"),
]


@pytest.mark.parametrize(("change", "to", "said"), WRONG)
def test_a_value_of_a_line_that_does_not_fit_is_told(
    change: dict[str, Any], to: str, said: str
) -> None:
    record = {"customer_name": "Alice", "products": [GOOD, {**GOOD, "sku": "B2", **change}]}
    plan = compiled(request=ROWS).plan(record, now=NOW)
    assert plan is not None
    assert [(one.rule, one.message) for one in plan.problems] == [(f"request.lines[2].{to}", said)]
    assert [line.id for line in plan.lines] == ["A1"]


@pytest.mark.parametrize("products", ["none", 7, ["none"], [[1]]])
def test_an_entry_that_is_no_object_is_told(products: Any) -> None:
    record = {"customer_name": "Alice", "products": products}
    plan = compiled(request=ROWS).plan(record, now=NOW)
    assert plan is not None
    [problem] = plan.problems
    assert (problem.rule, problem.path) == ("request.lines[1]", "products")
    assert plan.lines == ()


def test_lines_of_plain_texts_are_read_whole() -> None:
    rows = ROWS[: ROWS.index("      - {to: id")] + "      - {to: text, from: item}\n"
    record = {"customer_name": "Alice", "products": ["Pump  of\nsteel", "Hose"]}
    plan = compiled(request=rows).plan(record, now=NOW)
    assert plan is not None
    assert plan.problems == ()
    assert [(line.id, line.text) for line in plan.lines] == [("1", "Pump of steel"), ("2", "Hose")]
