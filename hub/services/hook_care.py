"""Keeps hooks in order: what other sides are to call the hub for is made, renewed before it ends,
and replaced where it bears a former address. At the start, when files have changed, and daily.

One timer per instance that declares ``keeps_hooks``, so one process at a time does it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.connector import Connector
from hub.contracts.hosted import HostedProvider
from hub.engine.outbox import insert_new
from hub.engine.work import TimerHandler, TimerWork
from hub.kernel.errors import ParaphError, Unsupported
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact_text
from hub.registry import InstanceKey
from hub.services import upkeep
from hub.services.core import Core
from hub.services.orders import after_real_seconds
from hub.storage.models import KeptHooks

_log = get_logger(__name__)
KIND = "keep_hooks"
EVERY = timedelta(days=1)  # the shortest life that is known is three days
AT_START = 10.0  # seconds: many call the address at once, so pages have to be served
NO_HTTPS = "nothing is kept: nobody outside can call this hub, since public_url is without https"
NO_TABLE = "nothing to keep: no mapping has 'trigger: webhook' for it"


@dataclass(frozen=True)
class Kept:
    """What was done, in words; ``held``: nothing was asked before then."""

    told: str = ""
    held: datetime | None = None
    error: ParaphError | None = None
    asked: bool = True


class KeepHooksTimer(TimerHandler):
    """Has one instance keep its hooks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Kept | None:
        """Look and mend at the other side. None for an instance that is not there any more."""
        core = self._core
        with core.db.read() as session:
            row = session.get(KeptHooks, timer.entity)
        if row is None or upkeep.settings_of(core, row.workspace_id, row.instance) is None:
            return None
        held = upkeep.held_until(core, row.workspace_id, row.instance)
        if held is not None:
            return Kept(held=held)
        try:
            return _keep(core, upkeep.instance_of(core, row), row.workspace_id)
        except ParaphError as error:
            return Kept(error=error)

    def fired(self, session: Session, timer: TimerWork, result: Kept | None) -> datetime | None:
        """Keep what was done, where operators see it."""
        core = self._core
        row = session.get(KeptHooks, timer.entity)
        if row is None or result is None:
            return None
        if result.held is not None:
            return result.held
        if result.error is not None:
            return self.failed(session, timer, result.error)
        row.told, row.kept_at = redact_text(result.told)[:1000], core.clock.wall()
        if result.asked:
            upkeep.went_well(core, session, row)
        return after_real_seconds(core.clock, EVERY.total_seconds())

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """Try again, soon at first."""
        row = session.get(KeptHooks, timer.entity)
        if row is None:
            return None
        return upkeep.went_wrong(self._core, session, row, error, timer.began)


def know_instances(core: Core) -> None:
    """Give every instance that keeps hooks its row and its timer."""
    places = [
        (workspace_id, where.key)
        for key, workspace_id in core.workspace_ids.items()
        for where in core.registry.instances(key)
        if core.registry.manifest(where).can(Capability.KEEPS_HOOKS)
    ]
    if not places:
        return
    with core.db.write() as session:
        for workspace_id, instance in places:
            new = {"id": new_id(), "workspace_id": workspace_id, "instance": instance}
            insert_new(session, KeptHooks, new, ("workspace_id", "instance"))
            row = row_of(session, workspace_id, instance)
            latest = after_real_seconds(core.clock, EVERY.total_seconds())
            soonest = latest if row.kept_at else after_real_seconds(core.clock, AT_START)
            upkeep.keep_armed(core, session, KIND, row.id, workspace_id, soonest)


def soon(core: Core) -> None:
    """Have all of them looked at in a moment: the hub has started, or files have changed."""
    with core.db.read() as session:
        rows = session.scalars(select(KeptHooks)).all()
    if not rows:
        return
    moment = after_real_seconds(core.clock, AT_START)
    with core.db.write() as session:
        for row in rows:
            upkeep.keep_armed(core, session, KIND, row.id, row.workspace_id, moment)
    core.wake()


def row_of(session: Session, workspace_id: str, instance: str) -> KeptHooks:
    """The row of an instance that keeps hooks."""
    mine = {"workspace_id": workspace_id, "instance": instance}
    return session.scalars(select(KeptHooks).filter_by(**mine)).one()


def is_wanted(core: Core, row: KeptHooks) -> bool:
    """Whether the instance is there."""
    return upkeep.settings_of(core, row.workspace_id, row.instance) is not None


def tables_of(core: Core, workspace_id: str, instance: str) -> Collection[str]:
    """The tables that mappings want to be called for."""
    sources = core.shelf.sources("webhook")
    return sorted(table for *place, table in sources if place == [workspace_id, instance])


def _keep(core: Core, where: InstanceKey, workspace_id: str) -> Kept:
    production = core.settings.environment == "production"
    if production and not core.settings.public_url.startswith("https://"):
        return Kept(NO_HTTPS, asked=False)
    plugin = core.registry.plugin(where)
    if isinstance(plugin, HostedProvider):
        return Kept(plugin.keep_hooks())
    if not isinstance(plugin, Connector):
        raise Unsupported(f"{where.key} registers no hooks by itself")
    tables = tables_of(core, workspace_id, where.key)
    if not tables:
        return Kept(NO_TABLE, asked=False)
    return Kept(plugin.keep_hooks(tables))
