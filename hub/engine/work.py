"""What the engine hands to handlers, and what handlers are.

A handler does one kind of work. ``perform`` is the outgoing call, made with no transaction open;
the other methods store what follows from its outcome, in the transaction that settles the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from hub.storage.rows import Rows


@dataclass(frozen=True)
class Work:
    """One claimed delivery: what is owed, to whom, and which try this is."""

    id: str
    workspace_id: str
    request_id: str | None
    entity: str  # deliveries of one entity go out in the order of seq
    seq: int
    kind: str
    step: str
    destination: str
    payload: dict[str, Any]
    key: str  # idempotency key: the same on every attempt and on every replay
    attempt: int  # 1-based
    uncertain: bool  # an earlier try may have had its effect: look it up before doing it again
    created_at: datetime
    first_attempt_at: datetime
    claim_id: str
    leased_until: datetime  # real time; until then nobody else does it
    last_code: str | None  # error code of the try before


@dataclass(frozen=True)
class TimerWork:
    """One claimed timer: ``kind`` happens to ``entity`` for the ``n``-th time."""

    id: str
    workspace_id: str
    kind: str
    entity: str
    n: int
    due_at: datetime
    attempts: int  # tries since it last fired, this one included
    claim_id: str
    leased_until: datetime  # real time; until then nobody else does it
    began: datetime | None = None  # real time; set when it is settled


@dataclass(frozen=True)
class Failure:
    """Why a delivery was given up. ``customer`` is for anybody, ``detail`` for operators."""

    code: str
    detail: str
    customer: str


class Handler(Protocol):
    """Does one kind of delivery."""

    def perform(self, work: Work) -> Any:
        """Make the outgoing call; no transaction is open. What it returns goes to ``delivered``.

        Raises the errors of ``hub.kernel.errors``: they say what the engine does next. Anything
        else counts as a bug: tried a few times, then given up.
        """
        ...

    def delivered(self, session: Session, work: Work, result: Any) -> None:
        """Store what follows, in the transaction that settles the delivery.

        May run again in a fresh transaction when the first one was rolled back, so it changes
        nothing but the database. If it raises, ``perform`` is tried again, ``uncertain`` set.
        """
        ...

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """Store what follows from giving up, in the transaction that settles the delivery."""
        ...


Foresee = Callable[[Work, Any], Rows | None]
"""``foreseen(work, result)``, which a handler may have besides: what ``delivered`` will store, made
ready outside of any transaction; it reads at most.

The rows of many works are stored together, which takes a fraction of the time. Whatever they rest
on stands in them as a condition: where it has changed meanwhile none of them is stored, and
``delivered`` does it, as it does when ``foreseen`` gives None. The delivery's own row and its
attempt are the engine's.
"""


class TimerHandler(Protocol):
    """Does what a kind of timer is for."""

    def perform(self, timer: TimerWork) -> Any:
        """Make the outgoing call, if any; no transaction is open."""
        ...

    def fired(self, session: Session, timer: TimerWork, result: Any) -> datetime | None:
        """Store what follows, in the transaction that settles the timer.

        A returned moment (business time) arms the same row again for then; None ends it.
        """
        ...

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """``perform`` or ``fired`` raised. Returns when to try again, or None to end the timer."""
        ...


@dataclass(frozen=True)
class Finished:
    """A piece of work whose ``perform`` has ended, not yet settled."""

    item: Work | TimerWork
    started_at: datetime  # real time
    seconds: float
    result: Any = None
    error: Exception | None = None
    exchange: list[dict[str, Any]] = field(default_factory=list)
    spoiled: bool = False  # perform succeeded, but its outcome could not be stored
    rows: Rows | None = None  # all that settling it stores, made ready; None: work it out then
