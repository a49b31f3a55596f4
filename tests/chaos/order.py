"""Order: a soak in which processes are killed all the time and destinations now and then break; the
deliveries of an entity must arrive in their order all the same."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.chaos.books import Verdict
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Workers

FEED_EVERY, FEED = 0.1, 10  # seconds, deliveries
KILL_EVERY = (1.0, 4.0)  # seconds
TROUBLE = ("ok", "ok", "error_500", "commit_then_break", "close_half_way", "throttled")
DRAIN_PATIENCE = 120.0


def soak(
    workers: Workers,
    receiver: Receiving,
    *,
    seconds: float,
    seed: int,
    tell: Callable[[str], None],
) -> Verdict:
    """Owe and kill for ``seconds``, let all be done, and judge."""
    dice = random.Random(seed)
    resumed: list[float] = []
    end = time.monotonic() + seconds
    next_kill = time.monotonic() + dice.uniform(*KILL_EVERY)
    while time.monotonic() < end:
        workers.owe(FEED)
        time.sleep(FEED_EVERY)
        if time.monotonic() < next_kill:
            continue
        victim = dice.choice(workers.victims())
        receiver.behave(**{f"d{dice.randrange(workers.destinations)}": dice.choice(TROUBLE)})
        workers.kill(victim)
        started = workers.restart(victim)
        workers.owe(FEED)  # so that there is something to resume with
        first = receiver.first_after(started, 60)
        resumed.append((first or time.monotonic()) - started)
        next_kill = time.monotonic() + dice.uniform(*KILL_EVERY)
    receiver.behave(**{f"d{number}": "ok" for number in range(workers.destinations)})
    if not workers.drained(DRAIN_PATIENCE):
        tell(f"not everything was done within {DRAIN_PATIENCE:.0f} s")
    verdict = workers.verdict()
    verdict.resumed = resumed
    return verdict
