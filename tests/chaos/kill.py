"""Kill: SIGKILL of one process at a random moment, again and again, while deliveries go out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.chaos.books import Verdict
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Shape

JITTER = 0.05  # seconds
PROGRESS_PATIENCE = 10.0
RESUME_PATIENCE = 60.0
DRAIN_PATIENCE = 600.0  # what is owed at the end is work for minutes on a small machine


def kill_rounds(
    shape: Shape,
    receiver: Receiving,
    *,
    rounds: int,
    deliveries: int,
    seed: int,
    minutes: float = 60,
    tell: Callable[[str], None],
) -> Verdict:
    """Owe ``deliveries`` in all, some of each round's while its victim is dead, and judge.

    The moment of a kill is a random share of the round's deliveries: however fast the machine is,
    kills fall all over the work, and nobody is killed so soon that it never gets anywhere.
    """
    dice = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    each = max(2, deliveries // rounds)
    resumed: list[float] = []
    for number in range(1, rounds + 1):
        if time.monotonic() > end:
            tell(f"ended after {number - 1} rounds: the time is up")
            break
        late = max(1, each // 5)
        moment = receiver.applied() + dice.randrange(each - late)
        shape.owe(each - late)
        _await(receiver, moment)
        time.sleep(dice.uniform(0, JITTER))
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


def _await(receiver: Receiving, applied: int) -> None:
    """Until so many have been applied; not for ever, the moment of a kill is arbitrary anyway."""
    end = time.monotonic() + PROGRESS_PATIENCE
    while receiver.applied() < applied and time.monotonic() < end:
        time.sleep(0.005)
