"""Order: a soak in which processes are killed all the time and destinations now and then break; the
deliveries of an entity must arrive in their order all the same."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.chaos.books import Verdict
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Shape

FEED_EVERY = 0.1  # seconds
KILL_EVERY = (1.0, 4.0)  # seconds
TROUBLE = ("ok", "ok", "error_500", "commit_then_break", "close_half_way", "throttled")
DRAIN_PATIENCE = 900.0  # what is owed at the end is work for minutes on a small machine


def soak(
    shape: Shape,
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
        shape.owe(shape.pace)
        time.sleep(FEED_EVERY)
        if time.monotonic() < next_kill:
            continue
        victim = dice.choice(shape.victims())
        if len(resumed) % shape.calm:
            receiver.behave(**dict.fromkeys(shape.doors, "ok"))
        else:
            # where doors stay broken, the first one stays well: there must be one to resume with
            doors = shape.doors if shape.calm > 1 else shape.doors[1:]
            receiver.behave(**{dice.choice(doors): dice.choice(TROUBLE)})
        shape.kill(victim)
        started = shape.restart(victim)
        shape.owe(shape.pace)  # so that there is something to resume with
        first = receiver.first_after(started, 60)
        resumed.append((first or time.monotonic()) - started)
        next_kill = time.monotonic() + dice.uniform(*KILL_EVERY)
    receiver.behave(**dict.fromkeys(shape.doors, "ok"))
    if not shape.drained(DRAIN_PATIENCE):
        tell(f"not everything was done within {DRAIN_PATIENCE:.0f} s")
    verdict = shape.verdict()
    verdict.resumed = resumed
    return verdict
