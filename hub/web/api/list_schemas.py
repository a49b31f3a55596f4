"""What lists and dashboards answer, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.web.api.follow_ups import MadeRecord


def _said(text: str) -> dict[str, str]:
    return {"description": text}


class ListedRecord(Schema):
    """A record upstream."""

    instance = fields.String()
    table = fields.String()
    id = fields.String()


class Amount(Schema):
    """What the lines come to, as texts; the decisions count as they stand."""

    net = fields.String()
    vat = fields.String()
    gross = fields.String()
    currency = fields.String()


class _OfRequest(Schema):
    """What every row tells of its request."""

    state = fields.String(allow_none=True)
    customer = fields.String(allow_none=True, metadata=_said("Who signs first."))
    title = fields.String(allow_none=True)
    date = fields.String(allow_none=True, metadata=_said("When the request was made."))
    sent_at = fields.String(allow_none=True, metadata=_said("When the first link went out."))
    days_since_sent = fields.Integer(allow_none=True)
    record = fields.Nested(ListedRecord)
    record_url = fields.String(allow_none=True, metadata=_said("Opens the record upstream."))
    provider_url = fields.String(
        allow_none=True, metadata=_said("Opens the document at the provider that keeps it.")
    )
    made = fields.List(
        fields.Nested(MadeRecord), metadata=_said("Records that came of it, e.g. a new offer.")
    )


class ListedRequest(_OfRequest):
    """A request's row."""

    id = fields.String()
    number = fields.String(metadata=_said("What people call the record."))
    request_number = fields.String(metadata=_said("The request's own number."))
    kind = fields.String()
    decision = fields.String(allow_none=True, metadata=_said("Where it was noted by hand."))
    amount = fields.Nested(Amount, allow_none=True)
    finished_at = fields.String(allow_none=True)
    mapping = fields.String()
    unread = fields.Integer(metadata=_said("Messages of customers that nobody has read."))


class ListedRequests(Schema):
    """A page of requests: ``next`` goes into ``after``."""

    items = fields.List(fields.Nested(ListedRequest))
    next = fields.String(allow_none=True)


class UnopenedRequest(ListedRequest):
    """The row of a request that nobody has opened."""

    chased = fields.Integer(metadata=_said("How often the sender asked once more."))
    chased_at = fields.String(allow_none=True)


class UnopenedRequests(Schema):
    """A page of requests that nobody has opened: ``next`` goes into ``after``."""

    items = fields.List(fields.Nested(UnopenedRequest))
    next = fields.String(allow_none=True)


class JobLine(Schema):
    """A job line."""

    id = fields.String()
    line = fields.String(metadata=_said("The line's id upstream."))
    kind = fields.String()
    step = fields.String(metadata=_said("The mapping's key of the step."))
    step_name = fields.String(metadata=_said("What the upstream calls the step."))
    decision = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    quantity = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    amount = fields.String(allow_none=True, metadata=_said("Without tax; null: no price yet."))
    currency = fields.String(allow_none=True)
    number = fields.String(metadata=_said("The order's number."))
    record = fields.Nested(ListedRecord)
    record_url = fields.String(allow_none=True, metadata=_said("Opens the order upstream."))
    request_id = fields.String(allow_none=True, metadata=_said("With which it was last offered."))
    updated_at = fields.String()


class JobLines(Schema):
    """A page of job lines."""

    items = fields.List(fields.Nested(JobLine))
    next = fields.String(allow_none=True)
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata=_said("How many there are in each step, whatever `step` was asked for."),
    )


class ListedLine(JobLine, _OfRequest):
    """A job line that was offered, with what its request tells."""


class ListedLines(Schema):
    """A page of job lines that were offered."""

    items = fields.List(fields.Nested(ListedLine))
    next = fields.String(allow_none=True)


class Figure(Schema):
    """How many documents stand at a status."""

    state = fields.String(metadata=_said("In our words."))
    word = fields.String(metadata=_said("In the provider's."))
    count = fields.Integer()
    url = fields.String(allow_none=True, metadata=_said("Lists them at the provider."))


class LatestActivity(Schema):
    """A document that changed lately."""

    reference = fields.String(metadata=_said("The provider's id."))
    title = fields.String()
    state = fields.String()
    word = fields.String()
    at = fields.String(allow_none=True)
    url = fields.String(allow_none=True, metadata=_said("Opens it at the provider."))


class DashboardAnswer(Schema):
    """The account as its people see it there."""

    instance = fields.String()
    read_at = fields.String()
    complete = fields.Boolean(metadata=_said("False: only the newest documents were counted."))
    counts = fields.List(fields.Nested(Figure))
    latest = fields.List(fields.Nested(LatestActivity))
