"""Orders between the customer's clicks: ask the provider, keep the answer, judge it, settle the
case.

Two timers per order. ``order_poll`` asks the provider under the row's lease and commits what it
said; ``order_conclude`` judges a complete answer and, in one transaction, records the signature
and all that is owed because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.contracts.provider import Conclusion, OrderStatus, Progress
from hub.engine.outbox import arm
from hub.engine.work import TimerHandler, TimerWork
from hub.kernel.clock import Clock
from hub.kernel.errors import AuthenticationFailed, ParaphError, Retryable
from hub.kernel.logging import get_logger
from hub.services import acceptance, in_hand, signing_words
from hub.services.core import Core
from hub.services.credentials.fresh import pause_refused
from hub.services.order_data import signed_answers, stored_order, task_of
from hub.storage.models import SigningOrder, Timer

_log = get_logger(__name__)
POLL = "order_poll"
CONCLUDE = "order_conclude"
RETRY_AFTER = 2.0  # seconds after a failed call
GIVE_UP_AFTER = timedelta(minutes=6)  # longer than any provider keeps an answer
LAPSES_AFTER = 3600.0  # seconds for the browser to come back after the app has approved


@dataclass(frozen=True)
class Asked:
    """What ``perform`` found out; ``progress`` is None when there was nothing to ask."""

    progress: Progress | None


@dataclass(frozen=True)
class Judged:
    """A verdict, and the drawn signature as pages show it."""

    verdict: Conclusion
    ink_svg: str


class PollTimer(TimerHandler):
    """Asks the provider how far an order is, at most every ``poll_after`` seconds."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Asked:
        """One call to the provider."""
        core = self._core
        with core.db.read() as session:
            order = session.get_one(SigningOrder, timer.entity)
        stored = stored_order(order)
        if order.status != "pending" or stored is None:
            return Asked(None)
        where = core.instance(order.workspace_id, order.provider)
        return Asked(core.registry.provider(where).poll(stored, task_of(order)))

    def fired(self, session: Session, timer: TimerWork, result: Asked) -> datetime | None:
        """Commit what the provider said; a complete answer before anybody is told."""
        core, progress = self._core, result.progress
        order = session.get_one(SigningOrder, timer.entity)
        if progress is None or order.status not in ("pending", "cancelled"):
            _lapse(core, order)
            return None
        keep_progress(core, session, order, progress)
        if order.status == "complete" and not _finished_here(order):
            return after_real_seconds(core.clock, LAPSES_AFTER)
        if order.status == "pending" and progress.poll_after is not None:
            return after_real_seconds(core.clock, progress.poll_after)
        return None

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """Ask again soon; after some minutes no provider has the answer any more."""
        core = self._core
        order = session.get_one(SigningOrder, timer.entity)
        if isinstance(error, AuthenticationFailed):
            place = (order.workspace_id, order.provider)
            pause_refused(core, session, place, error, timer.began)
        if order.status != "pending":
            return None
        begun = order.started_at or order.created_at
        if core.clock.now() - begun > GIVE_UP_AFTER or not isinstance(error, ParaphError):
            order.status, order.code = "failed", "provider_unreachable"
            order.message, order.finished_at = dict(signing_words.UNREACHABLE), core.clock.now()
            _log.warning("order given up", order=order.id, error=type(error).__name__)
            return None
        wait = error.retry_after if isinstance(error, Retryable) else None
        return after_real_seconds(core.clock, max(RETRY_AFTER, min(wait or 0.0, 10.0)))


class ConcludeTimer(TimerHandler):
    """Judges a complete answer and settles the case."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Judged | None:
        """Verify the answer; no network, but work for the processor."""
        core = self._core
        with core.db.read() as session:
            order = session.get_one(SigningOrder, timer.entity)
        stored = stored_order(order)
        if order.status != "complete" or stored is None:
            return None
        where = core.instance(order.workspace_id, order.provider)
        verdict = core.registry.provider(where).conclude(stored, task_of(order), order.raw)
        return Judged(verdict, acceptance.drawn(core, order) if verdict.accepted else "")

    def fired(self, session: Session, timer: TimerWork, result: Judged | None) -> datetime | None:
        """The signature and all that is owed because of it, in one commit."""
        order = session.get_one(SigningOrder, timer.entity)
        if result is not None and order.status == "complete":
            answers = signed_answers(order)
            acceptance.settle(self._core, session, order, result.verdict, answers, result.ink_svg)
        return None

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """A fault of ours: the answer is safe in the row, so try again."""
        _log.error("signature not judged", order=timer.entity, error=type(error).__name__)
        return self._core.clock.now() + timedelta(seconds=5 if timer.attempts < 20 else 600)


def keep_progress(core: Core, session: Session, order: SigningOrder, progress: Progress) -> None:
    """Write what the provider said into the order's row."""
    order.reference = progress.order.reference
    order.state = dict(progress.order.state)
    order.polled_at = core.clock.now()
    if progress.security:
        _log.warning("signing looks wrong", order=order.id, code=progress.code)
    if order.status == "cancelled":
        order.raw = dict(progress.raw) if progress.raw is not None else order.raw
        return  # kept for the record; it signs nothing any more
    order.code, order.message = progress.code, dict(progress.message)
    if progress.status is OrderStatus.FAILED:
        order.status, order.finished_at = "failed", core.clock.now()
    elif progress.status is OrderStatus.COMPLETE:
        order.status, order.raw = "complete", dict(progress.raw or {})
        if _finished_here(order):
            conclude_now(core, session, order)


def _finished_here(order: SigningOrder) -> bool:
    """Whether the customer is where the order began."""
    return order.flow != "this_device" or order.returned_at is not None


def _lapse(core: Core, order: SigningOrder) -> None:
    """Nobody came back with the answer: the request may go on without it."""
    if order.status == "complete" and not _finished_here(order):
        order.status, order.code = "failed", in_hand.NEVER_RETURNED
        order.message, order.finished_at = dict(signing_words.AWAY), core.clock.now()
        _log.warning("order lapsed", order=order.id)


def conclude_now(core: Core, session: Session, order: SigningOrder) -> None:
    """Have a complete answer judged at once."""
    arm(
        session,
        workspace_id=order.workspace_id,
        kind=CONCLUDE,
        entity=order.id,
        n=1,
        due_at=core.clock.now(),
    )


def ask_now(core: Core, session: Session, order: SigningOrder) -> None:
    """Have the provider asked at once, since the customer is back and waits."""
    session.execute(
        update(Timer)
        .where(Timer.kind == POLL, Timer.entity == order.id, Timer.state == "pending")
        .values(due_at=core.clock.now())
    )


def withdraw_there(core: Core, orders: list[SigningOrder]) -> None:
    """Take orders that have ended here back at their providers too, so that the app does not go on
    showing their text. After the commit; what fails runs out by itself within minutes."""
    for order in orders:
        stored = stored_order(order)
        if stored is None:
            continue
        where = core.instance(order.workspace_id, order.provider)
        try:
            with core.outgoing.call(order.workspace_id, order.provider):
                core.registry.provider(where).cancel(stored)
        except ParaphError as error:
            _log.info("order not withdrawn at the provider", order=order.id, code=error.code)


def after_real_seconds(clock: Clock, seconds: float) -> datetime:
    """The business moment ``seconds`` of real time from now."""
    speed = 1.0 / clock.real_seconds(timedelta(seconds=1))
    return clock.now() + timedelta(seconds=seconds * speed)
