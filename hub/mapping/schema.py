"""The grammar of a mapping file: one marshmallow schema. Loading it also compiles paths,
expressions, converters and texts, so that all faults of a file are told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hub.contracts.events import EventKind
from hub.mapping.grammar import (
    NOT_EMPTY,
    SHORT,
    Blocks,
    Duration,
    ExpressionField,
    OneOrMany,
    Quiet,
    Strict,
    TextField,
    Word,
)
from hub.mapping.problems import did_you_mean
from hub.mapping.row_schema import (
    CONTEXT,
    ContextValue,
    PrefillRow,
    RecipientRow,
    RecordValue,
    StepRow,
)
from hub.mapping.rows import Row, Source

TRIGGERS = ("button", "webhook", "api", "poll")
MAX_REMINDERS = 3  # requirement D8
EVENTS = tuple(
    kind.value
    for kind in EventKind
    if kind
    in {
        EventKind.STARTED, EventKind.INVITED, EventKind.OPENED, EventKind.SIGNED,
        EventKind.DECLINED, EventKind.COMPLETED, EventKind.EXPIRED, EventKind.CANCELLED,
        EventKind.FAILED, EventKind.UNREACHABLE,
    }
)  # fmt: skip

# A schema takes longer to make than to use, so those inside fields are made once.
_RECORD_VALUE = fields.Nested(RecordValue)
_STEP_ROW = fields.Nested(StepRow)


class SourceSchema(Strict):
    """``source``: which instance and table the record comes from."""

    connector = Word(required=True)
    table = fields.String(required=True, validate=SHORT)


def _rows(schema: type[Strict], **options: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), **options)


class LanguageField(fields.Field[Source]):
    """A fixed language code, or a value block."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        if isinstance(value, str):
            return Source(value=value)
        loaded: Source = _RECORD_VALUE.deserialize(value)
        return loaded


