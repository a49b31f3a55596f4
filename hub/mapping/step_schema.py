"""The grammar of what follows from an event: ``records``, the steps of ``back`` and of ``then``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk, any_of, one_key_of
from hub.mapping.attached import ATTACHED
from hub.mapping.compiling_fields import ExpressionField, TextField
from hub.mapping.good_rows import Inside
from hub.mapping.grammar import NOT_EMPTY, SHORT, OneOrMany, Strict, Word
from hub.mapping.request_schema import rows_of
from hub.mapping.row_schema import CONTEXT, ContextValue, StepRow
from hub.mapping.rows import Row
from hub.mapping.sending_schema import EmailSchema, WebhookSchema
from hub.mapping.steps import REMARK
from hub.mapping.value_fields import ItemsField

_AROUND = ("when", "for_each")
_INSTANCE = {"help": "The connector instance that is written to."}
_TABLE = {"help": "The table there."}
_ROWS = {"help": "The fields that are written, and where each value comes from."}
_MATCH = {
    "help": "Fields by which an existing record is found, the most trusted first. A record that "
    "is found is updated, otherwise one is made."
}
_ID = {"help": "Which record: where its id comes from."}
_FOR_EACH = {
    "help": "A list to go through: once for each entry, which rows read as `item` and `position`."
}

_EMAIL = {"help": "Send an e-mail, to the sender's own people or to others."}
_WEBHOOK = {"help": "Call a web address, with rows as its signed body."}


class RecordSchema(Strict):
    """One entry of ``records``: a record to create or match when the request is completed."""

    instance = Word(required=True, data_key="in", metadata=_INSTANCE)
    table = fields.String(
        validate=SHORT,
        metadata={"help": "The table there. Without it the name of this block."},
    )
    for_each = ItemsField(load_default=None, metadata=_FOR_EACH)
    match = OneOrMany(fields.String(), unique=True, load_default=(), metadata=_MATCH)
    rows = rows_of(StepRow, required=True, validate=NOT_EMPTY, metadata=_ROWS)
    note = TextField(
        CONTEXT, metadata={"help": "A note on the record: a text, or the key of a workspace's one."}
    )
    when = ExpressionField(
        metadata={"help": "JSONata; without a true result the record is left out."}
    )


# A schema takes longer to make than to use, so one inside a field is made once.
_STEP_ROW = Inside(StepRow)


class UpdateField(fields.Field[tuple[bool, tuple[Row, ...]]]):
    """``both``, or a list of rows that may begin with the word ``both``."""

    def _deserialize(
        self, value: Any, attr: Any, data: Any, **kwargs: Any
    ) -> tuple[bool, tuple[Row, ...]]:
        if value == "both":
            return True, ()
        if not isinstance(value, list) or not value:
            raise ValidationError("must be a list of rows; or write the word both")
        found: list[Row] = []
        faults: dict[int, Any] = {}
        for index, item in enumerate(value):
            if item == "both" and index == 0:
                continue
            if item == "both":
                faults[index] = ["'both' must be the first entry; move it up"]
                continue
            try:
                found.append(_STEP_ROW.deserialize(item))
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(faults)
        return value[0] == "both", tuple(found)

    def json_schema(self, walk: Walk) -> JsonSchema:
        both: JsonSchema = {"const": "both"}
        listed = walk.entries(walk.block(StepRow()))
        first = any_of(both, *listed["items"].get("anyOf", [listed["items"]]))
        return any_of(both, {**listed, "prefixItems": [first], "minItems": 1})


class FileSchema(Strict):
    """A file: made of a text, or what came of the request."""

    name = TextField(CONTEXT, metadata={"help": "The file's name. Needed for a text."})
    text = TextField(
        CONTEXT,
        metadata={"help": "What stands in it: a text, or the key of one of the workspace's texts."},
    )
    file = Word(
        ATTACHED,
        "file",
        metadata={"help": "Instead of a text: what came of the request, or with a message."},
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _text_or_file(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        if ("text" in original_data) == ("file" in original_data):
            raise ValidationError("must hold either text or file; write one of them")
        if "text" in original_data and "name" not in original_data:
            missing = self.load_fields["name"].error_messages["required"]
            raise ValidationError({"name": [missing]})

    def json_rules(self, walk: Walk) -> JsonSchema:
        return {**one_key_of("text", "file"), "dependentRequired": {"text": ["name"]}}


_FILE = fields.Nested(FileSchema)


class AttachField(fields.Field[Mapping[str, str]]):
    """The word ``signed``, ``evidence`` or ``remark``, or a block that says more."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, str]:
        if isinstance(value, str):
            return {"file": Word(ATTACHED, "attachment").deserialize(value) or ""}
        loaded: Mapping[str, str] = _FILE.deserialize(value)
        return loaded

    def json_schema(self, walk: Walk) -> JsonSchema:
        return any_of(walk.value(Word(ATTACHED)), walk.block(FileSchema()))


