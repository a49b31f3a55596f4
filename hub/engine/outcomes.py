"""What a finished try means for its delivery: the row's new values and the attempt. Pure."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.contracts.channel import LOOK_AGAIN
from hub.engine.retry import (
    GiveUp,
    Pause,
    RetryAt,
    RetrySchedule,
    code_of,
    counts_against_destination,
    decide,
    may_have_happened,
)
from hub.engine.work import Failure, Finished, Work
from hub.kernel.errors import ParaphError
from hub.kernel.redact import redact_text

_LONGEST_DETAIL = 500


@dataclass(frozen=True)
class Outcome:
    """``name`` is the attempt's outcome; ``values`` are the parameters of ``queries_work.SETTLE``.

    ``healthy`` is what the try says about the destination, None when it says nothing.
    """

    name: str
    values: dict[str, Any]
    code: str | None = None
    detail: str | None = None
    failure: Failure | None = None
    healthy: bool | None = None
    pauses: bool = False
    unexpected: bool = False


def of(
    one: Finished, work: Work, wall: datetime, now: datetime, schedule: RetrySchedule, chance: float
) -> Outcome:
    """The outcome of ``one``. ``wall`` is real time, ``now`` business time."""
    if one.error is None:
        values = _values(work, "delivered", wall, finished_at=now)
        return Outcome("delivered", values, healthy=True)
    error = one.error
    decision = decide(error, work.attempt, work.first_attempt_at, wall, schedule, chance)
    told: dict[str, Any] = {"error_code": code_of(error), "error_detail": detail_of(error)}
    match decision:
        case RetryAt(moment, uncertain):
            told["uncertain"] = work.uncertain or uncertain or one.spoiled
            return _outcome("retry", one, error, _values(work, "retry", moment, **told))
        case Pause():
            # an uncertain one keeps it: it bounds how far back the plugin looks
            since = work.first_attempt_at if work.uncertain else None
            told |= {"attempts": work.attempt - 1, "first_attempt_at": since}
            values = _values(work, "pending", wall, **told)
            return _outcome("paused", one, error, values, pauses=True)
        case GiveUp(code, disables):
            # a replay, be it weeks later, must look it up before doing it again
            told["uncertain"] = work.uncertain or may_have_happened(error) or one.spoiled
            failure = Failure(code, told["error_detail"], customer_text(error))
            values = _values(work, "gave_up", wall, finished_at=now, **told)
            return _outcome("gave_up", one, error, values, failure=failure, pauses=disables)


def attempt(one: Finished, work: Work, outcome: Outcome, new_id: str) -> dict[str, Any]:
    """The attempt's row."""
    return {
        "id": new_id,
        "workspace_id": work.workspace_id,
        "delivery_id": work.id,
        "number": work.attempt,
        "started_at": one.started_at,
        "duration_ms": round(one.seconds * 1000),
        "outcome": outcome.name,
        "code": outcome.code,
        "detail": outcome.detail,
        "exchange": one.exchange,
    }


def detail_of(error: Exception) -> str:
    """What operators read. Of an exception that is not ours only its type and place: its text may
    hold anything, also personal data."""
    if isinstance(error, ParaphError):
        return redact_text(error.detail or str(error))[:_LONGEST_DETAIL]
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def customer_text(error: Exception) -> str:
    """The sentence that may be shown to anybody."""
    return error.customer if isinstance(error, ParaphError) else ParaphError.customer


def _outcome(
    name: str, one: Finished, error: Exception, values: dict[str, Any], **more: Any
) -> Outcome:
    against = counts_against_destination(error) and not one.spoiled
    answered = code_of(error) == LOOK_AGAIN  # the look-up found nothing, but was answered
    return Outcome(
        name,
        values,
        code=values["b_error_code"],
        detail=values["b_error_detail"],
        healthy=False if against else True if answered else None,
        unexpected=not isinstance(error, ParaphError),
        **more,
    )


def _values(work: Work, state: str, next_at: datetime, **more: Any) -> dict[str, Any]:
    values = {
        "state": state,
        "attempts": work.attempt,
        "uncertain": work.uncertain,
        "next_at": next_at,
        "first_attempt_at": work.first_attempt_at,
        "error_code": None,
        "error_detail": None,
        "finished_at": None,
        "id": work.id,
        "claim": work.claim_id,
        **more,
    }
    return {f"b_{name}": value for name, value in values.items()}
