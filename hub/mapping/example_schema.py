"""The grammar of ``examples``: the tests that stand in a mapping file."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hub.contracts.events import LINE_EVENTS, EventKind
from hub.mapping.expectations import OPERATORS, block_faults, is_block
from hub.mapping.grammar import SHORT, Flag, OneOrMany, Strict, Word

# What ``back`` and ``then`` may follow.
EVENTS = tuple(
    kind.value
    for kind in EventKind
    if kind
    in {
        EventKind.STARTED, EventKind.INVITED, EventKind.OPENED, EventKind.SIGNED,
        EventKind.DECLINED, EventKind.COMPLETED, EventKind.EXPIRED, EventKind.CANCELLED,
        EventKind.FAILED, EventKind.UNREACHABLE,
    }
) + LINE_EVENTS  # fmt: skip


class GivenSchema(Strict):
    """``given`` of an example: the record, and what happened to the request."""

    record = fields.Dict(required=True)
    now = fields.AwareDateTime(format="iso")
    event = Word(EVENTS, "event")
    form = fields.Dict()
    recipient = fields.Dict()
    request = fields.Dict()
    outcome = fields.Dict()
    signature = fields.Dict()
    lines = fields.List(fields.Dict())
    line = fields.Dict()
    records = fields.Dict()


class Expected(fields.Field[Any]):
    """A value of one kind, or a block of operators. Operators may stand anywhere in it."""

    def __init__(self, kind: type, called: str, **options: Any) -> None:
        super().__init__(**options)
        self._kind, self._called = kind, called

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not is_block(value) and not isinstance(value, self._kind):
            operators = ", ".join(OPERATORS)
            raise ValidationError(f"must be {self._called}; write one, or one of: {operators}")
        faults: dict[Any, Any] = {}
        for path, fault in block_faults(value):
            here = faults
            for part in path[:-1]:
                here = here.setdefault(part, {})
            here[path[-1]] = [fault]
        if faults:
            raise ValidationError(faults)
        return value


class ErrorSchema(Strict):
    """``error`` of an example: a problem that the record must cause. ``text`` is a part of its
    message."""

    rule = fields.String(validate=SHORT)
    path = fields.String(validate=SHORT)
    code = fields.String(validate=SHORT)
    text = fields.String(validate=SHORT)

    @validates_schema(pass_original=True)
    def _says_something(self, data: Any, original_data: Any, **_: Any) -> None:
        if not original_data:
            raise ValidationError("says nothing; give at least one of rule, path, code and text")


class ExpectSchema(Strict):
    """``expect`` of an example: only what is named is compared."""

    skipped = Flag()
    kind = Expected(str, "a text")
    provider = OneOrMany(fields.String())
    channels = OneOrMany(fields.String())
    form = Expected(str, "a text")
    carries_on = Expected(str, "a text")
    expires_after = Expected(str, "a duration such as 14d")
    reminders = Expected(dict, "a block of keys")
    language = Expected(str, "a text")
    title = Expected(str, "a text")
    number = Expected(str, "a text")
    recipient = Expected(dict, "a block of keys")
    prefill = Expected(dict, "a block of keys")
    lines = Expected(list, "a list")
    currency = Expected(str, "a text")
    problems = fields.List(fields.String())
    error = OneOrMany(fields.Nested(ErrorSchema))
    records = Expected(dict, "a block of keys")
    back = Expected(list, "a list")
    then = Expected(list, "a list")


class ExampleSchema(Strict):
    """One example: a test that stands in the file."""

    name = fields.String(required=True, validate=SHORT)
    given = fields.Nested(GivenSchema, required=True)
    expect = fields.Nested(ExpectSchema, required=True)
