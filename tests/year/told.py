"""When documents come and what their customers do, and what there is to tell of a year of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.year.account import ThinAccount


@dataclass
class Told:
    """What came of it. ``known`` is how long after each customer's act the hub had it, seconds."""

    documents: int = 0
    answered: int = 0
    calls: int = 0
    busiest: int = 0
    most_open: int = 0
    left_open: int = 0
    known: list[float] = field(default_factory=list)
    by_call: dict[str, int] = field(default_factory=dict)

    def counted(self, account: ThinAccount) -> Told:
        """With the account's calls."""
        self.calls, self.busiest = sum(account.calls.values()), account.busiest
        self.by_call = dict(account.calls)
        return self

    def late(self, share: float) -> float:
        """The seconds that so many acts stay below."""
        return sorted(self.known)[min(len(self.known) - 1, int(share * len(self.known)))]


def arrivals(dice: random.Random, began: datetime, documents: int, days: int) -> list[datetime]:
    """From seven to five on Mondays to Fridays, many within the same minutes. ``began`` is a Monday
    morning."""
    found = []
    for _ in range(documents):
        weeks, day = divmod(dice.randrange(days), 5)
        opened = began + timedelta(weeks=weeks, days=day, hours=1)
        minute = dice.choice((0, 60, 240, 540, dice.randrange(600)))
        found.append(opened + timedelta(minutes=minute, seconds=dice.randrange(120)))
    return sorted(found)


def customers(dice: random.Random, now: datetime) -> Iterator[tuple[datetime, str]]:
    """When one opens it, and signs or declines; some never look, some never answer."""
    opens = now + timedelta(hours=dice.expovariate(1 / 20))
    kind = dice.random()
    if kind < 0.93:
        yield opens, "viewed"
    if kind < 0.85:
        answers = opens + timedelta(hours=dice.expovariate(1 / 60))
        yield answers, "signed" if kind < 0.75 else "rejected"
