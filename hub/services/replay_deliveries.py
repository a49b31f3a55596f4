"""Replaying deliveries: the same row with the same id, key and bytes is owed again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace as with_changes
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from hub.engine import replay
from hub.engine.replay import APPLIED, GIVEN_UP, REPLAYABLE, STATES, WorkFilter
from hub.kernel.ids import new_id
from hub.services import replay_filters as filters
from hub.services.replays import BATCH, SAMPLE, VERDICTS, Batch, Counted, Order, Replays
from hub.storage.models import Delivery, ReplayItem


class DeliveryReplays(Replays[WorkFilter]):
    """One workspace's deliveries. A forced one that was delivered goes with its key, uncertain, so
    that plugins look for it first where they can."""

    of = "deliveries"

    def discard(self, given: Mapping[str, Any], *, dry_run: bool) -> int:
        """Decide that what was given up and fits the filter is not owed any more. How many there
        are, or were. Raises ``Refused`` and ``NotFound`` for what does not exist."""
        with self._db.read() as session:
            which = self._filter(session, given)
            left = replay.count(session, which, GIVEN_UP)
        if dry_run:
            return left
        done = 0
        while left > done:
            part = with_changes(which, most=min(BATCH, left - done))
            with self._db.write() as session:
                changed = replay.discard(session, part, self._clock.now(), GIVEN_UP)
            if changed == 0:
                break
            done += changed
        return done

    def _filter(self, session: Session, given: Mapping[str, Any]) -> WorkFilter:
        return filters.deliveries(session, self._workspace_id, given)

    def _counted(self, session: Session, which: WorkFilter, order: Order) -> Counted:
        # without any filter only what was given up is looked at: all that was ever done is not
        states = STATES if which.narrows else REPLAYABLE
        verdicts = dict.fromkeys(VERDICTS, 0)
        for state, number in replay.by_state(session, which, states).items():
            verdicts[_verdict(state, order.force)] += number
        if which.most is not None:
            verdicts["replay"] = min(verdicts["replay"], which.most)
        items = self._items(session, which, states, order)
        return Counted(verdicts, items, verdicts["replay"] / order.rate)

    def _items(
        self, session: Session, which: WorkFilter, states: Collection[str], order: Order
    ) -> list[dict[str, Any]]:
        """Those that were named, or the first of those that go."""
        wanted = states if which.ids else _going(order.force)
        query = select(Delivery).options(defer(Delivery.payload, raiseload=True))
        rows = session.scalars(
            query.where(*replay.conditions(which, wanted))
            .order_by(Delivery.id)
            .limit(len(which.ids) or SAMPLE)
        )
        return [_told(row, _verdict(row.state, order.force)) for row in rows]

    def _make_due(
        self,
        session: Session,
        which: WorkFilter,
        order: Order,
        run: str,
        begin: datetime,
        every: timedelta,
    ) -> Batch:
        owed = replay.replay(session, which, begin, states=_going(order.force), every=every)
        items = [
            ReplayItem(
                id=new_id(),
                workspace_id=self._workspace_id,
                replay_id=run,
                delivery_id=one.id,
                due_at=one.due_at,
                before=dict(one.before),
            )
            for one in owed
        ]
        return Batch(items, owed[-1].id if owed else None)


def _going(force: bool) -> tuple[str, ...]:
    return (*REPLAYABLE, APPLIED) if force else REPLAYABLE


def _verdict(state: str, force: bool) -> str:
    if state in _going(force):
        return "replay"
    if state == APPLIED:
        return "already_applied"
    return "cancelled" if state == "cancelled" else "still_owed"


def _told(row: Delivery, verdict: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "destination": row.destination,
        "kind": row.kind,
        "step": row.step,
        "state": row.state,
        "attempts": row.attempts,
        "error_code": row.error_code,
        "error_detail": row.error_detail,
        "created_at": row.created_at.isoformat(),
        "verdict": verdict,
    }
