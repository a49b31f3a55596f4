"""The grammar of the steps that lines go through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.good_rows import Inside, Leaf
from hub.mapping.grammar import Word, up_to
from hub.mapping.line_steps import DECIDED, OFFERED, LineSteps

MOST_STEPS = 20
LONGEST_STEP = 20
LONGEST_NAME = 64


class LineStepSchema(Leaf):
    """One step."""

    step = Word(
        required=True,
        validate=up_to(LONGEST_STEP),
        metadata={"help": "Our key for it; `offered` and `decided` are those that the hub knows."},
    )
    name = fields.String(
        validate=up_to(LONGEST_NAME),
        metadata={"help": "What the upstream calls it. Without it as the key."},
    )


_STEP = Inside(LineStepSchema)


class StepsField(fields.Field[LineSteps]):
    """The steps in their order."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> LineSteps:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_STEPS:
            raise ValidationError(f"must be a list of 1 to {MOST_STEPS} steps; correct it")
        found, faults = [], {}
        for index, one in enumerate(value):
            try:
                found.append(_STEP.deserialize(one))
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(faults)
        return _in_order([(one["step"], one.get("name", one["step"])) for one in found])

    def json_schema(self, walk: Walk) -> JsonSchema:
        listed = walk.entries(walk.block(LineStepSchema()))
        return {**listed, "minItems": 1, "maxItems": MOST_STEPS}


def _in_order(steps: Sequence[tuple[str, str]]) -> LineSteps:
    """Raises ``ValidationError`` where the hub could not move a line along them."""
    keys = [key for key, _ in steps]
    for needed in (OFFERED, DECIDED):
        if needed not in keys:
            raise ValidationError(f"lack '{needed}', to which the hub moves lines; add it")
    if keys[0] == OFFERED or keys.index(OFFERED) > keys.index(DECIDED):
        raise ValidationError(
            f"must have one before '{OFFERED}', and '{DECIDED}' after it; change the order"
        )
    words = [*keys, *(name for key, name in steps if name != key)]
    if len(set(words)) < len(words):
        raise ValidationError("two of them have the same name; rename one")
    return LineSteps(dict(steps))
