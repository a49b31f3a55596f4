"""The grammar of ``request.documents`` and ``request.attachments``: what is signed, and what lies
beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk, any_of, one_key_of
from hub.contracts.papers import ATTACHMENT, BASE64, TEMPLATE, TEMPLATES, URL
from hub.mapping.compiling_fields import ExpressionField, TextField
from hub.mapping.grammar import NOT_EMPTY, Strict, Word, up_to
from hub.mapping.paper_sources import is_address
from hub.mapping.row_schema import RecordValue, TemplateRow
from hub.mapping.rows import UNSET, Source
from hub.mapping.value_fields import ItemsField, TitleField

LONGEST_KEY = 37  # an entry of a list gets its number behind it, and a column has 40
_OUTSIDE = (ATTACHMENT, URL, BASE64)
_NO_ADDRESS = "is no address; write one that begins with https:// or http://"
_KEY = {"help": "What rows, examples and events call it."}
_TITLE = {"help": "What people read as its name: a text, or one for each language."}
_FILE_NAME = {"help": "What the file is called when somebody downloads it."}
_HERE = {"help": "A file that hangs on the record: where the field with it is."}
_THERE = {"help": "A web address (http or https) from which the hub gets it."}
_INSIDE = {"help": "The file's content itself, in base64."}
_WHEN = {"help": "JSONata on the record; without a true result it is left out."}


class UrlValue(RecordValue):
    """A value that is a web address."""

    @post_load
    def _build(self, data: Any, **_: Any) -> Source:
        loaded: Source = super()._build(data)
        for key, given in (("value", loaded.value), ("default", loaded.default)):
            if given is not UNSET and not (isinstance(given, str) and is_address(given)):
                raise ValidationError({key: [_NO_ADDRESS]})
        for key, given in (loaded.choices or {}).items():
            if not (isinstance(given, str) and is_address(given)):
                raise ValidationError({"map": {key: [_NO_ADDRESS]}})
        return loaded

    def json_rules(self, walk: Walk) -> JsonSchema:
        address = {"type": "string", "pattern": r"^https?://[^\s@/]+"}
        keys = {"value": address, "default": address, "map": {"additionalProperties": address}}
        return {**super().json_rules(walk), "allOf": [{"properties": keys}]}


def exactly_one(names: Sequence[str], original: Any) -> None:
    """Raises ``ValidationError`` unless one of the keys stands in a block."""
    given = [name for name in names if name in original]
    if len(given) != 1:
        found = f"has {' and '.join(given)}" if given else "has no source"
        raise ValidationError(f"{found}; give exactly one of {', '.join(names)}")


class DocumentSchema(Strict):
    """A document: a PDF that is signed."""

    key = Word(required=True, validate=up_to(LONGEST_KEY), metadata=_KEY)
    title = TitleField(required=True, metadata=_TITLE)
    file_name = TextField(None, metadata=_FILE_NAME)
    when = ExpressionField(metadata=_WHEN)
    template = Word(
        TEMPLATES, "template", metadata={"help": "The hub makes the document, of this kind."}
    )
    rows = fields.List(
        fields.Nested(TemplateRow),
        validate=NOT_EMPTY,
        metadata={"help": "What stands on a document that the hub makes; lines are the request's."},
    )
    attachment = fields.Nested(RecordValue, metadata=_HERE)
    url = fields.Nested(UrlValue, metadata=_THERE)
    base64 = fields.Nested(RecordValue, metadata=_INSIDE)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_source(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        exactly_one((TEMPLATE, *_OUTSIDE), original_data)
        if "rows" in original_data and TEMPLATE not in original_data:
            raise ValidationError("are for a template only; remove them", "rows")
        if TEMPLATE in original_data and "rows" not in original_data:
            raise ValidationError("is missing; say what stands on the document", "rows")

    def json_rules(self, walk: Walk) -> JsonSchema:
        rules = one_key_of(TEMPLATE, *_OUTSIDE, never=dict.fromkeys(_OUTSIDE, ("rows",)))
        return {**rules, "dependentRequired": {TEMPLATE: ["rows"]}}


class FlagOrValue(fields.Field[Source]):
    """true or false, or where the record says it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._block = fields.Nested(RecordValue)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        if isinstance(value, bool):
            return Source(value=value)
        if not isinstance(value, Mapping):
            raise ValidationError("must be yes or no; write true, false or where it is read")
        loaded: Source = self._block.deserialize(value)
        return loaded

    def json_schema(self, walk: Walk) -> JsonSchema:
        return any_of({"type": "boolean"}, walk.block(RecordValue()))


class AttachmentSchema(Strict):
    """An attachment: a file beside the documents, or one for each entry of a list."""

    key = Word(required=True, validate=up_to(LONGEST_KEY), metadata=_KEY)
    title = TitleField(required=True, metadata=_TITLE)
    file_name = TextField(None, metadata=_FILE_NAME)
    when = ExpressionField(metadata=_WHEN)
    for_each = ItemsField(
        RecordValue,
        load_default=None,
        metadata={
            "help": "The list of the record that gives an attachment for each entry: its path. "
            "`item` is the entry, `position` counts from 1."
        },
    )
    must_view = FlagOrValue(
        load_default=None,
        metadata={"help": "Whether nobody can sign before having looked at it. Else not."},
    )
    attachment = fields.Nested(RecordValue, metadata=_HERE)
    url = fields.Nested(UrlValue, metadata=_THERE)
    base64 = fields.Nested(RecordValue, metadata=_INSIDE)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_source(self, data: Any, original_data: Any, **_: Any) -> None:
        if isinstance(original_data, Mapping):
            exactly_one(_OUTSIDE, original_data)

    def json_rules(self, walk: Walk) -> JsonSchema:
        return one_key_of(*_OUTSIDE)
