"""The grammar of ``examples``: the tests that stand in a mapping file."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import fields

from hub.contracts.events import EventKind
from hub.mapping.grammar import SHORT, Strict, Word

# What ``back`` and ``then`` may follow, and what it means.
EVENTS: Mapping[str, str] = {
    EventKind.STARTED.value: "A record upstream asked for a signature.",
    EventKind.INVITED.value: "The link is on its way to the customer.",
    EventKind.OPENED.value: "The customer looked at the page.",
    EventKind.SIGNED.value: "One signature is in and verified.",
    EventKind.DECLINED.value: "The customer said no.",
    EventKind.COMPLETED.value: "Everybody has signed; records are made.",
    EventKind.EXPIRED.value: "The time ran out.",
    EventKind.CANCELLED.value: "The upstream or an operator withdrew it.",
    EventKind.UNREACHABLE.value: "A message could not be delivered.",
    EventKind.LINE_ACCEPTED.value: "The customer took this line of the request.",
    EventKind.LINE_DECLINED.value: "The customer did not want this line of it.",
    EventKind.FAILED.value: "It ended without an answer; the outcome says why.",
}


class GivenSchema(Strict):
    """``given`` of an example: the record, and what happened to the request."""

    record = fields.Dict(
        required=True, metadata={"help": "The source record, as the connector reads it."}
    )
    now = fields.AwareDateTime(
        format="iso", metadata={"help": "The moment, with its zone. Else 2026-01-15T12:00:00Z."}
    )
    event = Word(
        EVENTS, "event", metadata={"help": "What happened; without it only the request is made."}
    )
    form = fields.Dict(metadata={"help": "The customer's answers."})
    recipient = fields.Dict(
        metadata={"help": "Who the customer is, where it differs from the mapping's result."}
    )
    request = fields.Dict(
        metadata={"help": "What the request is called: id, number, title, language."}
    )
    outcome = fields.Dict(metadata={"help": "How the request ended: reason, reason_text, at."})
    signature = fields.Dict(
        metadata={"help": "Who signed, when and how: name, at, order_ref, provider."}
    )
    lines = fields.List(
        fields.Dict(), metadata={"help": "The lines of the request as the customer left them."}
    )
    line = fields.Dict(metadata={"help": "The line that a line event is about."})
    records = fields.Dict(
        metadata={"help": "What was made before, by its name in `records`: id, number."}
    )


class ExpectSchema(Strict):
    """``expect`` of an example: only what is named is compared."""

    skipped = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={"help": "Whether nothing is asked, because of `when`."},
    )
    language = fields.String(metadata={"help": "The customer's language."})
    title = fields.String(metadata={"help": "The title that the customer reads."})
    number = fields.String(metadata={"help": "What people call the record."})
    recipient = fields.Dict(
        metadata={"help": "Who the customer is; only what is named is compared."}
    )
    prefill = fields.Dict(
        metadata={"help": "What stands in the form's fields; only what is named is compared."}
    )
    lines = fields.List(fields.Raw(), metadata={"help": "The lines, all of them in their order."})
    currency = fields.String(metadata={"help": "The currency of the lines."})
    problems = fields.List(
        fields.String(),
        metadata={
            "help": "The codes of the rows that do not fit, e.g. missing_number. None unless named."
        },
    )
    records = fields.Dict(metadata={"help": "What is written to each record of `records`."})
    back = fields.List(
        fields.Raw(),
        metadata={"help": "The steps on the source record, all of them in their order."},
    )
    then = fields.List(
        fields.Raw(), metadata={"help": "The steps elsewhere, all of them in their order."}
    )


class ExampleSchema(Strict):
    """One example: a test that stands in the file."""

    name = fields.String(
        required=True, validate=SHORT, metadata={"help": "What this example shows, in a few words."}
    )
    given = fields.Nested(
        GivenSchema,
        required=True,
        metadata={"help": "The record, and what happened to the request."},
    )
    expect = fields.Nested(
        ExpectSchema,
        required=True,
        metadata={"help": "What must come out; only what is named is compared."},
    )
