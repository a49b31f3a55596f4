"""The grammar of values and rows: those of the request read the record, those of steps read what
happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk, one_key_of
from hub.contracts.papers import TEMPLATE_FIELDS
from hub.mapping.compiling_fields import ConverterField, ExpressionField, PathField
from hub.mapping.good_rows import Leaf
from hub.mapping.grammar import SHORT, Flag, OneOrMany, Word
from hub.mapping.lines import LINE_FIELDS
from hub.mapping.rows import UNSET, Row, Source, choice_key

_FROM = {"help": "Where the value is read: names joined by dots, e.g. customer.mobile."}
_FROM_CONTEXT = {
    "help": "Where the value is read: what it is part of, then names by dots, e.g. form.name."
}
_ONE_SOURCE = ("from", "value", "expr")
RECIPIENT_FIELDS = ("name", "mobile", "email", "national_id", "language")
DIRECTIONS: Mapping[str, str] = {
    "in": "Read when the request is made.",
    "out": "The answer is written back to the field that `from` names.",
    "both": "Read when the request is made, and the answer is written back to the same field.",
}
# What a step's paths, expressions and texts may begin with.
CONTEXT = (
    "record", "form", "recipient", "recipients", "request", "outcome", "signature", "signatures",
    "records", "carries_on", "handling", "values", "lines", "line", "totals", "views", "documents",
    "evidence", "agreement", "remark", "assigned", "item", "position",
)  # fmt: skip


class _Value(Leaf):
    """One value: exactly one of ``from``, ``value``, ``expr``, and what is done to it."""

    path = PathField(data_key="from", metadata=_FROM)
    value = fields.Raw(allow_none=True, metadata={"help": "A fixed value, written as it stands."})
    expr = ExpressionField(metadata={"help": "JSONata that works the value out."})
    convert = OneOrMany(
        ConverterField(),
        load_default=(),
        metadata={"help": "What is done to the value, one after the other, e.g. [trim, e164:SE]."},
    )
    map = fields.Dict(
        keys=fields.Raw(),
        values=fields.Raw(allow_none=True),
        metadata={"help": "What each value becomes: value, then new value."},
    )
    default = fields.Raw(
        allow_none=True,
        metadata={
            "help": "What stands in when there is nothing, or `map` does not have the value."
        },
    )
    required = Flag(
        load_default=False,
        metadata={"help": "Without a value it is a problem; otherwise the row is left out."},
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_source(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, dict):
            return
        given = [key for key in _ONE_SOURCE if key in original_data]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "has no source"
            raise ValidationError(f"{found}; give exactly one of from, value and expr")
        if given == ["value"] and {"default", "required"} & set(original_data):
            raise ValidationError("a fixed value is never missing; remove default and required")

    def json_rules(self, walk: Walk) -> JsonSchema:
        return one_key_of(*_ONE_SOURCE, never={"value": ("default", "required")})


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

    path = PathField(CONTEXT, data_key="from", metadata=_FROM_CONTEXT)


class _Row(_Value):
    """A value with the name of its target."""

    to = fields.String(
        required=True, validate=SHORT, metadata={"help": "The field that takes the value."}
    )

    @post_load
    def _build(self, data: Any, **_: Any) -> Row:
        return Row(data["to"], _source(data), data.get("direction", "in"))


class LineRow(_Row):
    """A row of ``request.lines``: read from an item of the record."""

    to = Word(
        LINE_FIELDS,
        "line field",
        required=True,
        metadata={
            "help": "The part of the line: `price` is for one unit without tax, `vat` in per cent."
        },
    )


class StepRow(_Row):
    """A row of a step: what is written to a record."""

    path = PathField(CONTEXT, data_key="from", metadata=_FROM_CONTEXT)


def plain_only(data: Mapping[str, Any]) -> None:
    """For values of people: no list or object stands in for one. Raises ``ValidationError``."""
    choices = data.get("map") or {}
    for key, given in (("value", data.get("value")), ("default", data.get("default"))):
        if isinstance(given, list | dict):
            raise ValidationError({key: ["must be a text, not a list or a block; correct it"]})
    wrong = [str(key) for key, value in choices.items() if isinstance(value, list | dict)]
    if wrong:
        raise ValidationError({"map": {wrong[0]: ["must be a text, not a list; correct it"]}})


def _direction() -> Word:
    return Word(
        DIRECTIONS,
        "direction",
        load_default="in",
        metadata={"help": "Which way the value goes."},
    )


class PrefillRow(_Row):
    """A row of ``prefill``: ``to`` is a field of the form."""

    direction = _direction()


class PersonRow(_Row):
    """A row of one of ``recipients``: only read."""

    to = Word(
        RECIPIENT_FIELDS,
        "recipient field",
        required=True,
        metadata={"help": "What about the person this is."},
    )

    @validates_schema
    def _plain(self, data: Any, **_: Any) -> None:
        plain_only(data)

    def json_rules(self, walk: Walk) -> JsonSchema:
        plain = {"not": {"type": ["array", "object"]}}
        keys = {"value": plain, "default": plain, "map": {"additionalProperties": plain}}
        return {**super().json_rules(walk), "allOf": [{"properties": keys}]}


class RecipientRow(PersonRow):
    """A row of ``recipient``."""

    direction = _direction()


class TemplateRow(_Row):
    """A row of a document that the hub makes: what stands on it."""

    to = Word(
        TEMPLATE_FIELDS,
        "template field",
        required=True,
        metadata={"help": "What on the document takes the value."},
    )
