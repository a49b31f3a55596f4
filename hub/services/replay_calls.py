"""Replaying calls that came in: a stored call goes the same way again, as a delivery of its own.

A call was verified before it was stored, and what it spoke of is kept with it, so nothing is
verified again: the credentials that came with it are not stored. A call that led to a request is
left alone unless it is forced; then it is a new wish. A record with an open request keeps that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer

from hub.contracts.channel import DeliveryReport, ReportStatus
from hub.engine.outbox import owe
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound, Refused
from hub.kernel.ids import new_id
from hub.services import choices
from hub.services import replay_filters as filters
from hub.services.core import Core
from hub.services.hooks import apply_reports
from hub.services.replay_filters import CALL, CallFilter
from hub.services.replays import SAMPLE, VERDICTS, Batch, Counted, Order, Replays
from hub.services.trigger_rows import Accepted, Trigger
from hub.services.triggers import accept
from hub.storage.models import Inbound, ReplayItem

_LED_TO_NOTHING = ("failed", "not_wanted", "no_mapping")
_LED_TO_SOMETHING = ("request", "already_open", "under_way", "reply", "report")


class CallReplays(Replays[CallFilter]):
    """One workspace's calls."""

    of = "inbound"

    def _filter(self, session: Session, given: Mapping[str, Any]) -> CallFilter:
        return filters.calls(session, self._workspace_id, given)

    def _counted(self, session: Session, which: CallFilter, order: Order) -> Counted:
        readable = Inbound.about.is_not(None) & Inbound.verified.is_(True)
        kinds = select(Inbound.outcome, readable, func.count()).where(*_conditions(which))
        verdicts = dict.fromkeys(VERDICTS, 0)
        rows = session.execute(kinds.group_by(Inbound.outcome, readable))
        for outcome, can_be_read, number in rows:
            verdicts[_verdict(outcome, bool(can_be_read), order.force)] += number
        if which.most is not None:
            verdicts["replay"] = min(verdicts["replay"], which.most)
        items = self._items(session, which, order)
        return Counted(verdicts, items, verdicts["replay"] / order.rate)

    def _items(self, session: Session, which: CallFilter, order: Order) -> list[dict[str, Any]]:
        """Those that were named, or the first of those that go."""
        query = select(Inbound).options(defer(Inbound.body, raiseload=True))
        chosen = _conditions(which) if which.ids else [*_conditions(which), *_going(order.force)]
        rows = session.scalars(
            query.where(*chosen).order_by(Inbound.id).limit(len(which.ids) or SAMPLE)
        )
        return [_told(row, _verdict(row.outcome, _readable(row), order.force)) for row in rows]

    def _make_due(
        self,
        session: Session,
        which: CallFilter,
        order: Order,
        run: str,
        begin: datetime,
        every: timedelta,
    ) -> Batch:
        query = select(Inbound).options(defer(Inbound.body, raiseload=True))
        rows = session.scalars(
            query.where(*_conditions(which), *_going(order.force))
            .order_by(Inbound.id)
            .limit(which.most)
        ).all()
        items = [
            self._owe(session, row, run, begin + number * every) for number, row in enumerate(rows)
        ]
        return Batch([one for one in items if one is not None], rows[-1].id if rows else None)

    def _owe(self, session: Session, row: Inbound, run: str, due_at: datetime) -> ReplayItem | None:
        delivery_id = owe(
            session,
            workspace_id=self._workspace_id,
            request_id=None,
            entity=f"call:{row.id}",
            kind=CALL,
            step=row.mapping or row.outcome,
            destination=row.about["instance"],
            payload={"inbound": row.id},
            key=f"call:{run}:{row.id}",
            seq=0,
            now=self._clock.now(),
            wall=due_at,
        )
        if delivery_id is None:
            return None
        return ReplayItem(
            id=new_id(),
            workspace_id=self._workspace_id,
            replay_id=run,
            delivery_id=delivery_id,
            inbound_id=row.id,
            due_at=due_at,
            before={
                "state": "cancelled", "attempts": 0, "uncertain": False,
                "first_attempt_at": None, "finished_at": None,
            },
        )  # fmt: skip


