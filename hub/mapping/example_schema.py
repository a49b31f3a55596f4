"""The grammar of ``examples``: the tests that stand in a mapping file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from hub.contracts.events import EventKind
from hub.contracts.json_schema import JsonSchema, Walk, any_of
from hub.mapping.expectations import OPERATORS, block_faults, is_block
from hub.mapping.good_rows import Inside, Leaf
from hub.mapping.grammar import SHORT, Blocks, Flag, OneOrMany, Strict, Word

# What ``back`` and ``then`` may follow, and what it means.
EVENTS: Mapping[str, str] = {
    EventKind.STARTED.value: "A record upstream asked for a signature.",
    EventKind.INVITED.value: "The link is on its way to the customer.",
    EventKind.PREPARED.value: "Documents and attachments are here.",
    EventKind.REPLACED.value: "A changed document took the place of the one that was sent.",
    EventKind.CHANGE_REFUSED.value: "A changed document could not; the outcome says why.",
    EventKind.PLACED.value: "A provider that keeps the document has it.",
    EventKind.OPENED.value: "The customer looked at the page.",
    EventKind.VIEWED.value: "Somebody looked at the documents; once a visit.",
    EventKind.DOWNLOADED.value: "Somebody took a file along.",
    EventKind.REMARKED.value: "The customer wrote to the sender.",
    EventKind.REPLIED.value: "The sender answered the customer's remark.",
    EventKind.FORWARDED.value: "The link was passed on to somebody else.",
    EventKind.APPROVED.value: "An approver agreed.",
    EventKind.SIGNED.value: "One signature is in and verified.",
    EventKind.DECLINED.value: "The customer said no.",
    EventKind.COMPLETED.value: "Everybody has signed; records are made.",
    EventKind.SEALED.value: "The proof is made.",
    EventKind.CLEARED.value: "An operator took an acceptance back.",
    EventKind.EXPIRED.value: "The time ran out.",
    EventKind.CANCELLED.value: "The upstream or an operator withdrew it.",
    EventKind.DECIDED.value: "The customer's answer was noted by hand; the outcome says which.",
    EventKind.UNREACHABLE.value: "A message could not be delivered.",
    EventKind.UNDELIVERED.value: "A notice, a code or a receipt could not be delivered.",
    EventKind.CHASED.value: "The sender asked the customer once more, by hand.",
    EventKind.MOVED.value: "The next provider took over, before anybody had signed.",
    EventKind.LATE.value: "A former provider told of an answer, which counts for nothing.",
    EventKind.LINE_OFFERED.value: "The offer with this line was sent; its step has moved.",
    EventKind.LINE_WITHDRAWN.value: "Its offer ended without an answer; its step has moved back.",
    EventKind.LINE_ACCEPTED.value: "The customer took this line of the request.",
    EventKind.LINE_DECLINED.value: "The customer did not want this line of it.",
    EventKind.HELD.value: "Something of it waits: a system refuses the hub's sign-in.",
    EventKind.RESUMED.value: "The sign-in works again, what waited goes on.",
    EventKind.FAILED.value: "It ended without an answer; the outcome says why.",
}


class _MadeRecord(fields.Field[Any]):
    """What was made of one entry of ``records``: a block, or where it has ``for_each`` a list of
    blocks, with nothing for an item of which nothing was made."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        found = [one for one in value if one is not None] if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in found):
            raise ValidationError("must be a block, or a list of them; write {id: C-1}")
        return value

    def json_schema(self, walk: Walk) -> JsonSchema:
        return any_of({"type": "object"}, walk.entries({"type": ["object", "null"]}))


class GivenSchema(Leaf):
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
    call = Word(metadata={"help": "Instead of an event: the follow-up that somebody asks for."})
    form = fields.Dict(metadata={"help": "The customer's answers."})
    recipient = fields.Dict(
        metadata={"help": "Who the customer is, where it differs from the mapping's result."}
    )
    request = fields.Dict(
        metadata={"help": "What the request is called: id, number, title, language."}
    )
    outcome = fields.Dict(
        metadata={
            "help": "What is told of it: reason, reason_text, at, recipient, name, what; "
            "of an answer that was noted by hand decision, how, by, remark."
        }
    )
    remark = fields.Dict(
        metadata={"help": "What was written: text, and files, each with name and media_type."}
    )
    signature = fields.Dict(
        metadata={"help": "Who signed, when and how: name, at, order_ref, provider."}
    )
    recipients = fields.Dict(
        metadata={"help": "The same for several people, each by the key in the mapping."}
    )
    signatures = fields.Dict(
        metadata={"help": "Who of several people signed, each by the key in the mapping."}
    )
    lines = fields.List(
        fields.Dict(), metadata={"help": "The lines of the request as the customer left them."}
    )
    line = fields.Dict(metadata={"help": "The line that a line event is about."})
    totals = fields.Dict(metadata={"help": "What the lines come to: net, vat, gross, currency."})
    views = fields.Dict(metadata={"help": "How often it was looked at: count, downloads, last_at."})
    documents = fields.List(
        fields.Dict(), metadata={"help": "The documents: key, title, version, pages, sha256."}
    )
    evidence = fields.Dict(metadata={"help": "The proof that was made: level, sha256."})
    agreement = fields.Dict(
        metadata={"help": "What a provider keeps of it: provider, reference, url, status, word."}
    )
    records = Blocks(
        _MadeRecord(),
        Word(),
        metadata={"help": "What was made before, by its name in `records`: id, number."},
    )

    @validates_schema
    def _one_thing(self, data: Any, **_: Any) -> None:
        if "event" in data and "call" in data:
            raise ValidationError("stands beside 'event'; keep one of them", "call")

    def json_rules(self, walk: Walk) -> JsonSchema:
        return {"not": {"required": ["event", "call"]}}


