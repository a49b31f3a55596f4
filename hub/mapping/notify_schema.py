"""The grammar of ``request.notify``: who of the sender's is told, of what, by which way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk, any_of, pattern
from hub.contracts.papers import NEWS
from hub.mapping.good_rows import Inside
from hub.mapping.grammar import NOT_EMPTY, OneOrMany, Quiet, Strict, Word
from hub.mapping.notify import ADDRESSES, DAILY, DIGEST, TOLD, WAYS, NotifyRule
from hub.mapping.row_schema import RecordValue
from hub.mapping.rows import Source

_MOMENT = "([01][0-9]|2[0-3]):[0-5][0-9]"
_NO_MOMENT = 'is no time of day; write daily, or a time in quotes such as "07:30"'


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


class DigestField(fields.Field[str]):
    """``daily``, or the time of day at which the mail leaves."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if value == "daily":
            return DAILY
        if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
            raise ValidationError(_NO_MOMENT)
        return value

    def json_schema(self, walk: Walk) -> JsonSchema:
        return pattern(f"^(daily|{_MOMENT})$", _NO_MOMENT)


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
    ways = fields.Dict(
        Word(NEWS, "event"),
        Word(TOLD, "way"),
        load_default=dict,
        metadata={"help": "Events that go another way, e.g. {completed: sms, viewed: digest}."},
    )
    digest = DigestField(
        load_default="",
        metadata={
            "help": "News by e-mail are collected and leave once a day: `daily` (08:00), or a time "
            'such as "07:30". It is the workspace\'s own.'
        },
    )
    quiet = Quiet(
        load_default=None,
        metadata={
            "help": 'Hours in which nobody is told anything, e.g. "19:00-07:00"; the news wait '
            "until they are over."
        },
    )

    @validates_schema
    def _reaches(self, data: Mapping[str, Any], **_: Any) -> None:
        for way in dict.fromkeys((data.get("by", ""), *(data.get("ways") or {}).values())):
            name = ADDRESSES.get(way, "email")
            if name not in data:
                raise ValidationError(f"news by {_said(way)} need '{name}'; say where it is", name)

    def json_rules(self, walk: Walk) -> JsonSchema:
        by_sms: JsonSchema = {"properties": {"by": {"const": "sms"}}, "required": ["by"]}
        return {
            "allOf": [
                {"if": by_sms, "then": {"required": ["mobile"]}, "else": {"required": ["email"]}},
                _some_go_by(("sms",), "mobile"),
                _some_go_by(("email", DIGEST), "email"),
            ]
        }

    @post_load
    def _build(self, data: Mapping[str, Any], **_: Any) -> NotifyRule:
        return NotifyRule(
            data.get("email"),
            data.get("mobile"),
            data["about"],
            data["by"],
            data["ways"],
            data["digest"],
            data["quiet"],
        )


def _said(way: str) -> str:
    return "e-mail" if way == DIGEST else way


def _some_go_by(ways: tuple[str, ...], needed: str) -> JsonSchema:
    """Where one event goes by these ways, an address for them is needed."""
    others = [one for one in TOLD if one not in ways]
    none_of_them: JsonSchema = {"properties": {"ways": {"additionalProperties": {"enum": others}}}}
    return {"anyOf": [none_of_them, {"required": [needed]}]}
