"""Bodies and queries of the API; unknown keys are errors."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from hub.contracts.requests import RequestState

LONGEST_ID = 100


class Strict(Schema):
    """Unknown keys are refused."""

    class Meta:
        """marshmallow's options."""

        unknown = RAISE


class TriggerBody(Strict):
    """Which record asks for a request. ``record`` only for upstreams that send the whole record."""

    id = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_ID),
        metadata={"description": "The record's id upstream."},
    )
    record = fields.Dict(
        keys=fields.String(),
        metadata={"description": "The whole record, where the source is not read by id."},
    )


class TriggerAnswer(Schema):
    """What became of a trigger."""

    inbound_id = fields.String()
    repeated = fields.Boolean()
    request_id = fields.String(allow_none=True)


class ListQuery(Strict):
    """A page of a list."""

    after = fields.String(metadata={"description": "The 'next' of the page before."})


class RequestQuery(ListQuery):
    """Which requests."""

    state = fields.String(validate=validate.OneOf([state.value for state in RequestState]))
    record = fields.String(metadata={"description": "The source record's id."})


class DeliveryQuery(ListQuery):
    """Which deliveries."""

    state = fields.String(
        validate=validate.OneOf(
            [
                "pending", "leased", "retry", "delivered",
                "gave_up", "paused", "cancelled", "discarded",
            ]
        )
    )  # fmt: skip
    destination = fields.String()


class InboundQuery(ListQuery):
    """Which calls that came in."""

    source = fields.String(validate=validate.OneOf(["api", "button", "hook"]))
    outcome = fields.String(metadata={"description": "E.g. request, already_open, no_mapping."})


class ReplayBody(Strict):
    """Which given-up deliveries to owe again. ``dry_run`` counts only."""

    destination = fields.String(allow_none=True, load_default=None)
    ids = fields.List(
        fields.String(),
        load_default=None,
        metadata={"description": "Only these; an empty list is none, no list is no narrowing."},
    )
    code = fields.String(allow_none=True, load_default=None)
    most = fields.Integer(validate=validate.Range(1, 100_000), load_default=1000)
    dry_run = fields.Boolean(load_default=True)


class ReplayAnswer(Schema):
    """How many were, or would be, owed again."""

    count = fields.Integer()
    dry_run = fields.Boolean()


class Page(Schema):
    """A page of a list: ``next`` goes into ``after`` for the following one."""

    items = fields.List(fields.Dict())
    next = fields.String(allow_none=True)
