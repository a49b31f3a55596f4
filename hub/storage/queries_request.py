"""Statements on requests that every trigger and every message runs: few columns, compiled once.

Reading a whole request opens every sealed column and loads its recipients; these read what is used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, exists, func, or_, select, text, type_coerce, update
from sqlalchemy.orm import Session

from hub.storage.locks import hold
from hub.storage.models import Delivery, Inbound, Request, RequestEvent
from hub.storage.models_webhook import WebhookSubscription
from hub.storage.prepared import Prepared, adopt
from hub.storage.rows import changed

_HEAD = (
    "id", "workspace_id", "mapping_version_id", "source_instance", "state", "open_key", "plan",
    "event_seq", "event_hash", "finished_at",
)  # fmt: skip
_r, _e, _i = Request.__table__.c, RequestEvent.__table__.c, Inbound.__table__.c
_d, _w = Delivery.__table__.c, WebhookSubscription.__table__.c
_head = tuple(_r[name] for name in _HEAD)
_read_head = Prepared.of(select(*_head).where(_r.id == bindparam("id")))

STATE = Prepared.of(select(_r.state).where(_r.id == bindparam("id")))
"""The state of one request. Parameter: id."""

_open = (_r.workspace_id == bindparam("workspace_id"), _r.open_key == bindparam("open_key"))
OPEN = Prepared.of(select(_r.id).where(*_open))
"""The open request for a record. Parameters: workspace_id, open_key."""

_under_way = (
    _d.entity == bindparam("entity"),
    _d.workspace_id == bindparam("workspace_id"),
    # as the partial index says it: bound words would not let SQLite use that
    text("delivery.state IN ('pending', 'retry', 'leased', 'paused')"),
    _d.kind != "follow",  # that makes no request, see ``hub.services.following``
)
UNDER_WAY = Prepared.of(select(_d.id).where(*_under_way))
"""Whether something is owed for an entity. Parameters: entity, workspace_id."""

_active = (_w.workspace_id == bindparam("workspace_id"), _w.disabled_at.is_(None))


def _followers(dialect: str, *, lock: bool = False) -> Any:
    """The active subscriptions of a workspace with their kinds, in one text; NULL: there are none.
    ``lock`` as in ``SUBSCRIBERS``; who only looks locks nothing."""
    join = func.group_concat if dialect == "sqlite" else func.string_agg
    active = select(_w.id, type_coerce(_w.kinds, Text()).label("kinds")).where(*_active)
    active = active.order_by(_w.id)
    rows = (active.with_for_update(read=True) if lock else active).subquery("followed")
    one = rows.c.id + " " + func.coalesce(rows.c.kinds, "null")
    return select(join(one, "\n")).scalar_subquery().label("followers")


_look = Prepared(
    lambda dialect: select(
        *_head, _r.mapping_key, _r.source_table, _r.source_id, _followers(dialect)
    ).where(_r.id == bindparam("id"))
)

KNOWN_EVENT = Prepared.of(
    select(
        select(_e.id)
        .where(_e.request_id == bindparam("request_id"), _e.dedupe == bindparam("dedupe"))
        .scalar_subquery()
        .label("known"),
        exists().where(*_active).label("followed"),
    )
)
"""Whether an event was appended before, and whether any subscription wants to know of new ones: one
statement, since every event runs it. Parameters: request_id, dedupe, workspace_id."""

FOLLOWERS = Prepared(lambda dialect: select(_followers(dialect, lock=True)))
"""Who wants to know of events: what is made ready outside of a transaction rests on it, see
``hub.services.history.owed``. Parameter: workspace_id."""

SUBSCRIBERS = Prepared.of(
    # Locked until the event is committed (PostgreSQL): whoever deletes or disables one sees then
    # what is owed to it.
    select(_w.id, _w.kinds).where(*_active).order_by(_w.id).with_for_update(read=True)
)
"""The active subscriptions of a workspace. Parameter: workspace_id."""

SOURCE = Prepared.of(
    select(_r.mapping_key, _r.source_instance, _r.source_table, _r.source_id).where(
        _r.id == bindparam("id")
    )
)
"""Which record a request is about. Parameter: id."""

MOVE = Prepared.of(
    update(Request)
    .where(Request.id == bindparam("b_id"))
    .values(
        {name: bindparam(f"b_{name}") for name in
         ("state", "open_key", "finished_at", "event_seq", "event_hash")}
    )
)  # fmt: skip
"""Store where a request stands after an event."""

MOVED = changed(
    Request,
    where={"id": "id", "was_seq": "event_seq", "was_hash": "event_hash", "was_state": "state"},
    to={"event_seq": "event_seq", "event_hash": "event_hash", "state": "state"},
)
"""``MOVE`` for many requests that stay open and to which nothing else has happened meanwhile."""

TAKEN = changed(
    Delivery, where={"id": "id"}, to={"external_ref": "external_ref", "result": "result"}
)
"""``SENT`` for many deliveries."""

SENT = Prepared.of(
    update(Delivery)
    .where(Delivery.id == bindparam("b_id"))
    .values(external_ref=bindparam("b_external_ref"), result=bindparam("b_result"))
)
"""Keep what the other side answered to a delivery."""

_known_call = (_i.workspace_id == bindparam("workspace_id"), _i.dedupe == bindparam("dedupe"))
KNOWN_CALL = Prepared.of(select(_i.id, _i.request_id, _i.received_at).where(*_known_call))
"""The same call, stored before. Parameters: workspace_id, dedupe."""

KNOWN_WISH = Prepared(
    lambda dialect: select(
        or_(
            exists().where(*_known_call),
            exists().where(*_open),
            exists().where(*_under_way),
        ).label("known"),
        _followers(dialect),
    )
)
"""``KNOWN_CALL``, ``OPEN``, ``UNDER_WAY`` and ``FOLLOWERS`` as one question: every trigger asks it.
Parameters: workspace_id, dedupe (None: no such key), open_key, entity."""

INBOUND_OUTCOME = Prepared.of(
    update(Inbound)
    .where(Inbound.id == bindparam("b_id"))
    .values(outcome=bindparam("b_outcome"), request_id=bindparam("b_request_id"))
)
"""What a stored call led to."""


def look_at_head(look: Any, request_id: str, workspace_id: str) -> Any:
    """The columns of ``head`` as a named tuple, without a session, with those that name its record
    and ``followers``. None when there is no such request."""
    return _look.first(look, {"id": request_id, "workspace_id": workspace_id})


def head(session: Session, request_id: str) -> Request:
    """A request with the columns that say where it stands; the rest loads by need."""
    hold(session, Request, request_id)
    row = _read_head.first(session, {"id": request_id})
    if row is None:
        raise LookupError(f"no request {request_id}")
    request = Request(**row._asdict())
    adopt(session, request)
    return request
