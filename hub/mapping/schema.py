"""The grammar of a mapping file: one marshmallow schema. Loading it also compiles paths,
expressions, converters and texts, so that all faults of a file are told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.compiling_fields import ExpressionField
from hub.mapping.example_schema import EVENTS, ExampleSchema
from hub.mapping.good_rows import Inside, Leaf
from hub.mapping.grammar import NOT_EMPTY, Blocks, OneOrMany, Strict, Word, up_to
from hub.mapping.request_schema import RequestSchema
from hub.mapping.step_schema import BackStep, RecordSchema, ThenStep

MOST_RECORDS = 100
MOST_FOLLOW_UPS = 50
TRIGGERS: Mapping[str, str] = {
    "button": "Somebody presses a signed link or button in the upstream.",
    "webhook": "The upstream calls by itself when a record changes.",
    "api": "A program calls the hub's own API.",
    "poll": "The hub looks for changed records by itself.",
}


class SourceSchema(Leaf):
    """``source``: which instance and table the record comes from."""

    connector = Word(
        required=True,
        metadata={"help": "The connector instance of the workspace, by its key there."},
    )
    table = fields.String(
        required=True,
        validate=up_to(100),
        metadata={"help": "The table upstream, by the name that its programs use."},
    )


def _events(step: type[Strict], help: str) -> Blocks:
    steps = fields.List(fields.Nested(step), validate=NOT_EMPTY)
    events = Word(EVENTS, "event")
    return Blocks(steps, events, load_default=dict, metadata={"help": help})


class FollowUpName(Word):
    """The name of a follow-up, which no event has."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name in EVENTS:
            raise ValidationError(
                f"'{name}' is an event; move these steps below 'then', or choose another name"
            )
        return name

    def json_schema(self, walk: Walk) -> JsonSchema:
        return {**super().json_schema(walk), "not": {"enum": list(EVENTS)}}


class MappingSchema(Strict):
    """A whole mapping file."""

    mapping = Word(
        required=True, metadata={"help": "The key of this mapping: the file's name without .yaml."}
    )
    values = Blocks(
        fields.Raw(allow_none=True),
        Word(),
        load_default=dict,
        metadata={
            "help": "Names that rows read as `values.NAME`, with what they are unless the "
            "workspace says otherwise."
        },
    )
    source = Inside(SourceSchema, required=True, metadata={"help": "Where the record comes from."})
    trigger = OneOrMany(
        Word(TRIGGERS, "trigger"),
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "What may start a request; any other call is refused."},
    )
    when = ExpressionField(
        load_default=None,
        metadata={"help": "JSONata on the record; without a true result nothing is asked."},
    )
    request = fields.Nested(
        RequestSchema,
        required=True,
        metadata={"help": "What the customer is asked for, and who the customer is."},
    )
    carries_on = Word(
        load_default="hub",
        metadata={"help": "Who goes on afterwards: hub, upstream, or an instance. Rows read it."},
    )
    records = Blocks(
        fields.Nested(RecordSchema),
        Word(),
        most=MOST_RECORDS,
        load_default=dict,
        metadata={"help": "Records to make or match when the request is completed, in this order."},
    )
    back = _events(BackStep, "After which event what is written to the source record.")
    then = _events(ThenStep, "After which event what is done in any other instance.")
    on_call = Blocks(
        fields.List(fields.Nested(ThenStep), validate=NOT_EMPTY),
        FollowUpName(),
        most=MOST_FOLLOW_UPS,
        load_default=dict,
        metadata={
            "help": "Follow-ups by name: steps as in `then` that are done when somebody asks for "
            "them, once for each request."
        },
    )
    examples = fields.List(
        fields.Nested(ExampleSchema),
        load_default=list,
        metadata={"help": "Tests of this mapping; it is taken into use only when all pass."},
    )
