"""What is read without detours is what marshmallow reads, and so is what it says."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from hub.mapping.example_schema import ExpectSchema, GivenSchema
from hub.mapping.good_rows import Leaf
from hub.mapping.request_schema import ReminderSchema
from hub.mapping.row_schema import ContextValue, LineRow, PrefillRow, RecipientRow, StepRow
from hub.mapping.rows import Row, Source

LEAVES = [
    kind()
    for kind in (
        ContextValue, LineRow, PrefillRow, RecipientRow, StepRow, ReminderSchema, GivenSchema,
        ExpectSchema,
    )
]  # fmt: skip
values = st.sampled_from(
    [None, "", "name", "mobile", "record.a", "form.b", "a..b", "in", "trim", ["trim", "upper"],
     "nope", True, False, 1, 2.5, {}, {"a": 1}, {"a": [1]}, [], [{"a": 1}], "24h", "21:00-08:00",
     "x" * 201]
)  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Leaf, dict[str, Any]]:
    leaf = draw(st.sampled_from(LEAVES))
    keys = [field.data_key or name for name, field in leaf.load_fields.items()]
    names = st.sampled_from([*keys, "nope"])
    return leaf, draw(st.dictionaries(names, values, max_size=5))


def outcome(load: Any, data: dict[str, Any]) -> str:
    try:
        return shown(load(data))
    except ValidationError as error:
        return f"refused: {error.messages}"


def shown(loaded: Any) -> str:
    if isinstance(loaded, Row):
        return f"{loaded.to} {loaded.direction} {shown(loaded.source)}"
    if isinstance(loaded, Source):
        return f"{loaded.texts()} {loaded}".replace(repr(loaded.expression), "")
    return repr(loaded)


@settings(max_examples=500, deadline=None)
@given(blocks())
@example((LEAVES[2], {"to": "a", "from": "b", "convert": "trim", "default": None}))
@example((LEAVES[3], {"to": "mobile", "from": "b", "direction": "both", "map": {"a": {}}}))
def test_the_outcome_is_marshmallows(block: tuple[Leaf, dict[str, Any]]) -> None:
    leaf, data = block
    assert outcome(leaf.load, data) == outcome(lambda given: Schema.load(leaf, given), data)
