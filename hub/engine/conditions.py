"""The condition of a destination, kept on its ``Instance`` row where everybody sees it: pausing and
resuming, failures in a row, the breaker, the last success.

A pause with a code of ``DISABLED`` is called disabling: the same mechanism, but only news about the
destination ends it (see ``is_disabled``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, or_, select, update
from sqlalchemy.orm import Session

from hub.engine.breaker import BreakerSettings, Health, after_failure, after_success, not_tried
from hub.engine.claims import Place
from hub.engine.retry import GONE
from hub.kernel.redact import redact_text
from hub.storage.models import Delivery, Instance
from hub.storage.touched import touched

OFTEN_ENOUGH = timedelta(seconds=1)  # a busy destination's row is written no more often than this
_FOLDED = ("failures", "breaker_until", "failing_since", "last_success_at", "last_failure_at")
_OWN_PACE = ("record_locked", "rate_limited")  # these wait for their own moment, not the breaker's
_instance = Instance.__table__.c
FAILING = "failing_for_days"
DISABLED = (GONE, FAILING)
"""Codes of a pause that took a destination out of service for what its deliveries met there."""


def is_disabled(code: str | None) -> bool:
    """Whether a pause with ``code`` says that deliveries fail there for good or for days. A probe
    that succeeded all the while proves nothing then: it does not end such a pause by itself."""
    return code in DISABLED


def pause(
    session: Session,
    place: Place,
    code: str,
    detail: str,
    wall: datetime,
    began: datetime | None = None,
) -> bool:
    """Take a destination out of service; what is owed to it waits. Whether it was in service.

    ``began`` is when the call began that tells so: one that began before the destination was last
    put back in service, with what it had until then, proves nothing.
    """
    resumed = Instance.resumed_at
    before = or_(resumed.is_(None), resumed <= (began or wall), resumed > wall)  # clock set back
    statement = (
        update(Instance)
        .where(*_is(place), Instance.paused_code.is_(None), before)
        .values(paused_code=code, paused_detail=redact_text(detail)[:1000], paused_at=wall)
    )
    return _count(session, statement) == 1


def resume(session: Session, place: Place, wall: datetime) -> bool:
    """Put a destination back in service, after its probe succeeded: what waited is due at once,
    with its whole patience again. Whether it was paused. Call ``Engine.wake`` after the commit."""
    statement = (
        update(Instance)
        .where(*_is(place), Instance.paused_code.is_not(None))
        .values(
            paused_code=None, paused_detail=None, paused_at=None, failures=0, breaker_until=None,
            failing_since=None, resumed_at=wall,
        )
    )  # fmt: skip
    if _count(session, statement) == 0:
        return False
    patience = (
        update(Delivery)
        .where(
            Delivery.workspace_id == place[0],
            Delivery.destination == place[1],
            Delivery.state.in_(("pending", "retry")),
            Delivery.uncertain.is_(False),  # else it bounds how far back the plugin looks
        )
        .values(first_attempt_at=None)
    )
    _count(session, patience)
    hasten(session, place, wall)
    return True


def hasten(session: Session, place: Place, wall: datetime) -> int:
    """Make everything that waits for a retry at ``place`` due now. How many there were."""
    statement = (
        update(Delivery)
        .where(
            Delivery.workspace_id == place[0],
            Delivery.destination == place[1],
            Delivery.state == "retry",
            Delivery.next_at > wall,
            or_(Delivery.error_code.is_(None), Delivery.error_code.not_in(_OWN_PACE)),
        )
        .values(next_at=wall)
    )
    return _count(session, statement)


@dataclass
class Noted:
    """Destinations whose condition changed for the worse: breaker opened, disabled."""

    opened: list[Place] = field(default_factory=list)
    disabled: list[Place] = field(default_factory=list)


def note_outcomes(
    session: Session,
    outcomes: Mapping[Place, Sequence[bool]],
    wall: datetime,
    settings: BreakerSettings,
    disable_after: Callable[[Place], timedelta],
) -> Noted:
    """Fold outcomes of tries, in their order, into each destination's row; True is success."""
    noted = Noted()
    for place, run in outcomes.items():
        row = session.execute(
            select(*(_instance[name] for name in _FOLDED)).where(
                _instance.workspace_id == place[0], _instance.key == place[1]
            )
        ).one_or_none()
        if row is None:
            continue
        before = Health(row.failures, row.breaker_until, row.failing_since)
        health = not_tried(before, row.last_failure_at, wall)
        for ok in run:
            health = after_success(health) if ok else after_failure(health, wall, settings)
        lately = row.last_success_at is not None and row.last_success_at > wall - OFTEN_ENOUGH
        if health == before and (lately or not any(run)):
            continue
        _write(session, place, health, run, wall)
        if before.until and not health.until:
            hasten(session, place, wall)
        if health.is_open(wall) and not before.is_open(wall):
            noted.opened.append(place)
        if _disable(session, place, health, wall, disable_after(place)):
            noted.disabled.append(place)
    return noted


def _disable(
    session: Session, place: Place, health: Health, wall: datetime, after: timedelta
) -> bool:
    if not health.has_failed_for(after, wall) or health.since is None:
        return False
    since = health.since.isoformat(timespec="minutes")
    return pause(session, place, FAILING, f"every try has failed since {since}", wall)


def _write(
    session: Session, place: Place, health: Health, run: Sequence[bool], wall: datetime
) -> None:
    values: dict[str, object] = {
        "failures": health.failures,
        "breaker_until": health.until,
        "failing_since": health.since,
    }
    if any(run):
        values["last_success_at"] = wall
    if not all(run):
        values["last_failure_at"] = wall
    _count(session, update(Instance).where(*_is(place)).values(values))


def _is(place: Place) -> tuple[ColumnElement[bool], ...]:
    return Instance.workspace_id == place[0], Instance.key == place[1]


def _count(session: Session, statement: Update) -> int:
    return touched(session, statement.execution_options(synchronize_session=False))
