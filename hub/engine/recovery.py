"""Finds leases that nobody holds any more (run out, or their process died) and frees the rows.

What the lost holder did is unknown, so a delivery comes back with ``uncertain`` set. A carried
claim that nobody has taken up comes back as if it had not been claimed: nothing was done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from hub.engine.liveness import Liveness
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.storage import queries_work as queries
from hub.storage.db import Database
from hub.storage.queries_carried import WITHDRAW, WITHDRAW_TIMER
from hub.storage.touched import touched

_log = get_logger(__name__)
_FREE_TRIES = 3  # a delivery that kills its process again and again has to wait after these
_LONGEST_WAIT = timedelta(minutes=1)


CARRIED, TAKEN_UP = "s", "t"  # marks in a claim's id: sent off, and taken up by the one who works


def claim_id(holder: str, count: int, mark: str = "") -> str:
    """The id of the ``count``-th claim (of its mark) of the process ``holder``."""
    return f"{holder}.{mark}{count:x}"


def carried_by(holder: str) -> str:
    """The pattern (LIKE) of the claims that ``holder`` has sent off."""
    return f"{holder}.{CARRIED}%"


def is_carried(claim: str | None) -> bool:
    """Whether this claim was sent off and nobody has taken it up."""
    return claim is not None and claim.partition(".")[2].startswith(CARRIED)


def free_lost(
    db: Database,
    liveness: Liveness,
    holder: str,
    wall: datetime,
    in_hand: Collection[tuple[str, str]] = (),
) -> int:
    """Free what no living process holds. How many rows there were.

    ``in_hand`` are the rows, with their claims, that the caller itself is working on.
    """
    with db.read() as session:
        judge = _Judge(liveness, holder, wall, in_hand)
        deliveries = [r for r in session.execute(queries.LEASED_DELIVERIES) if judge.lost(r)]
        timers = [r for r in session.execute(queries.LEASED_TIMERS) if judge.lost(r)]
    if not deliveries and not timers:
        return 0
    with db.write() as session:
        freed = sum(_free(session, row, wall) for row in deliveries)
        freed += sum(_free_timer(session, row) for row in timers)
    _log.warning("lost_leases_freed", deliveries=len(deliveries), timers=len(timers))
    return freed


class _Judge:
    """Asks for each holder only once."""

    def __init__(
        self,
        liveness: Liveness,
        holder: str,
        wall: datetime,
        in_hand: Collection[tuple[str, str]],
    ) -> None:
        self._liveness = liveness
        self._wall = wall
        self._in_hand = in_hand
        self._alive = {holder: True}

    def lost(self, row: Row[Any]) -> bool:
        if (row.id, row.claim_id) in self._in_hand:
            return False  # whatever the clock says: it may have been set forward
        if row.claim_id is None or row.lease_until is None or row.lease_until <= self._wall:
            return True
        holder = row.claim_id.partition(".")[0]
        if holder not in self._alive:
            self._alive[holder] = self._liveness.alive(holder)
        return not self._alive[holder]


def _free_timer(session: Session, row: Row[Any]) -> int:
    statement = WITHDRAW_TIMER if is_carried(row.claim_id) else queries.TAKE_OVER_TIMER
    parameters = {"id": row.id, "claim": row.claim_id}
    return touched(session, statement, parameters)


def _free(session: Session, row: Row[Any], wall: datetime) -> int:
    if is_carried(row.claim_id):
        parameters = {"id": row.id, "claim": row.claim_id}
        return touched(session, WITHDRAW, parameters)
    doublings = min(max(0, row.attempts - _FREE_TRIES), 6)
    wait = min(_LONGEST_WAIT, timedelta(seconds=2**doublings - 1))
    parameters = {"id": row.id, "claim": row.claim_id, "next_at": wall + wait}
    if touched(session, queries.TAKE_OVER, parameters) != 1:
        return 0
    queries.ATTEMPTS.run(
        session,
        {
            "id": new_id(), "workspace_id": row.workspace_id, "delivery_id": row.id,
            "number": row.attempts, "started_at": wall, "duration_ms": 0, "outcome": "lost",
            "code": "lease_lost", "detail": None, "exchange": [],
        },
    )  # fmt: skip
    return 1
