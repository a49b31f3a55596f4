"""How many calls a year of documents makes: the real plugin with its pace, the real rule of what
the watch reads, the real times between tries, at a thin account (``account``); the hub's rows are
objects in memory. No webhook ever comes.

``play`` is the same through the whole hub, for as many documents as there is time for.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.contracts.agreements import (
    Agreement,
    AgreementFile,
    AgreementPerson,
    AgreementState,
    Choice,
    Placed,
)
from hub.contracts.plugin import PluginContext
from hub.engine.retry import RetryAt, RetrySchedule, decide
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Retryable
from hub.services.hosted import watching
from hub.services.house import House  # noqa: F401 - services import each other in its order
from providers.getaccept.provider import GetAcceptProvider
from providers.getaccept.settings import GetAcceptSettings
from tests.year.account import PAPER, ThinAccount
from tests.year.told import Told, arrivals, customers

BEGAN = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)  # a Monday
_EXPIRES = timedelta(days=14)
_FILE = AgreementFile("offer.pdf", "Offer", "application/pdf", len(PAPER), "0" * 64, lambda: PAPER)
_PHOTO = AgreementFile("photo.png", "Photo", "image/png", 9, "1" * 64, lambda: b"a picture", True)


@dataclass(eq=False)
class Paper:
    """One document as the hub's rows would hold it."""

    agreement: Agreement
    placed: Placed = field(default_factory=Placed)
    word: str = ""
    standing: bool = False
    over: bool = False
    looked_at: datetime | None = None
    surveyed_at: datetime | None = None
    acted_at: datetime | None = None
    reading: bool = False


class Calls:
    """A year of one account."""

    def __init__(self, seed: int, limit: int = 100) -> None:
        self.clock, self.dice = ManualClock(BEGAN), random.Random(f"calls {seed}")
        context = PluginContext(workspace="w", instance="there", environment="test",
                                clock=self.clock)  # fmt: skip
        settings = GetAcceptSettings(
            base_url="https://there.example/v1", auth="token", calls_per_minute=limit,
            access_token="a-token-of-the-simulated-year",
        )  # fmt: skip
        self._chances = random.Random(f"tries {seed}")  # whose number depends on the pace
        self.provider = GetAcceptProvider(settings, context)
        self.account = ThinAccount(self.clock)
        wire: Any = self.provider
        wire._wire._http = wire._wire._storage = self.account
        self.told = Told()
        self._owed: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._there: set[Paper] = set()
        self._watched = False

    def play(self, documents: int, days: int) -> Told:
        """So many documents over so many working days, until all is over."""
        for at in arrivals(self.dice, BEGAN, documents, days):
            self._owe(at, self._arrive)
        while self._owed:
            at, _, act = heapq.heappop(self._owed)
            self.clock.advance(max(at - self.clock.now(), timedelta()))
            act()
        return self.told.counted(self.account)

    def _owe(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._owed, (at, next(self._numbers), act))

    def _tried(self, work: Callable[[], float | None], began: datetime, tries: int = 1) -> None:
        """Do it, and again as the engine does; what it returns is when it goes on."""
        now = self.clock.now()
        try:
            again = work()
        except Retryable as error:
            found = decide(error, tries, began, now, RetrySchedule(), self._chances.random())
            assert isinstance(found, RetryAt)
            self._owe(found.moment, lambda: self._tried(work, began, tries + 1))
            return
        if again is not None:
            later = now + timedelta(seconds=again)
            self._owe(later, lambda: self._tried(work, later))

    def _arrive(self) -> None:
        self.told.documents += 1
        number, now = self.told.documents, self.clock.now()
        alice = AgreementPerson("alice", f"Alice {number}", "en", email=f"a{number}@example.com")
        paper = Paper(
            Agreement(
                f"paraph-{number}-1",
                str(number),
                "Offer",
                "en",
                _FILE,
                (alice,),
                (_PHOTO,),
                (Choice("hose", "Hose", 0, 10.0, 10.0),),
                expires_at=now + _EXPIRES,
            )
        )
        self._tried(lambda: self._place(paper), now)

    def _place(self, paper: Paper) -> float | None:
        paper.placed = self.provider.place(paper.agreement, paper.placed)
        if not paper.placed.ready:
            return paper.placed.again_after
        now = self.clock.now()
        paper.standing, paper.looked_at = True, now
        self._there.add(paper)
        self.told.most_open = max(self.told.most_open, len(self._there))
        for at, status in customers(self.dice, now):
            self._owe(at, lambda status=status: self._act(paper, status))  # type: ignore[misc]
        assert paper.agreement.expires_at is not None
        self._owe(paper.agreement.expires_at, lambda: self._expire(paper))
        if not self._watched:
            self._watched = True
            self._owe(now + watching.EVERY, self._watch)
        return None

    def _act(self, paper: Paper, status: str) -> None:
        taken = self.account.act(paper.placed.reference, status, status)
        if taken and status != "viewed":
            paper.acted_at = self.clock.now()
            self.told.answered += 1

    def _watch(self) -> None:
        """As ``WatchTimer`` does it."""
        now = self.clock.now()
        due = sorted(
            (
                one
                for one in self._there
                if one.looked_at and now - one.looked_at >= watching.TOGETHER
            ),
            key=lambda one: one.looked_at or now,
        )[: watching.AT_ONCE]
        known = {one.placed.reference: one for one in due}
        try:
            words = self.provider.glance(tuple(known)) if known else {}
        except Retryable:
            self._owe(now + watching.SOON, self._watch)
            return
        facts = {key: watching.Known(one.word, one.surveyed_at) for key, one in known.items()}
        reading = watching.to_read({key: words.get(key) for key in known}, facts, now)
        for key, paper in known.items():
            if key not in reading:
                paper.looked_at = now
            elif not paper.reading:
                paper.reading = True
                self._owe(
                    now,
                    lambda paper=paper: self._tried(  # type: ignore[misc]
                        lambda: self._survey(paper), now
                    ),
                )
        oldest = min((one.looked_at for one in self._there if one.looked_at), default=None)
        if oldest is None:
            self._watched = False
            return
        self._owe(max(now + watching.SOON, oldest + watching.EVERY), self._watch)

    def _survey(self, paper: Paper) -> float | None:
        survey = self.provider.survey(paper.agreement, paper.placed)
        now = self.clock.now()
        paper.word, paper.looked_at, paper.surveyed_at = survey.word, now, now
        paper.reading = False
        if paper.over or survey.state not in (AgreementState.COMPLETED, AgreementState.DECLINED):
            return None
        self._close(paper)
        assert paper.acted_at is not None
        self.told.known.append((now - paper.acted_at).total_seconds())
        if survey.state is AgreementState.COMPLETED:
            self._tried(lambda: self._collect(paper), now)
        return None

    def _collect(self, paper: Paper) -> float | None:
        self.provider.signed_file(paper.agreement, paper.placed, 1_000_000)
        self.provider.evidence(paper.agreement, paper.placed)
        return None

    def _expire(self, paper: Paper) -> None:
        """Nobody answered: read once more, then taken back."""
        if paper.over:
            return
        if paper.acted_at is not None:  # the watch has not come to it yet
            self._owe(self.clock.now() + watching.SOON, lambda: self._expire(paper))
            return
        self._close(paper)
        self._tried(lambda: self.provider.withdraw(paper.agreement, paper.placed),
                    self.clock.now())  # fmt: skip

    def _close(self, paper: Paper) -> None:
        paper.over = True
        self._there.discard(paper)
