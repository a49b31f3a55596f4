"""The grammar of ``request.notify``: who of the sender's is told, of what, by which way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk, any_of
from hub.contracts.papers import NEWS
from hub.mapping.good_rows import Inside
from hub.mapping.grammar import NOT_EMPTY, OneOrMany, Strict, Word
from hub.mapping.notify import ADDRESSES, WAYS, NotifyRule
from hub.mapping.row_schema import RecordValue
from hub.mapping.rows import Source


class AboutField(fields.Field[Source]):
    """A list of events, or where the record has it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._words = OneOrMany(Word(NEWS, "event"), unique=True, validate=NOT_EMPTY)
        self._block = Inside(RecordValue)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        if isinstance(value, Mapping):
            loaded: Source = self._block.deserialize(value)
            return loaded
        return Source(value=list(self._words.deserialize(value) or ()))

    def json_schema(self, walk: Walk) -> JsonSchema:
        return any_of(walk.value(self._words), walk.block(RecordValue()))


class NotifySchema(Strict):
    """``request.notify``."""

    email = Inside(RecordValue, metadata={"help": "The assigned user's e-mail address."})
    mobile = Inside(
        RecordValue, metadata={"help": "The assigned user's mobile number, with its country."}
    )
    about = AboutField(
        required=True,
        metadata={"help": "What is told: a list, or where the record says what its user chose."},
    )
    by = Word(WAYS, "way", load_default="email", metadata={"help": "Which way the news goes."})

    @validates_schema
    def _reaches(self, data: Mapping[str, Any], **_: Any) -> None:
        name = ADDRESSES.get(data.get("by", ""), "email")
        if name not in data:
            raise ValidationError(f"news by {data['by']} needs '{name}'; say where it is", name)

    def json_rules(self, walk: Walk) -> JsonSchema:
        by_sms: JsonSchema = {"properties": {"by": {"const": "sms"}}, "required": ["by"]}
        return {"if": by_sms, "then": {"required": ["mobile"]}, "else": {"required": ["email"]}}

    @post_load
    def _build(self, data: Mapping[str, Any], **_: Any) -> NotifyRule:
        return NotifyRule(data.get("email"), data.get("mobile"), data["about"], data["by"])
