"""Timers under load: a million of them pending, a hundred falling due each second."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from hub.engine import claims, outbox
from hub.engine.engine import Engine
from hub.engine.work import TimerWork
from hub.kernel.clock import SystemClock
from hub.kernel.crypto import Vault
from hub.kernel.ids import new_id
from hub.storage.db import Database
from hub.storage.models import Timer
from tests.bench.load import percentile
from tests.chaos.worker import SECRET
from tests.engine.house import WORKSPACE, opened

PENDING = 1_000_000
SLICE = 10_000
REMINDER = "reminder"
LIMIT = 3  # reminders of one entity
CLAIM_MS, LATE_SECONDS = 10.0, 2.0
BATCH = 8  # timers of one claim: as many as a process has threads for them


@dataclass
class Figures:
    """What was measured."""

    claim_p50: float = 0.0  # milliseconds
    claim_p99: float = 0.0
    late_p99: float = 0.0  # seconds
    fired: int = 0
    fourth: int = 0
    missing: int = 0

    def line(self) -> str:
        """For people."""
        return (
            f"claim_p50={self.claim_p50:.1f}ms claim_p99={self.claim_p99:.1f}ms "
            f"late_p99={self.late_p99:.2f}s fired={self.fired} missing={self.missing} "
            f"fourth={self.fourth}"
        )

    def good(self, store: str) -> bool:
        """Whether they are what they are to be. The claim's time is a promise of PostgreSQL."""
        claim = store == "sqlite" or self.claim_p99 <= CLAIM_MS
        return claim and self.late_p99 <= LATE_SECONDS and not (self.fourth or self.missing)


@dataclass
class Reminders:
    """Implements ``TimerHandler``: counts, and arms the next one as long as there may be one."""

    late: list[float] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)

    def perform(self, timer: TimerWork) -> None:
        self.late.append((SystemClock().now() - timer.due_at).total_seconds())

    def fired(self, session: Session, timer: TimerWork, result: object) -> datetime | None:
        self.sent[timer.entity] += 1
        if timer.n < LIMIT:
            due = timer.due_at + timedelta(seconds=1)
            outbox.arm(session, REMINDER, timer.entity, timer.n + 1, due, WORKSPACE)
        return None

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        return SystemClock().now() + timedelta(seconds=1)


def timers(url: str, *, pending: int, per_second: int, seconds: int) -> Figures:
    """Fill the table, time claims on it, then let ``per_second`` fall due for ``seconds``."""
    opened(url).close()
    db = Database(url, Vault(SECRET))
    try:
        far = SystemClock().now() + timedelta(days=30)
        _fill(db, (far + timedelta(seconds=number) for number in range(pending)), "far")
        times = _claim_times(db)
        figures = Figures(percentile(times, 0.5), percentile(times, 0.99))
        _soak(db, figures, per_second, seconds)
        return figures
    finally:
        db.close()


def _fill(db: Database, moments: Iterator[datetime], prefix: str) -> int:
    count = 0
    more = True
    while more:
        rows = []
        for moment in moments:
            rows.append(
                {
                    "id": new_id(), "workspace_id": WORKSPACE, "kind": REMINDER,
                    "entity": f"{prefix}-{count}", "n": 1, "due_at": moment, "state": "pending",
                    "attempts": 0,
                }
            )  # fmt: skip
            count += 1
            if len(rows) == SLICE:
                break
        more = len(rows) == SLICE
        if rows:
            with db.write() as session:
                session.execute(insert(Timer), rows)
    if not db.is_sqlite:
        with db.write() as session:
            session.execute(text("ANALYZE timer"))
    return count


def _claim_times(db: Database) -> list[float]:
    """Milliseconds of claiming ``BATCH`` timers that are due, the commit included; sorted."""
    now = SystemClock().now() - timedelta(days=1)
    _fill(db, (now for _ in range(BATCH * 500)), "claimed")
    times = []
    for number in range(500):
        wall = SystemClock().wall()
        began = time.perf_counter()
        with db.write() as session:
            lease = timedelta(hours=1)
            got = claims.claim_timers(session, f"bench.{number:x}", BATCH, wall, wall, lease)
        times.append((time.perf_counter() - began) * 1000)
        assert len(got) == BATCH
    with db.write() as session:
        session.execute(text("DELETE FROM timer WHERE claim_id LIKE 'bench.%'"))
    return sorted(times)


def _soak(db: Database, figures: Figures, per_second: int, seconds: int) -> None:
    """A third of what falls due is armed now; the second and third reminders follow."""
    first = per_second * seconds // LIMIT
    start = SystemClock().now() + timedelta(seconds=2)
    spread = timedelta(seconds=seconds)
    _fill(db, (start + spread * (number / first) for number in range(first)), "near")
    handler = Reminders()
    engine = Engine(db, SystemClock(), {}, {REMINDER: handler})
    engine.start()
    end = time.monotonic() + seconds + 30
    while sum(handler.sent.values()) < first * LIMIT and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(3)  # a fourth one would come now
    engine.stop()
    figures.fired = sum(handler.sent.values())
    figures.missing = first * LIMIT - figures.fired
    figures.fourth = sum(sent > LIMIT for sent in handler.sent.values())
    figures.late_p99 = percentile(sorted(handler.late), 0.99)
