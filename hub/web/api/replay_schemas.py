"""Bodies of counting, replaying and discarding: filters by name, and how to replay."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from hub.services.replays import MOST, RATE
from hub.web.api.schemas import Strict

_MOMENT = "Write a moment with its zone, e.g. 2026-03-02T09:00:00Z."


def _moment(about: str) -> fields.AwareDateTime:
    wrong: dict[str, Any] = dict.fromkeys(("invalid", "invalid_awareness", "format"), _MOMENT)
    return fields.AwareDateTime(
        format="iso", error_messages=wrong, allow_none=True, metadata={"description": about}
    )


def _word(about: str) -> fields.String:
    return fields.String(
        allow_none=True, validate=validate.Length(1, 200), metadata={"description": about}
    )


class _Narrowed(Strict):
    """What both filters have."""

    ids = fields.List(
        fields.String(),
        validate=validate.Length(max=1000),
        allow_none=True,
        metadata={"description": "Only these; an empty list is none, no list is no narrowing."},
    )
    mapping = _word("Only of this mapping.")
    request = _word("Only of this request, by its id.")
    since = _moment("Only from this moment on.")
    until = _moment("Only before this moment.")
    most = fields.Integer(
        validate=validate.Range(1, 100_000),
        load_default=MOST,
        metadata={"description": "The oldest so many."},
    )


class DeliveryFilter(_Narrowed):
    """Which deliveries. What is not named does not narrow."""

    destination = _word("Only to this instance.")
    kind = _word(
        "Only of this kind: intake, prepare, message, step, evidence, notice, call, webhook."
    )
    state = _word("Only in this state.")
    entity = _word("Only of this row of things that go out in order.")
    code = _word("Only with this error code.")


class CallFilter(_Narrowed):
    """Which calls that came in. What is not named does not narrow."""

    source = _word("Only from here: api, button, hook or poll.")
    instance = _word("Only to this instance's hook address.")
    outcome = _word("Only those that led to this.")


class _Doing(Schema):
    """How to replay."""

    dry_run = fields.Boolean(
        load_default=True, metadata={"description": "Only count; the default."}
    )
    force = fields.Boolean(
        load_default=False,
        metadata={"description": "Also what was applied; needs a filter."},
    )
    rate = fields.Float(
        validate=validate.Range(0.1, 1000),
        load_default=RATE,
        metadata={"description": "At most so many a second."},
    )


class DeliveryReplayBody(DeliveryFilter, _Doing):
    """Which deliveries to owe again, and how."""


class CallReplayBody(CallFilter, _Doing):
    """Which calls to take again, and how."""


class DiscardBody(DeliveryFilter):
    """Which given-up deliveries are not owed any more. ``dry_run`` counts only."""

    dry_run = fields.Boolean(
        load_default=True, metadata={"description": "Only count; the default."}
    )


class DiscardAnswer(Schema):
    """How many were, or would be, discarded."""

    count = fields.Integer()
    dry_run = fields.Boolean()


class CountAnswer(Schema):
    """What a replay would do. All counts but ``count`` say why rows are left alone."""

    count = fields.Integer(metadata={"description": "How many are done again."})
    already_applied = fields.Integer()
    still_owed = fields.Integer()
    cancelled = fields.Integer()
    nothing_in_it = fields.Integer()
    not_readable = fields.Integer()
    seconds = fields.Float(metadata={"description": "How long it takes at the rate."})
    items = fields.List(fields.Dict(), metadata={"description": "Those named, or a sample."})


class ReplayAnswer(CountAnswer):
    """What a replay does. ``replay`` is its id: see how far it is, or stop it."""

    dry_run = fields.Boolean()
    replay = fields.String(allow_none=True)


def given(body: dict[str, Any]) -> dict[str, Any]:
    """Only what was named; None does not narrow."""
    return {name: value for name, value in body.items() if value is not None}
