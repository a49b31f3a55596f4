"""What the timers share that look after other sides by themselves: polling tables, keeping hooks.

A call that goes wrong counts as any other call to the instance: it opens the breaker, refused
credentials pause the instance, and while either holds nothing is asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.engine import conditions
from hub.engine.breaker import BreakerSettings
from hub.engine.outbox import arm
from hub.engine.outcomes import detail_of
from hub.engine.retry import code_of, counts_against_destination
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    MalformedAnswer,
    Permanent,
    Retryable,
)
from hub.registry import InstanceKey
from hub.services.core import Core
from hub.services.credentials.fresh import pause_refused
from hub.services.orders import after_real_seconds
from hub.settings.instances import InstanceSettings
from hub.storage.models import Instance, Timer

FIRST, LONGEST = 10.0, 3600.0  # seconds between tries that fail
_LOOK = 30.0  # seconds: how often a paused instance is looked at


def settings_of(core: Core, workspace_id: str, instance: str) -> InstanceSettings | None:
    """None when it, or its workspace, was taken out of the files."""
    try:
        return core.registry.settings(core.instance(workspace_id, instance))
    except (ConfigurationError, LookupError):
        return None


def held_until(core: Core, workspace_id: str, instance: str) -> datetime | None:
    """Until when nothing is asked of an instance that is paused or whose breaker is open."""
    condition = select(Instance.paused_code, Instance.breaker_until).where(
        Instance.workspace_id == workspace_id, Instance.key == instance
    )
    with core.db.read() as session:
        row = session.execute(condition).one_or_none()
    if row is None:
        return None
    if row.paused_code is not None:
        return after_real_seconds(core.clock, _LOOK)
    wall = core.clock.wall()
    if row.breaker_until is not None and row.breaker_until > wall:
        return after_real_seconds(core.clock, (row.breaker_until - wall).total_seconds())
    return None


def went_well(core: Core, session: Session, row: Any) -> None:
    """The other side answered."""
    row.failures, row.failing_since = 0, None
    row.error_code, row.error_detail, row.final = None, None, False
    note(core, session, row.workspace_id, row.instance, well=True)


def went_wrong(
    core: Core,
    session: Session,
    row: Any,
    error: Exception,
    began: datetime | None,
    longest: float = LONGEST,
) -> datetime:
    """Keep what went wrong with the call that began at ``began``, where operators see it; when to
    try again."""
    wall = core.clock.wall()
    row.failures += 1
    row.failing_since = row.failing_since or wall
    row.error_code, row.error_detail = code_of(error)[:64], detail_of(error)
    row.final = isinstance(error, Permanent | ConfigurationError) and not isinstance(
        error, MalformedAnswer
    )
    if isinstance(error, AuthenticationFailed):
        place = (row.workspace_id, row.instance)
        pause_refused(core, session, place, error, began)
    elif counts_against_destination(error):
        note(core, session, row.workspace_id, row.instance, well=False)
    asked = error.retry_after if isinstance(error, Retryable) else None
    pause = min(longest, FIRST * 2 ** min(row.failures - 1, 16))
    return after_real_seconds(core.clock, max(pause, min(asked or 0.0, LONGEST)))


def keep_armed(
    core: Core, session: Session, kind: str, entity: str, workspace_id: str, latest: datetime
) -> None:
    """See to it that the timer is there and due at ``latest``, whatever became of it before."""
    if arm(session, kind, entity, 1, latest, workspace_id):
        return
    mine = (Timer.kind == kind, Timer.entity == entity, Timer.n == 1)
    later = Timer.state.in_(("done", "cancelled")) | (
        (Timer.state == "pending") & (Timer.due_at > latest)
    )
    session.execute(update(Timer).where(*mine, later).values(state="pending", due_at=latest))


def instance_of(core: Core, row: Any) -> InstanceKey:
    """Which instance a row is about."""
    return core.instance(row.workspace_id, row.instance)


def note(core: Core, session: Session, workspace_id: str, instance: str, *, well: bool) -> None:
    """Whether the other side answered a call, with what deliveries have met there."""
    settings = settings_of(core, workspace_id, instance)
    if settings is None:
        return
    session.flush()
    conditions.note_outcomes(
        session,
        {(workspace_id, instance): [well]},
        core.clock.wall(),
        BreakerSettings(),
        lambda _: settings.disable_after,
    )