@dataclass(frozen=True)
class CallRead:
    """What a replayed call led to: new wishes, or reports to apply."""

    accepted: tuple[Accepted, ...] = ()
    reports: tuple[dict[str, Any], ...] = ()


class CallHandler(Handler):
    """Takes a stored call again."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> CallRead:
        """Read the stored call; its wishes are accepted like new ones, once per replay."""
        with self._core.db.read() as session:
            row = session.get(Inbound, work.payload["inbound"])
            if row is None or row.workspace_id != work.workspace_id:
                raise NotFound("the call is not kept any more")
        if "reports" in row.about:
            return CallRead(reports=tuple(row.about["reports"]))
        wishes = [
            (mapping, record_id)
            for table, record_id in row.about["records"]
            for mapping in self._mappings(row, table)
        ]
        if not wishes:
            raise Refused("no mapping is started by what this call names", code="no_mapping")
        return CallRead(tuple(accept(self._core, _wish(work, row, *one)) for one in wishes))

    def delivered(self, session: Session, work: Work, result: CallRead) -> None:
        """Reports are applied here; what repeats changes nothing."""
        if result.reports:
            reports = [_report(one) for one in result.reports]
            apply_reports(self._core, session, work.workspace_id, work.destination, reports)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """Stays visible as a delivery that was given up."""
        return None

    def _mappings(self, row: Inbound, table: str) -> list[str]:
        """The mapping that the call asked for, or what its record has now."""
        if row.mapping is not None:
            return [row.mapping]
        shelf = self._core.shelf
        active = shelf.for_source(row.workspace_id, row.about["instance"], table)
        return [one.mapping.key for one in active if "webhook" in one.mapping.triggers]


def _wish(work: Work, row: Inbound, mapping: str, record_id: str) -> Trigger:
    body = orjson.loads(row.body or "{}") if row.source == "api" else {}
    return Trigger(
        workspace_id=row.workspace_id,
        mapping=mapping,
        record_id=record_id,
        source=row.source,
        instance=row.instance,
        dedupe=f"{work.key}:{record_id}:{mapping}"[:200],
        method=row.method,
        path=row.path,
        headers=row.headers,
        body=row.body or "",
        record=body.get("record"),
        options=body.get("options") or _pressed(row),
    )


def _pressed(row: Inbound) -> dict[str, Any]:
    """What was chosen on the button's page."""
    return choices.pressed(row.body or "") if row.source == "button" else {}


def _report(told: Mapping[str, Any]) -> tuple[str | None, DeliveryReport]:
    report = DeliveryReport(
        told["reference"],
        ReportStatus(told["status"]),
        datetime.fromisoformat(told["at"]),
        told["reason"],
    )
    return told["delivery"], report


def _conditions(which: CallFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Inbound.workspace_id == which.workspace_id]
    for name in ("source", "instance", "outcome", "mapping", "request_id"):
        if getattr(which, name) is not None:
            found.append(getattr(Inbound, name) == getattr(which, name))
    if which.ids:
        found.append(Inbound.id.in_(which.ids))
    if which.since:
        found.append(Inbound.received_at >= which.since)
    if which.until:
        found.append(Inbound.received_at < which.until)
    if which.after:
        found.append(Inbound.id > which.after)
    return found


def _going(force: bool) -> list[ColumnElement[bool]]:
    outcomes = (*_LED_TO_NOTHING, *(_LED_TO_SOMETHING if force else ()))
    readable = (Inbound.about.is_not(None), Inbound.verified.is_(True))
    return [Inbound.outcome.in_(outcomes), *readable]


def _readable(row: Inbound) -> bool:
    return row.verified and row.about is not None


def _verdict(outcome: str, readable: bool, force: bool) -> str:
    if outcome == "accepted":
        return "still_owed"
    if outcome == "no_record":
        return "nothing_in_it"
    if outcome in _LED_TO_SOMETHING and not force:
        return "already_applied"
    return "replay" if readable else "not_readable"


def _told(row: Inbound, verdict: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "received_at": row.received_at.isoformat(),
        "source": row.source,
        "instance": row.instance,
        "mapping": row.mapping,
        "outcome": row.outcome,
        "request_id": row.request_id,
        "verdict": verdict,
    }