_TYPES: Mapping[type, str] = {str: "string", dict: "object", list: "array"}


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

    def json_schema(self, walk: Walk) -> JsonSchema:
        named = {"type": "object", "minProperties": 1, "additionalProperties": False}
        block = {**named, "properties": {operator: {} for operator in OPERATORS}}
        return any_of({"type": _TYPES[self._kind]}, block)


class ErrorSchema(Leaf):
    """``error`` of an example: a problem that the record must cause. ``text`` is a part of its
    message."""

    rule = fields.String(
        validate=SHORT, metadata={"help": "The row, e.g. request.recipient.mobile."}
    )
    path = fields.String(validate=SHORT, metadata={"help": "The field that it reads."})
    code = fields.String(validate=SHORT, metadata={"help": "The code, e.g. bad_number."})
    text = fields.String(validate=SHORT, metadata={"help": "A part of its message."})

    @validates_schema(pass_original=True)
    def _says_something(self, data: Any, original_data: Any, **_: Any) -> None:
        if not original_data:
            raise ValidationError("says nothing; give at least one of rule, path, code and text")

    def json_rules(self, walk: Walk) -> JsonSchema:
        """As the rule above."""
        return {"minProperties": 1}


class ExpectSchema(Leaf):
    """``expect`` of an example: only what is named is compared."""

    skipped = Flag(metadata={"help": "Whether nothing is asked, because of `when`."})
    kind = Expected(str, "a text", metadata={"help": "What kind of request it is."})
    provider = OneOrMany(fields.String(), metadata={"help": "The providers, in order."})
    channels = OneOrMany(fields.String(), metadata={"help": "The channels, in order."})
    form = Expected(str, "a text", metadata={"help": "The form that is filled in."})
    carries_on = Expected(str, "a text", metadata={"help": "Who goes on afterwards."})
    expires_after = Expected(
        str, "a duration such as 14d", metadata={"help": "How long the customer has, e.g. 14d."}
    )
    reminders = Expected(
        dict, "a block of keys", metadata={"help": "When the customer is asked again."}
    )
    language = Expected(str, "a text", metadata={"help": "The customer's language."})
    user_language = Expected(
        str, "a text", metadata={"help": "In which language the upstream's users are told why."}
    )
    title = Expected(str, "a text", metadata={"help": "The title that the customer reads."})
    number = Expected(str, "a text", metadata={"help": "What people call the record."})
    recipient = Expected(
        dict,
        "a block of keys",
        metadata={"help": "Who the customer is; only what is named is compared."},
    )
    recipients = Expected(
        list, "a list", metadata={"help": "All people, those who act first, in their turns."}
    )
    documents = Expected(
        list, "a list", metadata={"help": "The documents, all of them in their order."}
    )
    attachments = Expected(
        list, "a list", metadata={"help": "The attachments, all of them in their order."}
    )
    signing = Expected(dict, "a block of keys", metadata={"help": "How it is signed."})
    notify = Expected(
        dict, "a block of keys", metadata={"help": "Who of the sender's is told of what."}
    )
    share = Expected(
        dict,
        "a block of keys",
        metadata={"help": "With whom it is shared in the portal; only what is named is compared."},
    )
    prefill = Expected(
        dict,
        "a block of keys",
        metadata={"help": "What stands in the form's fields; only what is named is compared."},
    )
    lines = Expected(list, "a list", metadata={"help": "The lines, all of them in their order."})
    currency = Expected(str, "a text", metadata={"help": "The currency of the lines."})
    problems = fields.List(
        fields.String(),
        metadata={
            "help": "The codes of the rows that do not fit, e.g. missing_number. None unless named."
        },
    )
    error = OneOrMany(
        Inside(ErrorSchema),
        metadata={"help": "Problems that the record must cause; others then fail the example."},
    )
    records = Expected(
        dict, "a block of keys", metadata={"help": "What is written to each record of `records`."}
    )
    back = Expected(
        list,
        "a list",
        metadata={"help": "The steps on the source record, all of them in their order."},
    )
    then = Expected(
        list, "a list", metadata={"help": "The steps elsewhere, all of them in their order."}
    )

    on_call = Expected(
        list, "a list", metadata={"help": "The steps of the follow-up, all of them in their order."}
    )

    @validates_schema(pass_original=True)
    def _nothing_of_nobody(self, data: Any, original_data: Any, **_: Any) -> None:
        if data.get("skipped") is True and len(original_data) > 1:
            message = "stands alone, since then there is no request; remove the rest, or this"
            raise ValidationError(message, "skipped")

    def json_rules(self, walk: Walk) -> JsonSchema:
        alone: JsonSchema = {"properties": {"skipped": {"const": True}}, "required": ["skipped"]}
        return {"if": alone, "then": {"maxProperties": 1}}


class ExampleSchema(Strict):
    """One example: a test that stands in the file."""

    name = fields.String(
        required=True, validate=SHORT, metadata={"help": "What this example shows, in a few words."}
    )
    given = Inside(
        GivenSchema,
        required=True,
        metadata={"help": "The record, and what happened to the request."},
    )
    expect = Inside(
        ExpectSchema,
        required=True,
        metadata={"help": "What must come out; only what is named is compared."},
    )
