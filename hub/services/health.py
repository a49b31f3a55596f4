"""Is everything well, and what is owed to whom: for ``/health/*``, metrics and the command line.

Also the probes: an instance is probed when it has not been for a while, and often while it is
paused; a paused one that answers again goes on by itself (A12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from hub.engine.conditions import pause, resume
from hub.engine.outbox import insert_new, take_lease
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ParaphError,
    Permanent,
)
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact_text
from hub.registry import InstanceKey
from hub.services import in_hand
from hub.services.core import Core
from hub.storage.models import Instance
from hub.storage.queries_work import OWED_COUNTS

_log = get_logger(__name__)
PROBE_EVERY = timedelta(minutes=5)
PROBE_PAUSED_EVERY = timedelta(seconds=30)
READY_WITHIN = 3.0  # seconds for the database to take a row
LATE = timedelta(seconds=5)  # what was due so long ago is told, whatever holds it up
OWED = ("pending", "retry", "leased", "paused")


@dataclass(frozen=True)
class InstanceHealth:
    """One instance: reached when, what is owed to it, how old that is, what to mend and where."""

    instance: str
    plugin: str
    status: str  # ok, waiting (mends itself), broken (a person must mend it), unknown
    probe: str | None
    probed_at: str | None
    backlog: int
    gave_up: int
    oldest_owed_seconds: float | None
    last_success_at: str | None
    last_failure_at: str | None
    breaker_open_until: str | None
    paused: str | None
    mend: str | None


@dataclass(frozen=True)
class SyncHealth:
    """The whole workspace; ``status`` is that of its worst instance."""

    workspace: str
    status: str
    instances: tuple[InstanceHealth, ...]
    unjudged_signatures: int = 0  # answers in hand that could not be checked yet

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def ready(core: Core) -> tuple[bool, str]:
    """Whether this process can serve: the database answers soon, and takes a row."""
    wall = core.clock.wall()
    try:
        with core.db.write(patience=READY_WITHIN) as session:
            take_lease(session, "ready", "ready", wall, wall)
    except Exception as error:  # whatever it is, this process is not ready
        _log.error("not ready", error=type(error).__name__)
        return False, f"the database cannot be written ({type(error).__name__})"
    moved = core.jumps.look()
    return True, f"ready; {moved}" if moved else "ready"


def sync(core: Core) -> list[SyncHealth]:
    """The condition of every instance of every workspace, with three queries in all."""
    with core.db.read() as session:
        rows = {(row.workspace_id, row.key): row for row in session.scalars(select(Instance))}
        counted = _counts(session)
        unjudged = in_hand.unjudged(session)
    wall = core.clock.wall()
    found = []
    for key, workspace_id in core.workspace_ids.items():
        instances = tuple(
            _instance(core, where, rows.get((workspace_id, where.key)), counted, workspace_id, wall)
            for where in core.registry.instances(key)
        )
        order = ("ok", "unknown", "waiting", "broken")
        worst = max((one.status for one in instances), key=order.index, default="ok")
        found.append(SyncHealth(key, worst, instances, unjudged.get(workspace_id, 0)))
    return found


Counts = Mapping[tuple[str, str, str], Row[Any]]
"""By workspace, destination and state: ``number``, ``oldest`` and ``due`` (real time)."""


def _counts(session: Session) -> Counts:
    rows = session.execute(OWED_COUNTS)
    return {(row.workspace_id, row.destination, row.state): row for row in rows}


def _instance(
    core: Core,
    where: InstanceKey,
    row: Instance | None,
    counted: Counts,
    workspace_id: str,
    wall: datetime,
) -> InstanceHealth:
    owed = [counted[k] for s in OWED if (k := (workspace_id, where.key, s)) in counted]
    oldest = min((one.oldest for one in owed), default=None)
    given_up = counted.get((workspace_id, where.key, "gave_up"))
    gave_up = given_up.number if given_up else 0
    late = wall - min((one.due for one in owed), default=wall)
    status, mend = _judge(core, where, row, gave_up, late)
    open_until = row.breaker_until if row and row.breaker_until else None
    return InstanceHealth(
        instance=where.key,
        plugin=core.registry.settings(where).plugin,
        status=status,
        probe=row.probe_text if row else None,
        probed_at=_iso(row.probed_at if row else None),
        backlog=sum(one.number for one in owed),
        gave_up=gave_up,
        oldest_owed_seconds=(core.clock.now() - oldest).total_seconds() if oldest else None,
        last_success_at=_iso(row.last_success_at if row else None),
        last_failure_at=_iso(row.last_failure_at if row else None),
        breaker_open_until=_iso(open_until if open_until and open_until > wall else None),
        paused=row.paused_code if row else None,
        mend=mend,
    )


def _judge(
    core: Core, where: InstanceKey, row: Instance | None, gave_up: int, late: timedelta
) -> tuple[str, str | None]:
    place = core.registry.settings(where).where
    if row is None:
        return "unknown", None
    if row.paused_code:
        return "broken", f"{row.paused_detail or row.paused_code}: mend the settings at {place}"
    failed = row.probe_ok is False and not _worked_since(row)
    if failed and row.probe_final:
        return "broken", f"{row.probe_text}: mend the settings at {place}, or the account there"
    if failed or row.failures or row.breaker_until:
        return "waiting", "it is asked again by itself; what is owed to it waits"
    if gave_up:
        return "broken", (
            f"{gave_up} deliveries were given up: see paraph deliveries --state gave_up, then "
            "paraph replay or paraph discard"
        )
    if late > LATE:
        by = f"{late.total_seconds():.0f} s"
        return "waiting", f"what is owed to it is late by {by}: it is slow, or much is owed"
    if row.probed_at is None:
        return "unknown", None
    return "ok", None


def _worked_since(row: Instance) -> bool:
    """Whether something was delivered after the last probe: then what that said is over."""
    return bool(row.last_success_at and row.probed_at and row.last_success_at > row.probed_at)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def probe_due(core: Core) -> None:
    """Probe every instance whose turn it is. One after the other; called by a single ticker."""
    wall = core.clock.wall()
    with core.db.read() as session:
        rows = {(row.workspace_id, row.key): row for row in session.scalars(select(Instance))}
    for key, workspace_id in core.workspace_ids.items():
        for where in core.registry.instances(key):
            row = rows.get((workspace_id, where.key))
            wait = PROBE_PAUSED_EVERY if row and row.paused_code else PROBE_EVERY
            if row is None or row.probed_at is None or wall - row.probed_at >= wait:
                probe(core, where)


def probe(core: Core, where: InstanceKey) -> tuple[bool, str]:
    """Probe one instance now, keep the answer, pause or resume it accordingly."""
    failure: ParaphError | None = None
    try:
        result = core.registry.plugin(where).probe()
        said = "; ".join((result.summary, *result.warnings))
    except ParaphError as error:
        failure, said = error, f"{error.code}: {error.detail}"
    except Exception as error:  # a plugin's bug must not end the ticker
        failure = ConfigurationError(f"the probe broke: {type(error).__name__}")
        said = failure.detail
    workspace_id = core.workspace_ids[where.workspace]
    said, wall = redact_text(said)[:1000], core.clock.wall()
    place = (workspace_id, where.key)
    with core.db.write() as session:
        session.execute(
            update(Instance)
            .where(Instance.workspace_id == workspace_id, Instance.key == where.key)
            .values(
                probed_at=wall,
                probe_ok=failure is None,
                probe_text=said,
                probe_final=isinstance(failure, Permanent | ConfigurationError),
            )
        )
        if failure is None and resume(session, place, wall):
            _log.info("instance resumed", instance=str(where))
        elif isinstance(failure, AuthenticationFailed):
            pause(session, place, failure.code, failure.detail, wall)
    core.wake()
    if failure is not None:
        _log.warning("probe failed", instance=str(where), code=failure.code)
    return failure is None, said


def know_instances(core: Core) -> None:
    """Give every configured instance its row, so that it can be paused before anything is owed
    to it or its first probe."""
    with core.db.write() as session:
        for key, workspace_id in core.workspace_ids.items():
            for where in core.registry.instances(key):
                plugin = core.registry.settings(where).plugin
                values = {
                    "id": new_id(),
                    "workspace_id": workspace_id,
                    "key": where.key,
                    "plugin": plugin,
                    "failures": 0,
                }
                insert_new(session, Instance, values, ("workspace_id", "key"))
