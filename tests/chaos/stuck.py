"""Stuck: a destination refuses our credentials and is paused, and what waits behind its deliveries
is owed to another one, where nothing can be done for as long as that lasts. The rest must go on as
if nothing were, and all of it must be done once the pause is over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.books import RESUMED_WITHIN, Verdict
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Workers

REFUSES, BEHIND = "refuses", "behind"
CHAINS, LINKS = 10, 5  # entities; deliveries of each, the first to the one that refuses
FEED_EVERY, FEED = 0.5, 5  # seconds, deliveries to the others
PATIENCE = 120.0


@dataclass(frozen=True)
class Stood:
    """What became of a run. ``gap``: the longest that the others had to wait for the next delivery,
    ``resumed``: from the end of the pause to the first delivery of what was stuck; seconds."""

    verdict: Verdict
    gap: float
    resumed: float
    slipped: int  # deliveries of what was stuck, while it was
    paused: bool
    drained: bool

    @property
    def sound(self) -> bool:
        """There was a pause, and nothing was lost, doubled, out of order or sent during it."""
        return self.paused and self.verdict.sound and self.drained and not self.slipped

    @property
    def good(self) -> bool:
        """Sound, and nobody else was kept waiting."""
        return self.sound and max(self.gap, self.resumed) <= RESUMED_WITHIN

    def line(self) -> str:
        """The figures."""
        return (
            f"{self.verdict.line()} paused={self.paused} slipped={self.slipped} "
            f"longest_gap={self.gap:.2f} after_pause={self.resumed:.2f} drained={self.drained}"
        )


def stand(workers: Workers, receiver: Receiving, *, seconds: float) -> Stood:
    """Be stuck for ``seconds``, let all be done, and judge."""
    receiver.behave(**{REFUSES: "refused"})
    for chain in range(CHAINS):
        workers.owe_chain(f"chain-{chain}", [REFUSES] + [BEHIND] * (LINKS - 1))
    workers.wake()
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        workers.owe(FEED)
        time.sleep(FEED_EVERY)
    ended = time.monotonic()
    receiver.behave(**{REFUSES: "ok"})
    paused = workers.resume(REFUSES)
    workers.wake()
    drained = workers.drained(PATIENCE)
    arrivals = receiver.books()
    stuck = [one for one in arrivals if one["destination"] in (REFUSES, BEHIND) and one["applied"]]
    others = [one["moment"] for one in arrivals if one["destination"] not in (REFUSES, BEHIND)]
    during = [began, *(moment for moment in others if moment < ended), ended]
    return Stood(
        verdict=workers.verdict(),
        gap=max(later - earlier for earlier, later in pairwise(during)),
        resumed=min((one["moment"] for one in stuck), default=ended + PATIENCE) - ended,
        slipped=sum(one["moment"] < ended for one in stuck),
        paused=paused,
        drained=drained,
    )
