"""What operations and upstreams read: requests, deliveries with their attempts, register rows.

Lists are pages by id (``after``), newest first; every query is scoped to one workspace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, lazyload

from hub.kernel.errors import NotFound
from hub.services import view_counts
from hub.services.register import row_fields
from hub.services.replays import as_json
from hub.services.step_context import reason_text
from hub.storage.db import Database
from hub.storage.models import (
    Attempt,
    CaseNote,
    Customer,
    Delivery,
    Inbound,
    RepairCase,
    Replay,
    ReplayItem,
    Request,
    RequestEvent,
    SigningOrder,
    Timer,
)

PAGE = 50
# What is sealed is not shown, so it is not opened: one row that no key fits any more would make the
# whole list unreadable.
_DELIVERY = defer(Delivery.payload, raiseload=True)
_REQUEST = (
    defer(Request.plan, raiseload=True),
    defer(Request.record, raiseload=True),
    defer(Request.answers, raiseload=True),
    defer(Request.title, raiseload=True),
    lazyload(Request.recipients),
)


class HasDatabase(Protocol):
    """What reading needs: ``Core``, or the ``Office`` of the command line."""

    db: Database


class Overview:
    """Reads for one workspace."""

    def __init__(self, core: HasDatabase, workspace_id: str) -> None:
        self._core = core
        self._workspace_id = workspace_id

    def requests(
        self, *, state: str | None = None, record: str | None = None, after: str | None = None
    ) -> dict[str, Any]:
        """A page of requests."""
        query = select(Request).options(*_REQUEST)
        if state:
            query = query.where(Request.state == state)
        if record:
            query = query.where(Request.source_id == record)
        page = self._page(query, Request, after, _request)
        with self._core.db.read() as session:
            counts = view_counts.of_many(session, [one["id"] for one in page["items"]])
        for one in page["items"]:
            one |= counts.get(one["id"], view_counts.NONE)
        return page

    def request(self, request_id: str) -> dict[str, Any]:
        """One request with its events and what was owed because of it. Raises ``NotFound``."""
        with self._core.db.read() as session:
            row = self._one(session, Request, request_id)
            events = session.scalars(
                select(RequestEvent)
                .where(RequestEvent.request_id == row.id)
                .order_by(RequestEvent.seq)
            )
            deliveries = session.scalars(
                select(Delivery)
                .options(_DELIVERY)
                .where(Delivery.request_id == row.id)
                .order_by(Delivery.id)
            )
            orders = select(SigningOrder.id).where(SigningOrder.request_id == row.id)
            timers = session.scalars(
                select(Timer)
                .where((Timer.entity == row.id) | Timer.entity.in_(orders))
                .order_by(Timer.due_at, Timer.id)
            )
            return {
                **_request(row),
                "events": [_event(event) for event in events],
                "deliveries": [_delivery(delivery) for delivery in deliveries],
                "timers": [_timer(timer) for timer in timers],
            }

    def deliveries(
        self,
        *,
        state: str | None = None,
        destination: str | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """A page of deliveries."""
        query = select(Delivery).options(_DELIVERY)
        if state:
            query = query.where(Delivery.state == state)
        if destination:
            query = query.where(Delivery.destination == destination)
        return self._page(query, Delivery, after, _delivery)

    def delivery(self, delivery_id: str) -> dict[str, Any]:
        """One delivery with all its attempts. Raises ``NotFound``."""
        with self._core.db.read() as session:
            row = self._one(session, Delivery, delivery_id, _DELIVERY)
            attempts = session.scalars(
                select(Attempt).where(Attempt.delivery_id == row.id).order_by(Attempt.id)
            )
            again = self._replays_of(session, ReplayItem.delivery_id == row.id)
            told = {**_delivery(row), "attempts": [_attempt(one) for one in attempts]}
            return {**told, "replays": again}

    def inbound(
        self, *, source: str | None = None, outcome: str | None = None, after: str | None = None
    ) -> dict[str, Any]:
        """A page of calls that came in, without their bodies."""
        query = select(Inbound).options(defer(Inbound.body))
        if source:
            query = query.where(Inbound.source == source)
        if outcome:
            query = query.where(Inbound.outcome == outcome)
        return self._page(query, Inbound, after, _inbound)

    def one_inbound(self, inbound_id: str) -> dict[str, Any]:
        """One call as received. Raises ``NotFound``."""
        with self._core.db.read() as session:
            row = self._one(session, Inbound, inbound_id)
            again = self._replays_of(session, ReplayItem.inbound_id == row.id)
            return {**_inbound(row), "headers": row.headers, "body": row.body, "replays": again}

    def replays(self, *, after: str | None = None) -> dict[str, Any]:
        """A page of replays."""
        return self._page(select(Replay), Replay, after, as_json)

    def customers(self, *, after: str | None = None) -> dict[str, Any]:
        """A page of the register's customers."""
        return self._page(select(Customer), Customer, after, row_fields)

    def repair_cases(self, *, after: str | None = None) -> dict[str, Any]:
        """A page of the register's repair cases, each with its notes (one query for all notes)."""
        page = self._page(select(RepairCase), RepairCase, after, row_fields)
        with self._core.db.read() as session:
            notes = session.scalars(
                select(CaseNote)
                .where(CaseNote.row_id.in_([item["id"] for item in page["items"]]))
                .where(CaseNote.workspace_id == self._workspace_id)
                .order_by(CaseNote.id)
            )
            by_case: dict[str, list[str]] = {}
            for note in notes:
                by_case.setdefault(note.row_id, []).append(note.text)
        for item in page["items"]:
            item["notes"] = by_case.get(item["id"], [])
        return page

    def _page(self, query: Any, model: Any, after: str | None, shown: Any) -> dict[str, Any]:
        query = query.where(model.workspace_id == self._workspace_id)
        if after:
            query = query.where(model.id < after)
        with self._core.db.read() as session:
            rows = list(session.scalars(query.order_by(model.id.desc()).limit(PAGE + 1)))
            items = [shown(row) for row in rows[:PAGE]]
        return {"items": items, "next": rows[PAGE - 1].id if len(rows) > PAGE else None}

    def _replays_of(self, session: Session, which: Any) -> list[dict[str, Any]]:
        """The replays that a row was part of, oldest first."""
        rows = session.execute(
            select(Replay, ReplayItem.delivery_id)
            .join(ReplayItem, ReplayItem.replay_id == Replay.id)
            .where(which)
            .order_by(Replay.id)
        )
        return [
            {"id": run.id, "by": run.by, "at": run.created_at.isoformat(), "delivery_id": delivery}
            for run, delivery in rows
        ]

    def _one(self, session: Session, model: Any, row_id: str, *options: Any) -> Any:
        row = session.get(model, row_id, options=options)
        if row is None or row.workspace_id != self._workspace_id:
            word = "call" if model is Inbound else model.__tablename__
            raise NotFound(f"there is no {word} with this id: {row_id[:80]}")
        return row


