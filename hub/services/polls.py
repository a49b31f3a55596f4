"""Polling: for mappings with ``trigger: poll`` the hub asks by itself what has changed.

One timer per table, so one process at a time asks. Each change is accepted like any other trigger,
one after another as the list comes in; the cursor is stored after what came before it. A process
that dies in between has the same changes listed again, and each of them is the same call then.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.connector import Connector
from hub.contracts.records import RecordRef
from hub.engine.outbox import insert_new
from hub.engine.work import TimerHandler, TimerWork
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import NotFound, ParaphError, Refused
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.services import upkeep
from hub.services.core import Core
from hub.services.mappings import ActiveMapping
from hub.services.orders import after_real_seconds
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.settings.retrying import POLL_EVERY
from hub.storage.models import PolledTable

_log = get_logger(__name__)
KIND, SOURCE = "table_poll", "poll"
MOST = 1000  # changes taken at once; the next poll follows right behind
AT_ONCE = 2  # polls of one process: a slow upstream must not have all threads that timers have


@dataclass(frozen=True)
class Polled:
    """What one poll came to. ``held``: nothing was asked before then. ``error``: where the list
    broke off; what came before it is taken."""

    cursor: str | None = None
    taken: int = 0
    more: bool = False
    held: datetime | None = None
    error: ParaphError | None = None


class TablePollTimer(TimerHandler):
    """Asks one table for its changes, every ``poll_every`` of its instance."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def perform(self, timer: TimerWork) -> Polled | None:
        """One list of changes, each accepted in a transaction of its own. None where nothing is to
        be asked: no mapping polls the table any more."""
        if not self._room.acquire(blocking=False):
            return Polled(held=after_real_seconds(self._core.clock, 1.0))
        try:
            return self._poll(timer)
        finally:
            self._room.release()

    def _poll(self, timer: TimerWork) -> Polled | None:
        core = self._core
        with core.db.read() as session:
            row = session.get(PolledTable, timer.entity)
        wanted = _mappings(core, row)
        if row is None or not wanted:
            return None
        held = upkeep.held_until(core, row.workspace_id, row.instance)
        if held is not None:
            return Polled(row.cursor, held=held)
        try:
            connector = core.registry.connector(upkeep.instance_of(core, row))
            if not row.begun:
                return Polled(connector.cursor_now(row.source_table))
        except ParaphError as error:
            return Polled(row.cursor, error=error)
        return _take(core, row, wanted, connector)

    def fired(self, session: Session, timer: TimerWork, result: Polled | None) -> datetime | None:
        """Store how far it got, and what went wrong."""
        core = self._core
        row = session.get(PolledTable, timer.entity)
        if row is None:
            return None
        if result is not None and result.held is not None:
            return result.held
        pause = every(core, row)
        if result is None:
            return after_real_seconds(core.clock, pause.total_seconds())
        row.cursor, row.taken, row.behind = result.cursor, result.taken, result.more
        if result.error is not None:
            return self.failed(session, timer, result.error)
        row.begun, row.polled_at = True, core.clock.wall()
        upkeep.went_well(core, session, row)
        if result.more:
            return core.clock.now()
        return after_real_seconds(core.clock, pause.total_seconds())

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """Ask again before long, but no more often than in good times for long."""
        row = session.get(PolledTable, timer.entity)
        if row is None:
            return None
        longest = every(self._core, row).total_seconds()
        return upkeep.went_wrong(self._core, session, row, error, timer.began, longest)


def know_tables(core: Core) -> None:
    """Give every table that a mapping in force polls its row and its timer. At the start and when
    files have changed; a table that was polled before goes on from its cursor."""
    places = sorted(core.shelf.sources(SOURCE))
    if not places:
        return
    with core.db.write() as session:
        for place in places:
            keys = dict(zip(("workspace_id", "instance", "source_table"), place, strict=True))
            insert_new(session, PolledTable, {"id": new_id(), **keys}, tuple(keys))
            row = session.scalars(select(PolledTable).filter_by(**keys)).one()
            soon = core.clock.now()
            if row.polled_at is not None:
                soon = after_real_seconds(core.clock, every(core, row).total_seconds())
            upkeep.keep_armed(core, session, KIND, row.id, row.workspace_id, soon)
    core.wake()


def every(core: Core, row: PolledTable) -> timedelta:
    """How often the table is asked (real time)."""
    settings = upkeep.settings_of(core, row.workspace_id, row.instance)
    return settings.poll_every if settings is not None else POLL_EVERY


def tables_of(core: Core, workspace_id: str, instance: str) -> list[PolledTable]:
    """The tables of an instance that mappings in force poll."""
    mine = select(PolledTable).where(
        PolledTable.workspace_id == workspace_id, PolledTable.instance == instance
    )
    with core.db.read() as session:
        rows = session.scalars(mine.order_by(PolledTable.source_table)).all()
    return [row for row in rows if _mappings(core, row)]


def is_wanted(core: Core, row: PolledTable) -> bool:
    """Whether a mapping in force polls the table."""
    return bool(_mappings(core, row))


def _mappings(core: Core, row: PolledTable | None) -> list[ActiveMapping]:
    if row is None or upkeep.settings_of(core, row.workspace_id, row.instance) is None:
        return []
    return core.shelf.for_source(row.workspace_id, row.instance, row.source_table, SOURCE)


def _take(
    core: Core, row: PolledTable, wanted: Sequence[ActiveMapping], connector: Connector
) -> Polled:
    """Accept the changes in their order. Some connectors give a cursor at the end of a list only:
    what is listed without one has to be taken to the end."""
    cursor, taken = row.cursor, 0
    try:
        for ref, after in connector.changes(row.source_table, row.cursor):
            if taken >= MOST and cursor != row.cursor:
                return Polled(cursor, taken, more=True)
            for active in wanted:
                _accept(core, row, active, ref, after)
            cursor, taken = after, taken + 1
    except ParaphError as error:
        return Polled(cursor, taken, error=error)
    return Polled(cursor, taken)


def _accept(
    core: Core, row: PolledTable, active: ActiveMapping, ref: RecordRef, after: str
) -> None:
    """A change is known by its record and the cursor behind it: listed again, it is the same."""
    key, instance = active.mapping.key, row.instance
    change = sha256_hex("\n".join((key, str(ref), after)).encode())
    wish = Trigger(
        workspace_id=row.workspace_id,
        mapping=key,
        record_id=ref.id,
        source=SOURCE,
        instance=instance,
        dedupe=f"poll:{instance}:{change}",
        method="POLL",
        path=f"{instance}/{ref.table}",
    )
    try:
        accept(core, wish)
    except (NotFound, Refused) as error:  # the mapping went, or is not polled any more
        _log.info("change not taken", mapping=key, instance=instance, code=error.code)
