"""The grammar of a mapping file: one marshmallow schema. Loading it also compiles paths,
expressions, converters and texts, so that all faults of a file are told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hub.mapping.example_schema import EVENTS, ExampleSchema
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
    LineRow,
    PrefillRow,
    RecipientRow,
    RecordValue,
    StepRow,
)
from hub.mapping.rows import Row, Source

TRIGGERS = ("button", "webhook", "api", "poll")
MAX_REMINDERS = 3  # requirement D8

# A schema takes longer to make than to use, so those inside fields are made once.
_RECORD_VALUE = fields.Nested(RecordValue)
_STEP_ROW = fields.Nested(StepRow)


class SourceSchema(Strict):
    """``source``: which instance and table the record comes from."""

    connector = Word(required=True)
    table = fields.String(required=True, validate=SHORT)


def _rows(schema: type[Strict], **options: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), **options)


class CodeField(fields.Field[Source]):
    """A fixed code such as a language's or a currency's, or a value block."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        if isinstance(value, str):
            return Source(value=value)
        loaded: Source = _RECORD_VALUE.deserialize(value)
        return loaded


class ItemsField(fields.Field[Source]):
    """What ``for_each`` goes through: a path, or a value block."""

    def __init__(self, values: type[Strict] = ContextValue, **options: Any) -> None:
        super().__init__(**options)
        self._values = values

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        block = {"from": value} if isinstance(value, str) else value
        loaded: Source = fields.Nested(self._values).deserialize(block)
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


class LinesSchema(Strict):
    """``request.lines``: what the customer accepts or declines one by one."""

    for_each = ItemsField(RecordValue, required=True)
    currency = CodeField(required=True)
    rows = _rows(LineRow, required=True, validate=NOT_EMPTY)


class RequestSchema(Strict):
    """``request``: what the customer is asked for, and who the customer is."""

    later = ("documents", "recipients")

    kind = Word(required=True)
    title = TitleField(load_default=dict)
    number = fields.Nested(RecordValue, load_default=None)
    provider = OneOrMany(Word(), required=True, validate=NOT_EMPTY)
    channels = OneOrMany(Word(), required=True, validate=NOT_EMPTY)
    language = CodeField(load_default=lambda: Source(value="en"))
    expires_after = Duration(required=True)
    reminders = fields.Nested(ReminderSchema, load_default=None)
    form = Word(load_default=None)
    lines = fields.Nested(LinesSchema, load_default=None)
    prefill = _rows(PrefillRow, load_default=list)
    recipient = _rows(RecipientRow, required=True, validate=NOT_EMPTY)


class RecordSchema(Strict):
    """One entry of ``records``: a record to create or match when the request is completed."""

    instance = Word(required=True, data_key="in")
    table = fields.String(validate=SHORT)
    for_each = ItemsField(load_default=None)
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
    """A step: exactly one action, and perhaps ``when`` and ``for_each``."""

    when = ExpressionField()
    for_each = ItemsField(load_default=None)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _exactly_one(self, data: Any, original_data: Any, **_: Any) -> None:
        around = ("when", "for_each")
        actions = [name for name in self.load_fields if name not in around]
        given = [key for key in original_data if key not in around]
        if len(given) != 1:
            raise ValidationError(f"must hold one action; write one of: {', '.join(actions)}")


class FileSchema(Strict):
    """A file that is made of a text."""

    name = TextField(CONTEXT, required=True)
    text = TextField(CONTEXT, required=True)


class AttachField(fields.Field[Mapping[str, str]]):
    """The word ``evidence``, or a file: ``{name: …, text: …}``."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, str]:
        if isinstance(value, str):
            return {"what": Word(("evidence",), "attachment").deserialize(value) or ""}
        loaded: Mapping[str, str] = fields.Nested(FileSchema).deserialize(value)
        return loaded


class BackStep(_OneAction):
    """A step of ``back``: done to the record that started it all."""

    later = ("email", "webhook")

    update = UpdateField()
    note = TextField(CONTEXT)
    attach = AttachField()


class CreateSchema(Strict):
    """``create`` of ``then``."""

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


class ThenAttachSchema(FileSchema):
    """``attach`` of ``then``."""

    instance = Word(required=True, data_key="in")
    table = fields.String(required=True)
    id = fields.Nested(ContextValue, required=True)


class ThenStep(_OneAction):
    """A step of ``then``: follow-up through any connector instance."""

    later = ("email", "webhook")

    create = fields.Nested(CreateSchema)
    update = fields.Nested(ThenUpdateSchema)
    note = fields.Nested(ThenNoteSchema)
    attach = fields.Nested(ThenAttachSchema)


def _events(step: type[Strict]) -> Blocks:
    steps = fields.List(fields.Nested(step), validate=NOT_EMPTY)
    return Blocks(steps, Word(EVENTS, "event"), load_default=dict)


class MappingSchema(Strict):
    """A whole mapping file."""

    mapping = Word(required=True)
    values = Blocks(fields.Raw(allow_none=True), Word(), load_default=dict)
    source = fields.Nested(SourceSchema, required=True)
    trigger = OneOrMany(Word(TRIGGERS, "trigger"), required=True, validate=NOT_EMPTY)
    when = ExpressionField(load_default=None)
    request = fields.Nested(RequestSchema, required=True)
    carries_on = Word(load_default="hub")
    records = Blocks(fields.Nested(RecordSchema), Word(), load_default=dict)
    back = _events(BackStep)
    then = _events(ThenStep)
    examples = fields.List(fields.Nested(ExampleSchema), load_default=list)