def _request(row: Request) -> dict[str, Any]:
    signature: Mapping[str, Any] = row.signature or {}
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "decision": row.decision,
        "reason": row.reason,
        "reason_text": reason_text(row, row.language) or None,
        "mapping": row.mapping_key,
        "source": {"instance": row.source_instance, "table": row.source_table, "id": row.source_id},
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "signed_at": signature.get("at"),
        "order_reference": signature.get("order_ref"),
    }


def _event(row: RequestEvent) -> dict[str, Any]:
    data = {name: value for name, value in row.data.items() if name != "_commitments"}
    return {
        "seq": row.seq,
        "kind": row.kind,
        "at": row.at.isoformat(),
        "data": data,
        "hash": row.hash,
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "request_id": row.request_id,
        "kind": row.kind,
        "step": row.step,
        "destination": row.destination,
        "state": row.state,
        "attempts": row.attempts,
        "next_at": row.next_at.isoformat() if row.state == "retry" else None,
        "error_code": row.error_code,
        "error_detail": row.error_detail,
        "created_at": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def _timer(row: Timer) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "n": row.n,
        "due_at": row.due_at.isoformat(),
        "state": row.state,
        "attempts": row.attempts,
    }


def _inbound(row: Inbound) -> dict[str, Any]:
    return {
        "id": row.id,
        "received_at": row.received_at.isoformat(),
        "source": row.source,
        "instance": row.instance,
        "method": row.method,
        "path": row.path,
        "mapping": row.mapping,
        "outcome": row.outcome,
        "repeats": row.repeats,
        "request_id": row.request_id,
    }


def _attempt(row: Attempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "started_at": row.started_at.isoformat(),
        "duration_ms": row.duration_ms,
        "outcome": row.outcome,
        "code": row.code,
        "detail": row.detail,
        "calls": row.exchange or [],
    }
