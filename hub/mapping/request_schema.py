"""The grammar of ``request``: what the customer is asked for, and who the customer is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk, one_key_of
from hub.contracts.papers import MOST_ATTACHMENTS, MOST_DOCUMENTS, SIGNER
from hub.mapping.compiling_fields import ExpressionField, PathField
from hub.mapping.good_rows import Inside, Leaf
from hub.mapping.grammar import NOT_EMPTY, Duration, Flag, OneOrMany, Strict, Word, up_to
from hub.mapping.lines import CURRENCY
from hub.mapping.notify_schema import NotifySchema
from hub.mapping.options_schema import CHOICE_NEEDS_CONTACTS, OptionsSchema, lacks_contacts
from hub.mapping.paper_schema import AttachmentSchema, DocumentSchema, exactly_one
from hub.mapping.people import LANGUAGE
from hub.mapping.people_schema import MOST_PEOPLE, PersonSchema, SigningSchema
from hub.mapping.plan import FAILOVER_AFTER
from hub.mapping.reminder_schema import ReminderSchema
from hub.mapping.row_schema import LineRow, PrefillRow, RecipientRow, RecordValue
from hub.mapping.rows import Source
from hub.mapping.share import REPLACE
from hub.mapping.share_schema import ShareSchema
from hub.mapping.signing import SigningRule
from hub.mapping.steps_field import StepsField
from hub.mapping.value_fields import CodeField, ItemsField, TitleField

_WORDS = ("text", "from")


def _listed(schema: type[Strict], most: int, **options: Any) -> fields.List[Any]:
    """A list of blocks, of at least one and at most ``most``."""
    said = f"must have 1 to {most} entries; correct it"
    return fields.List(
        fields.Nested(schema), validate=validate.Length(1, most, error=said), **options
    )


def _blocks(value: Any) -> dict[int, Mapping[str, Any]]:
    """The blocks of a list as it was written, by their places."""
    entries = enumerate(value) if isinstance(value, list) else ()
    return {index: one for index, one in entries if isinstance(one, Mapping)}


def rows_of(schema: type[Leaf], **options: Any) -> fields.List[Any]:
    """A list of rows of one kind."""
    return fields.List(Inside(schema), **options)


class LinesSchema(Strict):
    """``request.lines``: what the customer accepts or declines one by one."""

    for_each = ItemsField(
        RecordValue,
        required=True,
        metadata={"help": "The list of the record that gives a line for each entry: its path."},
    )
    currency = CodeField(
        CURRENCY,
        "is no currency; write its three letters, such as SEK",
        required=True,
        metadata={"help": "Three letters such as SEK, or where the record says it."},
    )
    rows = rows_of(
        LineRow,
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "What each line holds; `item` is the entry, `position` counts from 1."},
    )
    steps = StepsField(
        load_default=None,
        metadata={
            "help": "The steps of lines that have a row `step`, in order, with the upstream's "
            "names. Else found, priced, offered, decided."
        },
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _steps_of_rows(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping) or "steps" not in original_data:
            return
        rows = original_data.get("rows")
        named = [one.get("to") for one in rows if isinstance(one, Mapping)] if rows else []
        if "step" not in named:
            raise ValidationError("needs a row 'step'; add one, or remove the steps", "steps")


class RefusalSchema(Strict):
    """One of ``refuse``: which record must not be sent, and in which words it is told."""

    when = ExpressionField(
        metadata={"help": "JSONata on the record; with a true result it is refused."}
    )
    text = TitleField(
        load_default=dict,
        metadata={"help": "What the upstream's user reads: a text, or one for each language."},
    )
    path = PathField(
        data_key="from",
        load_default=None,
        metadata={
            "help": "Instead of `text`: where the record itself says why, in a text or in one for "
            "each language. Nothing there: it is not refused."
        },
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_source(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        exactly_one(_WORDS, original_data)
        if "text" in original_data and "when" not in original_data:
            raise ValidationError("is missing; say which records are refused", "when")

    @post_load
    def _build(self, data: Any, **_: Any) -> dict[str, Any]:
        path = data.pop("path")
        return {**data, "source": Source(path=path) if path is not None else None}

    def json_rules(self, walk: Walk) -> JsonSchema:
        return {**one_key_of(*_WORDS), "dependentRequired": {"text": ["when"]}}


class RequestSchema(Strict):
    """``request``: what the customer is asked for, and who the customer is."""

    kind = Word(
        required=True,
        validate=up_to(40),
        metadata={"help": "What sort of request this is, in a word of your own; lists show it."},
    )
    title = TitleField(
        load_default=dict,
        metadata={"help": "What customers read as its name: a text, or one for each language."},
    )
    refuse = fields.List(
        fields.Nested(RefusalSchema),
        load_default=list,
        metadata={"help": "Records that are not sent, with the words that say why upstream."},
    )
    number = Inside(
        RecordValue,
        load_default=None,
        metadata={"help": "What people call the record, such as a case number. Else its id."},
    )
    provider = OneOrMany(
        Word(),
        unique=True,
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "The instance with which it is signed; a list names stand-ins too."},
    )
    failover_after = Duration(
        load_default=FAILOVER_AFTER,
        metadata={
            "help": "How long a provider may be away, before anybody has signed, until the next "
            "one of the list takes over, e.g. 10m.",
        },
    )
    channels = OneOrMany(
        Word(),
        unique=True,
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "The instances that carry the link to the customer, in this order."},
    )
    together = Flag(
        load_default=False,
        metadata={
            "help": "The link goes by every channel that reaches somebody, at once; else by the "
            "first one, and by the next where that fails."
        },
    )
    language = CodeField(
        LANGUAGE,
        "is no code of a language; write for example sv or en",
        load_default=lambda: Source(value="en"),
        metadata={
            "help": "The customer's language: sv, en, or where the record says it.",
            "default": "en",
        },
    )
    user_language = CodeField(
        LANGUAGE,
        "is no code of a language; write for example sv or en",
        load_default=None,
        metadata={
            "help": "The language of the upstream's users, in which it is told why a request "
            "ended: sv, en, or where the record says it. Else the customer's."
        },
    )
    expires_after = Duration(
        required=True,
        metadata={"help": "How long the customer has, e.g. 14d; then the request expires."},
    )
    reminders = Inside(
        ReminderSchema, load_default=None, metadata={"help": "When the customer is asked again."}
    )
    form = Word(
        load_default=None,
        metadata={"help": "The form that is filled in before signing: a file in config/forms."},
    )
    lines = fields.Nested(
        LinesSchema,
        load_default=None,
        metadata={"help": "What the customer accepts or declines one by one, with prices."},
    )
    prefill = rows_of(
        PrefillRow,
        load_default=list,
        metadata={"help": "What stands in the form's fields before the customer changes them."},
    )
    recipient = rows_of(
        RecipientRow,
        validate=NOT_EMPTY,
        metadata={"help": "Who signs: name, and the mobile number or e-mail address to reach."},
    )
    recipients = _listed(
        PersonSchema,
        MOST_PEOPLE,
        metadata={"help": "Instead of `recipient`: several people, each with role and turn."},
    )
    documents = _listed(
        DocumentSchema, MOST_DOCUMENTS, metadata={"help": "What is signed: PDFs, in this order."}
    )
    attachments = _listed(
        AttachmentSchema,
        MOST_ATTACHMENTS,
        metadata={"help": "Files beside the documents; some must be looked at before signing."},
    )
    signing = fields.Nested(
        SigningSchema,
        load_default=SigningRule,
        metadata={"help": "How it is signed on the hub's own pages."},
    )
    share = fields.Nested(
        ShareSchema,
        load_default=None,
        metadata={"help": "With whom it is shared in the customer's portal. Else it is not there."},
    )
    options = fields.Nested(
        OptionsSchema,
        load_default=None,
        metadata={"help": "What whoever sends may choose on the button's page, or by the API."},
    )
    notify = fields.Nested(
        NotifySchema,
        load_default=None,
        metadata={"help": "Who of the sender's is told what happens, by e-mail or SMS."},
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _people(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        given = [key for key in ("recipient", "recipients") if key in original_data]
        if not given:
            missing = self.load_fields["recipient"].error_messages["required"]
            raise ValidationError({"recipient": [missing]})
        if len(given) > 1:
            raise ValidationError("stands beside 'recipient'; keep one of them", "recipients")
        if lacks_contacts(original_data):
            said = "chooses among no contacts; add share.contacts, or remove it"
            raise ValidationError({"options": {"recipient": [said]}})
        people = _blocks(original_data.get("recipients"))
        if people and not any(one.get("role", SIGNER) == SIGNER for one in people.values()):
            raise ValidationError("nobody signs; give one of them role: signer", "recipients")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _keys_once(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        faults: dict[str, Any] = {}
        for part in ("recipients", "documents", "attachments"):
            taken: set[Any] = set()
            for index, one in _blocks(original_data.get(part)).items():
                key = one.get("key")
                if isinstance(key, str) and key in taken:
                    said = f"'{key}' stands here twice; rename one of them"
                    faults.setdefault(part, {})[index] = {"key": [said]}
                taken.add(str(key))
        if faults:
            raise ValidationError(faults)

    @validates_schema
    def _has_versions(self, data: Mapping[str, Any], **_: Any) -> None:
        share = data.get("share")
        if share is not None and share.on_change == REPLACE and not data.get("documents"):
            said = "there is no document to replace; add documents, or remove on_change"
            raise ValidationError({"share": {"on_change": [said]}})

    def json_rules(self, walk: Walk) -> JsonSchema:
        replaces = {"properties": {"on_change": {"const": REPLACE}}, "required": ["on_change"]}
        asked: JsonSchema = {"properties": {"share": replaces}, "required": ["share"]}
        needs: JsonSchema = {"if": asked, "then": {"required": ["documents"]}}
        return {**one_key_of("recipient", "recipients"), "allOf": [needs, CHOICE_NEEDS_CONTACTS]}
