"""The load: many keep-alive connections, each sending its next call when the last one is answered.

Closed loop: a slow hub is asked less often, so the figure to trust is the rate, with the latencies
of the calls that made it. ``is_full`` holds the number of calls that are not yet through the whole
house below a window, so that a backlog does not count as speed.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.wire import Lane

Make = Callable[[int], bytes]
"""The call number ``n`` as it goes over the wire."""


@dataclass
class Load:
    """What was sent and what came back. Moments are seconds of the monotonic clock."""

    sent: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    body: bytes = b""  # of the last answer that was not 2xx

    def latencies(self, since: float) -> list[float]:
        """Milliseconds from call to answer, of calls sent after ``since``; sorted."""
        return sorted(
            (moment - self.sent[number]) * 1000
            for number, moment in self.answered.items()
            if self.sent[number] >= since
        )


async def drive(
    port: int,
    make: Make,
    *,
    seconds: float,
    lanes: int = 16,
    is_full: Callable[[int], bool] = lambda sent: False,
) -> Load:
    """Send calls for ``seconds`` over ``lanes`` connections. While ``is_full(sent)``, wait."""
    load, end = Load(), time.monotonic() + seconds
    await asyncio.gather(*(_lane(port, make, load, end, is_full) for _ in range(lanes)))
    return load


async def _lane(
    port: int, make: Make, load: Load, end: float, is_full: Callable[[int], bool]
) -> None:
    lane: Lane | None = None
    while time.monotonic() < end:
        if is_full(len(load.sent)):
            await asyncio.sleep(0.01)
            continue
        number = len(load.sent)
        load.sent[number] = time.monotonic()
        try:
            lane = lane or await Lane.open(port)
            reply = await lane.call(make(number))
        except OSError as error:
            load.statuses[type(error).__name__] += 1
            lane = None
            await asyncio.sleep(0.01)
            continue
        load.statuses[str(reply.status)] += 1
        if 200 <= reply.status < 300:
            load.answered[number] = time.monotonic()
        else:
            load.body = reply.body
        if reply.closes:
            lane = None
    if lane is not None:
        lane.close()


def rates(moments: list[float], since: float, until: float, rounds: int = 4) -> list[float]:
    """Events a second in each of ``rounds`` equal parts of the time."""
    span = (until - since) / rounds
    counts = [0] * rounds
    for moment in moments:
        if since <= moment < until:
            counts[int((moment - since) / span)] += 1
    return [count / span for count in counts]


def median(values: list[float]) -> float:
    """The middle one, 0 when there are none."""
    return statistics.median(values) if values else 0.0


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of the sorted ``values`` do not exceed; 0 when there are none."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0