class TitleField(fields.Field[Mapping[str, str]]):
    """A text, or one a language."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, str]:
        text = TextField(None)
        if isinstance(value, Mapping) and value:
            return Blocks(text, Word()).deserialize(value) or {}
        return {"": text.deserialize(value) or ""}


class ReminderSchema(Strict):
    """``reminders``: when the customer is asked again."""

    after = Duration(required=True)
    every = Duration()
    limit = fields.Integer(strict=True, load_default=MAX_REMINDERS)
    quiet = Quiet(load_default=None)
    channel = Word(load_default=None)

    @validates_schema
    def _ceiling(self, data: Any, **_: Any) -> None:
        if not 0 <= data["limit"] <= MAX_REMINDERS:
            raise ValidationError(
                f"{data['limit']} reminders are not allowed; write 0 to {MAX_REMINDERS}", "limit"
            )


class RequestSchema(Strict):
    """``request``: what the customer is asked for, and who the customer is."""

    later = ("documents", "recipients", "lines", "include")

    kind = Word(required=True)
    title = TitleField(load_default=dict)
    number = fields.Nested(RecordValue, load_default=None)
    provider = OneOrMany(Word(), required=True, validate=NOT_EMPTY)
    channels = OneOrMany(Word(), required=True, validate=NOT_EMPTY)
    language = LanguageField(load_default=lambda: Source(value="en"))
    expires_after = Duration(required=True)
    reminders = fields.Nested(ReminderSchema, load_default=None)
    form = Word(load_default=None)
    prefill = _rows(PrefillRow, load_default=list)
    recipient = _rows(RecipientRow, required=True, validate=NOT_EMPTY)


class RecordSchema(Strict):
    """One entry of ``records``: a record to create or match when the request is completed."""

    later = ("for_each", "include")

    instance = Word(required=True, data_key="in")
    table = fields.String(validate=SHORT)
    match = OneOrMany(fields.String(), load_default=())
    rows = _rows(StepRow, required=True, validate=NOT_EMPTY)
    note = TextField(CONTEXT)
    when = ExpressionField()

    @validates_schema
    def _match_is_written(self, data: Any, **_: Any) -> None:
        targets = [row.to for row in data.get("rows", ())]
        for name in data.get("match", ()):
            if name not in targets:
                message = f"matches on '{name}', which no row gives; {did_you_mean(name, targets)}"
                raise ValidationError(message, "match")


class UpdateField(fields.Field[tuple[bool, tuple[Row, ...]]]):
    """``both``, or a list of rows that may begin with the word ``both``."""

    def _deserialize(
        self, value: Any, attr: Any, data: Any, **kwargs: Any
    ) -> tuple[bool, tuple[Row, ...]]:
        if value == "both":
            return True, ()
        if not isinstance(value, list) or not value:
            raise ValidationError("must be a list of rows; or write the word both")
        found, faults = [], {}
        for index, item in enumerate(value):
            if item == "both" and index == 0:
                continue
            try:
                found.append(_STEP_ROW.deserialize(item))
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(faults)
        return value[0] == "both", tuple(found)


class _OneAction(Strict):
    """A step: exactly one action, and perhaps ``when``."""

    when = ExpressionField()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _exactly_one(self, data: Any, original_data: Any, **_: Any) -> None:
        actions = [name for name in self.load_fields if name != "when"]
        given = [key for key in original_data if key != "when"]
        if len(given) != 1:
            raise ValidationError(f"must hold one action; write one of: {', '.join(actions)}")


class BackStep(_OneAction):
    """A step of ``back``: done to the record that started it all."""

    later = ("email", "webhook")

    update = UpdateField()
    note = TextField(CONTEXT)
    attach = Word(("evidence",), "attachment")


class CreateSchema(Strict):
    """``create`` of ``then``."""

    later = ("for_each",)

    instance = Word(required=True, data_key="in")
    table = fields.String(required=True)
    match = OneOrMany(fields.String(), load_default=())
    rows = _rows(StepRow, required=True, validate=NOT_EMPTY)


class ThenUpdateSchema(Strict):
    """``update`` of ``then``: a record of any instance, found by its id."""

    instance = Word(required=True, data_key="in")
    table = fields.String(required=True)
    id = fields.Nested(ContextValue, required=True)
    rows = _rows(StepRow, required=True, validate=NOT_EMPTY)


class ThenNoteSchema(Strict):
    """``note`` of ``then``."""

    instance = Word(required=True, data_key="in")
    table = fields.String(required=True)
    id = fields.Nested(ContextValue, required=True)
    text = TextField(CONTEXT, required=True)


class ThenStep(_OneAction):
    """A step of ``then``: follow-up through any connector instance."""

    later = ("email", "webhook")

    create = fields.Nested(CreateSchema)
    update = fields.Nested(ThenUpdateSchema)
    note = fields.Nested(ThenNoteSchema)


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
    records = fields.Dict()


class ExpectSchema(Strict):
    """``expect`` of an example: only what is named is compared."""

    skipped = fields.Boolean(truthy={True}, falsy={False})
    language = fields.String()
    title = fields.String()
    number = fields.String()
    recipient = fields.Dict()
    prefill = fields.Dict()
    problems = fields.List(fields.String())
    records = fields.Dict()
    back = fields.List(fields.Raw())
    then = fields.List(fields.Raw())


class ExampleSchema(Strict):
    """One example: a test that stands in the file."""

    name = fields.String(required=True, validate=SHORT)
    given = fields.Nested(GivenSchema, required=True)
    expect = fields.Nested(ExpectSchema, required=True)


def _events(step: type[Strict]) -> Blocks:
    steps = fields.List(fields.Nested(step), validate=NOT_EMPTY)
    return Blocks(steps, Word(EVENTS, "event"), load_default=dict)


class MappingSchema(Strict):
    """A whole mapping file."""

    later = ("include", "for_each")

    mapping = Word(required=True)
    source = fields.Nested(SourceSchema, required=True)
    trigger = OneOrMany(Word(TRIGGERS, "trigger"), required=True, validate=NOT_EMPTY)
    when = ExpressionField(load_default=None)
    request = fields.Nested(RequestSchema, required=True)
    carries_on = Word(load_default="hub")
    records = Blocks(fields.Nested(RecordSchema), Word(), load_default=dict)
    back = _events(BackStep)
    then = _events(ThenStep)
    examples = fields.List(fields.Nested(ExampleSchema), load_default=list)
