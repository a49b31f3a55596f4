"""Deletes what is over and old: finished deliveries with their attempts, calls that came in,
finished timers, one-time codes, sign-ins and sessions of the portal, what somebody chose to be
told who was told nothing for long. A tick of the engine runs it in one process at a time.

What is open, owed or given up stays, and so does the history of every request: events, signatures
and the log of replays are never deleted here. Rows go in small transactions with pauses between
them, so that the write lock is never held for long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.kernel.clock import Clock
from hub.kernel.logging import get_logger
from hub.settings import HubSettings
from hub.storage import queries_retention as queries
from hub.storage.db import Database
from hub.storage.models import (
    AccessToken,
    Attempt,
    Delivery,
    HeldNotice,
    Inbound,
    OneTimeCode,
    PortalEntry,
    PortalSession,
    Preference,
    PublicTry,
    ReplayItem,
    Timer,
)
from hub.storage.prepared import Prepared

_log = get_logger(__name__)
EVERY = timedelta(hours=1)
BATCH = 200  # rows a transaction: some tens of milliseconds
PAUSE = 0.05  # seconds between two of them: whoever waits for the lock gets it
ENDED = ("delivered", "cancelled", "discarded")
KEEP_CODES = timedelta(days=1)  # longer than the hour in which they are counted
KEEP_SESSIONS = timedelta(days=31)  # longer than any of them can live
KEEP_PREFERENCES = timedelta(days=400)  # of whoever gets a document once a year
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Kind:
    """One table: how old and finished rows are found, how they go, and after how long."""

    name: str
    old: Prepared
    remove: Callable[[Session, Sequence[str]], None]
    keep: Callable[[HubSettings], timedelta]


class Retention:
    """Sweeps all tables. ``stop`` ends a sweep after its batch."""

    def __init__(self, db: Database, clock: Clock, settings: HubSettings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._stopping = threading.Event()

    def sweep(self) -> dict[str, int]:
        """Delete everything that may go now; how many rows of each table."""
        gone: dict[str, int] = {}
        for kind in _KINDS:
            before = self._clock.now() - kind.keep(self._settings)
            gone[kind.name] = self._sweep(kind, before)
        if any(gone.values()):
            _log.info("retention_swept", **gone)
        return gone

    def stop(self) -> None:
        """Delete nothing more."""
        self._stopping.set()

    def _sweep(self, kind: _Kind, before: datetime) -> int:
        gone = 0
        page = {"after": "", "at": _FIRST, "before": before, "most": BATCH}
        while not self._stopping.is_set():
            with self._db.read() as session:
                rows = kind.old.all(session, page)
            if any(row.ended for row in rows):
                gone += self._delete(kind, page)
            if len(rows) < BATCH or rows[-1].at >= before:
                break
            page |= {"after": rows[-1].id, "at": rows[-1].at}
            self._stopping.wait(PAUSE)
        return gone

    def _delete(self, kind: _Kind, page: dict[str, object]) -> int:
        with self._db.write() as session:  # look again: something may have been replayed meanwhile
            ended = [row.id for row in kind.old.all(session, page) if row.ended]
            if ended:
                kind.remove(session, ended)
        return len(ended)


def _deliveries(session: Session, ids: Sequence[str]) -> None:
    locked = select(Delivery.id).where(Delivery.id.in_(ids), Delivery.state.in_(ENDED))
    ids = list(session.scalars(locked.with_for_update()))
    for child in (Attempt, ReplayItem):
        session.execute(delete(child).where(child.delivery_id.in_(ids)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))


def _calls(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(Inbound).where(Inbound.id.in_(ids)))


def _timers(session: Session, ids: Sequence[str]) -> None:
    over = Timer.state.in_(("done", "cancelled"))
    session.execute(delete(Timer).where(Timer.id.in_(ids), over))


def _codes(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(OneTimeCode).where(OneTimeCode.id.in_(ids)))


def _entries(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(PortalEntry).where(PortalEntry.id.in_(ids)))


def _tries(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(PublicTry).where(PublicTry.id.in_(ids)))


def _sessions(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(AccessToken).where(AccessToken.portal_session_id.in_(ids)))
    session.execute(delete(PortalSession).where(PortalSession.id.in_(ids)))


def _preferences(session: Session, ids: Sequence[str]) -> None:
    waiting = select(HeldNotice.id).where(HeldNotice.preference_id == Preference.id).exists()
    session.execute(delete(Preference).where(Preference.id.in_(ids), ~waiting))


_KINDS = (
    _Kind("deliveries", queries.OLD_DELIVERIES, _deliveries, lambda s: s.keep_deliveries),
    _Kind("calls", queries.OLD_CALLS, _calls, lambda s: s.keep_inbound),
    _Kind("timers", queries.OLD_TIMERS, _timers, lambda s: s.keep_timers),
    _Kind("codes", queries.OLD_CODES, _codes, lambda _: KEEP_CODES),
    _Kind("sign_ins", queries.OLD_ENTRIES, _entries, lambda _: KEEP_CODES),
    _Kind("tries", queries.OLD_TRIES, _tries, lambda _: KEEP_CODES),
    _Kind("sessions", queries.OLD_SESSIONS, _sessions, lambda _: KEEP_SESSIONS),
    _Kind("preferences", queries.OLD_PREFERENCES, _preferences, lambda _: KEEP_PREFERENCES),
)
