"""What the engine promises about one owed thing, as plain as it can be said. It knows nothing of
tables, transactions or threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.engine.retry import RetrySchedule
from hub.engine.work import Work

UNFINISHED = ("pending", "retry", "leased")
WAITING = ("pending", "retry")
ENDED = ("delivered", "gave_up", "cancelled", "discarded")
SCHEDULE = RetrySchedule(
    first=timedelta(seconds=1), longest=timedelta(seconds=4), total=timedelta(seconds=30),
    least_tries=2, unexpected_tries=2,
)  # fmt: skip

# outcome of a call → (had its effect, how the try ends)
OUTCOMES = {
    "ok": (True, "delivered"),
    "down": (False, "retry"),
    "unknown, done": (True, "retry"),
    "unknown, not done": (False, "retry"),
    "unreadable": (True, "retry"),
    "refused": (False, "gave_up"),
    "gone": (False, "gave_up"),
    "credentials": (False, "paused"),
    "bug": (True, "bug"),
    "not stored": (True, "bug"),
}
UNSURE = ("unknown, done", "unknown, not done", "unreadable", "bug", "not stored")


@dataclass
class Owed:
    """One thing that is owed, and what has become of it."""

    id: str
    key: str
    entity: str
    seq: int
    destination: str
    state: str = "pending"
    attempts: int = 0
    uncertain: bool = False
    first: datetime | None = None
    claim: str | None = None
    lease_until: datetime | None = None
    tries: list[str] = field(default_factory=list)  # how each stored try ended

    def claimed(self, claim: str, wall: datetime, lease: timedelta) -> None:
        self.state, self.claim, self.lease_until = "leased", claim, wall + lease
        self.attempts += 1
        self.first = self.first or wall

    def began(self, work: Work, wall: datetime, lease: timedelta) -> bool:
        """Whether ``work`` may begin: nobody else has taken it. A late one has its lease again."""
        if self.claim == work.claim_id and wall >= work.leased_until:
            self.lease_until = wall + lease
        return self.claim == work.claim_id

    def settled(self, outcome: str, wall: datetime) -> None:
        """The holder of the present claim stores how its try ended."""
        self.claim = self.lease_until = None
        self.uncertain = self.uncertain or outcome in UNSURE
        end = OUTCOMES[outcome][1]
        if end in ("retry", "bug") and self._used_up(end, wall):
            end = "gave_up"
        if end == "paused":
            self.attempts -= 1
            self.patience_anew()
        self.state = {"bug": "retry", "paused": "pending"}.get(end, end)
        self.tries.append("retry" if end == "bug" else end)

    def lost(self) -> None:
        """Nobody holds it any more: whether its call had an effect is unknown."""
        self.state, self.claim, self.lease_until, self.uncertain = "retry", None, None, True
        self.tries.append("lost")

    def released(self) -> None:
        """Given back at a stop: the try does not count, but may have had its effect."""
        self.state, self.claim, self.lease_until, self.uncertain = "retry", None, None, True
        self.attempts -= 1

    def replayed(self) -> None:
        self.state, self.attempts = "pending", 0
        self.patience_anew()

    def patience_anew(self) -> None:
        """One that may have had its effect keeps its first moment: who looks it up looks back that
        far."""
        self.first = self.first if self.uncertain else None

    def _used_up(self, end: str, wall: datetime) -> bool:
        if end == "bug" and self.attempts >= SCHEDULE.unexpected_tries:
            return True
        assert self.first is not None
        long_enough = wall >= self.first + SCHEDULE.total
        return long_enough and self.attempts >= SCHEDULE.least_tries


@dataclass
class Receiver:
    """The other side: does each key once, and remembers what it was asked."""

    done: set[str] = field(default_factory=set)
    payloads: dict[str, object] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)

    def take(self, key: str, payload: object, *, asked_again: bool, effect: bool) -> None:
        """``asked_again``: the caller knows that it may have asked before, and looks it up."""
        assert self.payloads.setdefault(key, payload) == payload, "not the same bytes again"
        if key in self.done and not asked_again:
            self.doubled.append(key)
        if effect:
            self.done.add(key)
