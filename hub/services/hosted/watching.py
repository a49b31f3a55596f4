"""The watch over a provider: nothing needs a webhook (A13), and an outage is noticed (F5).

One timer for each instance. Each time it asks, in few calls for many, how the agreements under way
stand, and has those read whose word has changed, and every one now and then. While the provider is
away it looks again soon, and moves to the next provider what has waited for too long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.contracts.agreements import NOT_YET
from hub.engine.outbox import arm
from hub.engine.retry import counts_against_destination
from hub.engine.work import TimerHandler, TimerWork
from hub.kernel.errors import AuthenticationFailed, ConfigurationError, ParaphError, Unsupported
from hub.kernel.logging import get_logger
from hub.services import upkeep
from hub.services.core import Core
from hub.services.credentials.fresh import pause_refused
from hub.services.hosted import rows
from hub.storage.models import HostedAgreement, Instance, Timer

_log = get_logger(__name__)
KIND = "hosted_watch"
EVERY = timedelta(minutes=25)  # A13 asks for 30 at most
WHOLE = timedelta(hours=4)  # what has no word of its own, such as a remark, is read as often
TOGETHER = timedelta(minutes=15)  # what was looked at longer ago is looked at with the oldest
PLACING = timedelta(minutes=2)
SOON = timedelta(minutes=1)
AT_ONCE = 500  # agreements in one look: memory stays bounded, the next look goes on
_SHARES = 8  # looks in which everything is read once: somewhat fewer than there are in WHOLE
_LEAST = 5
_KNOWN = ("done", "cancelled", "pending")


@dataclass(frozen=True)
class Looked:
    """What a look told: the words by agreement id. ``more``: there are others to look at."""

    words: Mapping[str, str | None]
    more: bool = False


@dataclass(frozen=True)
class Known:
    """What the hub knows of an agreement: its last word, and when all of it was read last."""

    word: str
    surveyed_at: datetime | None


def to_read(
    words: Mapping[str, str | None], known: Mapping[str, Known], now: datetime
) -> frozenset[str]:
    """Which of those that a look told of are read as a whole now: every one whose word is another
    one, and of the others, which are read every ``WHOLE``, a share in each look. Those that were
    placed together would else be read together for ever, and what somebody has just signed would
    wait behind them all."""
    changed = {key for key, one in known.items() if words[key] is None or words[key] != one.word}
    old = {key: one.surveyed_at for key, one in known.items() if key not in changed}
    stale = sorted((at, key) for key, at in old.items() if at is not None and at <= now - WHOLE)
    share = max(_LEAST, -(-len(known) // _SHARES))
    return frozenset(
        changed | {key for key, at in old.items() if at is None} | {key for _, key in stale[:share]}
    )


def look_by(core: Core, session: Session, row: HostedAgreement, within: timedelta) -> None:
    """Have the provider of an agreement looked at within this time, and again from then on."""
    instance = session.scalar(
        select(Instance.id).where(
            Instance.workspace_id == row.workspace_id, Instance.key == row.provider
        )
    )
    if instance is None:  # it has no row yet: whoever owes it something first makes one
        return
    due = core.clock.now() + within
    if arm(session, KIND, instance, 1, due, row.workspace_id):
        return
    mine = Timer.kind == KIND, Timer.entity == instance, Timer.state.in_(_KNOWN)
    idle = Timer.state != "pending"
    sooner = update(Timer).where(*mine, idle | (Timer.due_at > due))
    session.execute(sooner.values(state="pending", due_at=due))


class WatchTimer(TimerHandler):
    """Looks at one provider instance."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Looked:
        """Ask how the agreements stand that nobody has looked at for a while."""
        core = self._core
        with core.db.read() as session:
            instance = session.get_one(Instance, timer.entity)
            found = _due(session, instance, core.clock.now())
        known = {one.reference: one.id for one in found[:AT_ONCE] if one.reference}
        if not known or upkeep.held_until(core, timer.workspace_id, instance.key) is not None:
            return Looked({})
        where = core.instance(timer.workspace_id, instance.key)
        try:
            words = core.registry.hosted(where).glance(tuple(known))
        except Unsupported:
            words = {}
        told = {key: words.get(reference) for reference, key in known.items()}
        return Looked(told, len(found) > AT_ONCE)

    def fired(self, session: Session, timer: TimerWork, result: Looked) -> datetime | None:
        """Those that stand as before are well; the others are read."""
        from hub.services.hosted import surveying  # which needs what is here

        core, now = self._core, self._core.clock.now()
        instance = session.get_one(Instance, timer.entity)
        if result.words:
            upkeep.note(core, session, instance.workspace_id, instance.key, well=True)
        ids = list(result.words)
        query = select(HostedAgreement).where(HostedAgreement.id.in_(ids))
        found = {row.id: row for row in session.scalars(query)} if ids else {}
        known = {key: Known(row.word, row.surveyed_at) for key, row in found.items()}
        reading = to_read(result.words, known, now)
        for key, row in found.items():
            if key in reading:
                surveying.owe_survey(core, session, row)
            else:
                row.looked_at = now
        return self._next(session, instance, more=result.more)

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """The provider did not answer: that counts against it."""
        core = self._core
        instance = session.get(Instance, timer.entity)
        if instance is None or isinstance(error, ConfigurationError):
            return core.clock.now() + EVERY  # the instance was removed, or nobody can ask it
        if isinstance(error, AuthenticationFailed):
            place = (instance.workspace_id, instance.key)
            pause_refused(core, session, place, error, timer.began)
        elif isinstance(error, ParaphError) and counts_against_destination(error):
            upkeep.note(core, session, instance.workspace_id, instance.key, well=False)
        else:
            put_off = getattr(error, "code", "") == NOT_YET
            if not put_off:
                _log.error("hosted_watch_failed", instance=instance.key, exc_info=error)
        session.flush()
        session.refresh(instance)
        return self._next(session, instance, more=False)

    def _next(self, session: Session, instance: Instance, *, more: bool) -> datetime | None:
        """When to look again; None where nothing is under way: the next agreement begins anew."""
        from hub.services.hosted import moving

        core, now = self._core, self._core.clock.now()
        if instance.failing_since is not None:
            moving.move_waiting(core, session, instance)
            return now + SOON
        if more:
            return now + timedelta(seconds=5)
        columns = func.min(HostedAgreement.looked_at), func.count(HostedAgreement.looked_at)
        query = select(func.count(), *columns).where(*_under_way(instance))
        under_way, oldest, standing = session.execute(query).one()
        if not under_way:
            return None
        if oldest is None or under_way > standing:  # some are still being placed
            return now + PLACING
        return max(now + SOON, oldest + EVERY)


def _under_way(instance: Instance) -> tuple[Any, ...]:
    return (
        HostedAgreement.workspace_id == instance.workspace_id,
        HostedAgreement.provider == instance.key,
        HostedAgreement.status.in_(rows.UNDER_WAY),
    )


def _due(session: Session, instance: Instance, now: datetime) -> Sequence[HostedAgreement]:
    """Those that stand and were not looked at lately, the longest ago first."""
    query = (
        select(HostedAgreement)
        .where(*_under_way(instance), HostedAgreement.status == rows.STANDING)
        .where(HostedAgreement.looked_at <= now - TOGETHER)
        .order_by(HostedAgreement.looked_at)
        .limit(AT_ONCE + 1)
    )
    return list(session.scalars(query))
