"""Probes: an instance is probed when it has not been for a while, and often while it is paused; a
paused one that answers again goes on by itself (A12). One that is disabled although its probes
succeed goes on when a person probes it or changes its settings."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.engine.conditions import is_disabled, pause, resume
from hub.engine.outbox import insert_new
from hub.kernel.errors import AuthenticationFailed, ConfigurationError, ParaphError, Permanent
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact_text
from hub.registry import InstanceKey
from hub.services.core import Core
from hub.services.credentials.fresh import mended_since
from hub.storage.models import Instance

_log = get_logger(__name__)
PROBE_EVERY = timedelta(minutes=5)
PROBE_PAUSED_EVERY = timedelta(seconds=30)


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
                known = row is not None and row.probe_ok is True
                probe(core, where, news=not known)


def probe(core: Core, where: InstanceKey, *, news: bool = True) -> tuple[bool, str]:
    """Probe one instance now, keep the answer, pause or resume it accordingly.

    ``news``: a success tells something new (a person asks, the settings changed, the probe before
    failed). Only news puts a disabled instance back in service.
    """
    turn, began = core.registry.turn(where), core.clock.wall()
    failure, said = _asked(core, where)
    if isinstance(failure, AuthenticationFailed) and mended_since(core, where, turn):
        began = core.clock.wall()
        failure, said = _asked(core, where)
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
        if failure is None:
            if (news or not _disabled(session, place)) and resume(session, place, wall):
                _log.info("instance resumed", instance=str(where))
        elif isinstance(failure, AuthenticationFailed):
            pause(session, place, failure.code, failure.detail, wall, began)
    core.wake()
    if failure is not None:
        _log.warning("probe failed", instance=str(where), code=failure.code)
    return failure is None, said


def _asked(core: Core, where: InstanceKey) -> tuple[ParaphError | None, str]:
    """Why the probe failed, if it did, and what it says."""
    try:
        result = core.registry.plugin(where).probe()
    except ParaphError as error:
        return error, f"{error.code}: {error.detail}"
    except Exception as error:  # a plugin's bug must not end the ticker
        failure = ConfigurationError(f"the probe broke: {type(error).__name__}")
        return failure, failure.detail
    return None, "; ".join((result.summary, *result.warnings))


def _disabled(session: Session, place: tuple[str, str]) -> bool:
    code = select(Instance.paused_code).where(
        Instance.workspace_id == place[0], Instance.key == place[1]
    )
    return is_disabled(session.scalar(code))


def know_instances(core: Core) -> None:
    """Give every configured instance its row, so that it can be paused before anything is owed
    to it or its first probe."""
    known: list[tuple[str, str]] = []
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
                known.append((workspace_id, where.key))
    core.db.know(known)
