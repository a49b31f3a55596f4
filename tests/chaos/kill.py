"""Kill: SIGKILL of one process at a random moment, again and again, while deliveries go out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.chaos.books import Verdict
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Shape

LONGEST_WAIT = 0.4  # seconds from owing to the kill
RESUME_PATIENCE = 60.0
DRAIN_PATIENCE = 180.0


def kill_rounds(
    shape: Shape,
    receiver: Receiving,
    *,
    rounds: int,
    deliveries: int,
    seed: int,
    tell: Callable[[str], None],
) -> Verdict:
    """Owe ``deliveries`` in all, some of each round's while its victim is dead, and judge."""
    dice = random.Random(seed)
    each = max(2, deliveries // rounds)
    resumed: list[float] = []
    for number in range(1, rounds + 1):
        late = max(1, each // 5)
        shape.owe(each - late)
        time.sleep(dice.uniform(0, LONGEST_WAIT))
        victim = dice.choice(shape.victims())
        shape.kill(victim)
        started = shape.restart(victim)
        shape.owe(late)
        first = receiver.first_after(started, RESUME_PATIENCE)
        resumed.append((first - started) if first else RESUME_PATIENCE)
        if number % 20 == 0:
            tell(f"round {number} of {rounds}, applied {receiver.applied()}")
    if not shape.drained(DRAIN_PATIENCE):
        tell(f"not everything was done within {DRAIN_PATIENCE:.0f} s")
    verdict = shape.verdict()
    verdict.resumed = resumed
    tell("resumed after " + " ".join(f"{one:.1f}" for one in sorted(resumed)) + " s")
    return verdict
