"""The grammar of values and rows: those of the request read the record, those of steps read what
happened."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from hub.mapping.grammar import (
    SHORT,
    ConverterField,
    ExpressionField,
    OneOrMany,
    PathField,
    Strict,
    Word,
)
from hub.mapping.lines import LINE_FIELDS
from hub.mapping.rows import UNSET, Row, Source, choice_key

RECIPIENT_FIELDS = ("name", "mobile", "email", "national_id", "language")
DIRECTIONS = ("in", "out", "both")
# What a step's paths, expressions and texts may begin with.
CONTEXT = (
    "record", "form", "recipient", "request", "outcome", "signature", "records", "carries_on",
    "handling", "values", "lines", "line", "item", "position",
)  # fmt: skip


class _Value(Strict):
    """One value: exactly one of ``from``, ``value``, ``expr``, and what is done to it."""

    path = PathField(data_key="from")
    value = fields.Raw(allow_none=True)
    expr = ExpressionField()
    convert = OneOrMany(ConverterField(), load_default=())
    map = fields.Dict(keys=fields.Raw(), values=fields.Raw(allow_none=True))
    default = fields.Raw(allow_none=True)
    required = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_source(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, dict):
            return
        given = [key for key in ("from", "value", "expr") if key in original_data]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "has no source"
            raise ValidationError(f"{found}; give exactly one of from, value and expr")
        if given == ["value"] and {"default", "required"} & set(original_data):
            raise ValidationError("a fixed value is never missing; remove default and required")


def _source(data: dict[str, Any]) -> Source:
    choices = data.get("map")
    return Source(
        path=data.get("path"),
        value=data.get("value", UNSET),
        expression=data.get("expr"),
        chain=tuple(data.get("convert", ())),
        choices=None if choices is None else {choice_key(k): v for k, v in choices.items()},
        default=data.get("default", UNSET),
        required=data.get("required", False),
    )


class RecordValue(_Value):
    """A value read from the record."""

    @post_load
    def _build(self, data: Any, **_: Any) -> Source:
        return _source(data)


class ContextValue(RecordValue):
    """A value read from what happened."""

    path = PathField(CONTEXT, data_key="from")


class _Row(_Value):
    """A value with the name of its target."""

    to = fields.String(required=True, validate=SHORT)

    @post_load
    def _build(self, data: Any, **_: Any) -> Row:
        return Row(data["to"], _source(data), data.get("direction", "in"))


class LineRow(_Row):
    """A row of ``request.lines``: read from an item of the record."""

    to = Word(LINE_FIELDS, "line field", required=True)


class StepRow(_Row):
    """A row of a step: what is written to a record."""

    path = PathField(CONTEXT, data_key="from")


class PrefillRow(_Row):
    """A row of ``prefill``: ``to`` is a field of the form."""

    direction = Word(DIRECTIONS, "direction", load_default="in")


class RecipientRow(PrefillRow):
    """A row of ``recipient``."""

    to = Word(RECIPIENT_FIELDS, "recipient field", required=True)
