"""The grammar of ``request``: what the customer is asked for, and who the customer is."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from hub.mapping.grammar import NOT_EMPTY, Duration, OneOrMany, Quiet, Strict, Word, up_to
from hub.mapping.lines import CURRENCY
from hub.mapping.people import LANGUAGE
from hub.mapping.row_schema import LineRow, PrefillRow, RecipientRow, RecordValue
from hub.mapping.rows import Source
from hub.mapping.value_fields import CodeField, ItemsField, TitleField

MAX_REMINDERS = 3  # requirement D8
_CEILING = "{input} reminders are not allowed; write {min} to {max}"


def rows_of(schema: type[Strict], **options: Any) -> fields.List[Any]:
    """A list of rows of one kind."""
    return fields.List(fields.Nested(schema), **options)


class ReminderSchema(Strict):
    """``reminders``: when the customer is asked again."""

    after = Duration(
        required=True,
        metadata={"help": "How long after the invitation the first reminder is due, e.g. 24h."},
    )
    every = Duration(
        metadata={"help": "How long between two reminders, e.g. 24h. Without it as `after`."}
    )
    limit = fields.Integer(
        strict=True,
        load_default=MAX_REMINDERS,
        validate=validate.Range(0, MAX_REMINDERS, error=_CEILING),
        metadata={"help": f"How many reminders at most: 0 to {MAX_REMINDERS}."},
    )
    quiet = Quiet(
        load_default=None,
        metadata={
            "help": 'Hours in which nothing is sent, e.g. "21:00-08:00"; may pass midnight. They '
            "are the workspace's own."
        },
    )
    channel = Word(
        load_default=None,
        metadata={"help": "The channel instance for reminders. Without it as for the invitation."},
    )


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


class RequestSchema(Strict):
    """``request``: what the customer is asked for, and who the customer is."""

    later = ("documents", "recipients")

    kind = Word(
        required=True,
        validate=up_to(40),
        metadata={"help": "What sort of request this is, in a word of your own; lists show it."},
    )
    title = TitleField(
        load_default=dict,
        metadata={"help": "What customers read as its name: a text, or one for each language."},
    )
    number = fields.Nested(
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
    channels = OneOrMany(
        Word(),
        unique=True,
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "The instances that carry the link to the customer, in this order."},
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
    expires_after = Duration(
        required=True,
        metadata={"help": "How long the customer has, e.g. 14d; then the request expires."},
    )
    reminders = fields.Nested(
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
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "Who signs: name, and the mobile number or e-mail address to reach."},
    )
