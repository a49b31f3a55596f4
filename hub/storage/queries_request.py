"""Statements on requests that every trigger and every message runs: few columns, compiled once.

Reading a whole request opens every sealed column and loads its recipients; these read what is used.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from hub.storage.models import Delivery, Inbound, Request, RequestEvent
from hub.storage.prepared import Prepared, adopt

_HEAD = (
    "id", "workspace_id", "mapping_version_id", "source_instance", "state", "open_key", "plan",
    "event_seq", "event_hash", "finished_at",
)  # fmt: skip
_r, _e, _i = Request.__table__.c, RequestEvent.__table__.c, Inbound.__table__.c
_d = Delivery.__table__.c
_read_head = Prepared.of(select(*(_r[name] for name in _HEAD)).where(_r.id == bindparam("id")))

STATE = Prepared.of(select(_r.state).where(_r.id == bindparam("id")))
"""The state of one request. Parameter: id."""

HOLD = Prepared.of(
    select(*(_r[name] for name in ("state", "open_key", "event_seq", "event_hash", "finished_at")))
    .where(_r.id == bindparam("id"))
    .with_for_update()
)
"""Where one request stands, which nobody else changes until the end of the transaction."""

OPEN = Prepared.of(
    select(_r.id).where(
        _r.workspace_id == bindparam("workspace_id"), _r.open_key == bindparam("open_key")
    )
)
"""The open request for a record. Parameters: workspace_id, open_key."""

UNDER_WAY = Prepared.of(
    select(_d.id).where(
        _d.entity == bindparam("entity"),
        _d.workspace_id == bindparam("workspace_id"),
        # as the partial index says it: bound words would not let SQLite use that
        text("delivery.state IN ('pending', 'retry', 'leased', 'paused')"),
    )
)
"""Whether something is owed for an entity. Parameters: entity, workspace_id."""

KNOWN_EVENT = Prepared.of(
    select(_e.id).where(_e.request_id == bindparam("request_id"), _e.dedupe == bindparam("dedupe"))
)
"""Whether an event was appended before. Parameters: request_id, dedupe."""

MOVE = Prepared.of(
    update(Request)
    .where(Request.id == bindparam("b_id"))
    .values(
        {name: bindparam(f"b_{name}") for name in
         ("state", "open_key", "finished_at", "event_seq", "event_hash")}
    )
)  # fmt: skip
"""Store where a request stands after an event."""

SENT = Prepared.of(
    update(Delivery)
    .where(Delivery.id == bindparam("b_id"))
    .values(external_ref=bindparam("b_external_ref"), result=bindparam("b_result"))
)
"""Keep what the other side answered to a delivery."""

KNOWN_CALL = Prepared.of(
    select(_i.id, _i.request_id, _i.received_at).where(
        _i.workspace_id == bindparam("workspace_id"), _i.dedupe == bindparam("dedupe")
    )
)
"""The same call, stored before. Parameters: workspace_id, dedupe."""

INBOUND_OUTCOME = Prepared.of(
    update(Inbound)
    .where(Inbound.id == bindparam("b_id"))
    .values(outcome=bindparam("b_outcome"), request_id=bindparam("b_request_id"))
)
"""What a stored call led to."""


def head(session: Session, request_id: str) -> Request:
    """A request with the columns that say where it stands; the rest loads by need."""
    row = _read_head.first(session, {"id": request_id})
    if row is None:
        raise LookupError(f"no request {request_id}")
    request = Request(**row._asdict())
    adopt(session, request)
    return request