class _OneAction(Strict):
    """A step: exactly one action, and perhaps ``when`` and ``for_each``."""

    when = ExpressionField(
        metadata={"help": "JSONata; without a true result the step is left out."}
    )
    for_each = ItemsField(load_default=None, metadata=_FOR_EACH)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _exactly_one(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        actions = self._actions()
        given = [key for key in original_data if key not in _AROUND]
        if len(given) != 1:
            raise ValidationError(f"must hold one action; write one of: {', '.join(actions)}")
        if "for_each" in original_data and _is_remark(original_data.get("attach")):
            told = "stands beside files of a message, which are attached one by one; remove it"
            raise ValidationError(told, "for_each")

    def json_rules(self, walk: Walk) -> JsonSchema:
        return one_key_of(*self._actions())

    def _actions(self) -> list[str]:
        return [name for name in self.load_fields if name not in _AROUND]


def _is_remark(attach: Any) -> bool:
    return (attach.get("file") if isinstance(attach, Mapping) else attach) == REMARK


class BackStep(_OneAction):
    """A step of ``back``: done to the record that started it all."""

    update = UpdateField(
        metadata={
            "help": "Rows that are written to the source record. The word `both` stands for every "
            "row of the request with direction both or out."
        }
    )
    note = TextField(
        CONTEXT, metadata={"help": "A note on the record: a text, or the key of a workspace's one."}
    )
    attach = AttachField(
        metadata={
            "help": "A file for the record: signed (the sealed PDF), evidence (the proof's zip), "
            "remark (each file of the message), or one made of a text."
        }
    )
    email = fields.Nested(EmailSchema, metadata=_EMAIL)
    webhook = fields.Nested(WebhookSchema, metadata=_WEBHOOK)


class CreateSchema(Strict):
    """``create`` of ``then``."""

    instance = Word(required=True, data_key="in", metadata=_INSTANCE)
    table = fields.String(required=True, metadata=_TABLE)
    match = OneOrMany(fields.String(), unique=True, load_default=(), metadata=_MATCH)
    rows = rows_of(StepRow, required=True, validate=NOT_EMPTY, metadata=_ROWS)


class ThenUpdateSchema(Strict):
    """``update`` of ``then``: a record of any instance, found by its id."""

    instance = Word(required=True, data_key="in", metadata=_INSTANCE)
    table = fields.String(required=True, metadata=_TABLE)
    id = Inside(ContextValue, required=True, metadata=_ID)
    rows = rows_of(StepRow, required=True, validate=NOT_EMPTY, metadata=_ROWS)


class ThenNoteSchema(Strict):
    """``note`` of ``then``."""

    instance = Word(required=True, data_key="in", metadata=_INSTANCE)
    table = fields.String(required=True, metadata=_TABLE)
    id = Inside(ContextValue, required=True, metadata=_ID)
    text = TextField(
        CONTEXT,
        required=True,
        metadata={"help": "The note: a text, or the key of one of the workspace's texts."},
    )


class ThenAttachSchema(FileSchema):
    """``attach`` of ``then``."""

    instance = Word(required=True, data_key="in", metadata=_INSTANCE)
    table = fields.String(required=True, metadata=_TABLE)
    id = Inside(ContextValue, required=True, metadata=_ID)


class ThenStep(_OneAction):
    """A step of ``then``: follow-up through any connector instance."""

    create = fields.Nested(
        CreateSchema, metadata={"help": "Make a record in any instance, or match one there."}
    )
    update = fields.Nested(
        ThenUpdateSchema, metadata={"help": "Write to a record of any instance."}
    )
    note = fields.Nested(ThenNoteSchema, metadata={"help": "Put a note to a record anywhere."})
    attach = fields.Nested(ThenAttachSchema, metadata={"help": "Put a file to a record anywhere."})
    email = fields.Nested(EmailSchema, metadata=_EMAIL)
    webhook = fields.Nested(WebhookSchema, metadata=_WEBHOOK)
