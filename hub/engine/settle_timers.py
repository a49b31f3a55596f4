"""Settling a timer: done or armed again, with its handler's effects, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.engine.retry import UNEXPECTED, code_of
from hub.engine.work import Finished, TimerHandler, TimerWork
from hub.kernel.logging import get_logger
from hub.storage import queries_work as queries

_log = get_logger(__name__)
_LONGEST_WAIT = timedelta(hours=1)


def settle(
    session: Session,
    handler: TimerHandler | None,
    one: Finished,
    timer: TimerWork,
    now: datetime,
    *,
    effects: bool,
) -> None:
    """End the claim first: a timer that was disarmed meanwhile has no effect at all."""
    row = {"b_id": timer.id, "b_claim": timer.claim_id}
    if queries.SETTLE_TIMER.run(session, row) != 1:
        _log.info("timer_claim_lost", id=timer.id, kind=timer.kind)
        return
    timer = replace(timer, began=one.started_at)
    if one.error is None and handler:
        again, attempts = handler.fired(session, timer, one.result), 0
    else:
        again, attempts = _after_failure(session, handler, one, timer, now, effects), timer.attempts
    if again is not None:
        session.flush()
        queries.REARM_TIMER.run(
            session, {"b_id": timer.id, "b_due_at": again, "b_attempts": attempts}
        )


def _after_failure(
    session: Session,
    handler: TimerHandler | None,
    one: Finished,
    timer: TimerWork,
    now: datetime,
    effects: bool,
) -> datetime | None:
    error = one.error or LookupError("no handler")
    bug = code_of(error) == UNEXPECTED
    (_log.error if bug else _log.warning)(
        "timer_failed", id=timer.id, kind=timer.kind, attempt=timer.attempts, code=code_of(error),
        exc_info=error if bug else None,
    )  # fmt: skip
    if handler and effects:
        return handler.failed(session, timer, error)
    # Its handler is missing or fails itself: the timer stays, ever more seldom, until it is mended.
    return now + min(_LONGEST_WAIT, timedelta(seconds=2 ** min(timer.attempts, 12)))
