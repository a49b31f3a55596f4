"""Bodies and queries of the API; unknown keys are errors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from hub.contracts.requests import RequestState
from hub.engine.replay import STATES
from hub.mapping.send_options import MOST_WORDS
from hub.services.replay_filters import OUTCOMES, SOURCES

LONGEST_ID = 100
LONGEST_CONTACT = 254


class Strict(Schema):
    """Unknown keys are refused, and the known ones told."""

    class Meta:
        """marshmallow's options."""

        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = ", ".join(self.fields) or "none"
        self.error_messages = {**self.error_messages, "unknown": f"Unknown; there are: {known}."}


def one_of(names: Collection[str]) -> validate.OneOf:
    """One of ``names``; anything else is told with them."""
    return validate.OneOf(list(names), error="There is no '{input}'; there are: {choices}.")


class SendOptions(Strict):
    """What may be chosen at the send, where the mapping's ``request.options`` lets it."""

    signature = fields.Boolean(
        metadata={"description": "Whether a signature is asked for; without one, a click accepts."}
    )
    recipient = fields.String(
        validate=validate.Length(1, LONGEST_CONTACT),
        metadata={"description": "The key of one of share.contacts, or its address."},
    )
    message = fields.String(
        validate=validate.Length(1, MOST_WORDS),
        metadata={"description": "Some words to the customer, which stand in the e-mail."},
    )


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
    options = fields.Nested(
        SendOptions, metadata={"description": "What is chosen for this send only."}
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

    state = fields.String(validate=one_of([state.value for state in RequestState]))
    record = fields.String(metadata={"description": "The source record's id."})


class DeliveryQuery(ListQuery):
    """Which deliveries."""

    state = fields.String(validate=one_of(STATES))
    destination = fields.String(metadata={"description": "An instance of the workspace."})


class InboundQuery(ListQuery):
    """Which calls that came in."""

    source = fields.String(validate=one_of(SOURCES))
    outcome = fields.String(validate=one_of(OUTCOMES))


class Page(Schema):
    """A page of a list: ``next`` goes into ``after`` for the following one."""

    items = fields.List(fields.Dict())
    next = fields.String(allow_none=True)
