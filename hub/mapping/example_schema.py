"""The grammar of ``examples``: the tests that stand in a mapping file."""

from __future__ import annotations

from marshmallow import fields

from hub.contracts.events import LINE_EVENTS, EventKind
from hub.mapping.grammar import SHORT, Strict, Word

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


class ExpectSchema(Strict):
    """``expect`` of an example: only what is named is compared."""

    skipped = fields.Boolean(truthy={True}, falsy={False})
    language = fields.String()
    title = fields.String()
    number = fields.String()
    recipient = fields.Dict()
    prefill = fields.Dict()
    lines = fields.List(fields.Raw())
    currency = fields.String()
    problems = fields.List(fields.String())
    records = fields.Dict()
    back = fields.List(fields.Raw())
    then = fields.List(fields.Raw())


class ExampleSchema(Strict):
    """One example: a test that stands in the file."""

    name = fields.String(required=True, validate=SHORT)
    given = fields.Nested(GivenSchema, required=True)
    expect = fields.Nested(ExpectSchema, required=True)
