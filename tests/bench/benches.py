"""What is measured. Each benchmark returns one ``Figure``; the number to reach stands beside it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from hub.mapping.loader import load_mapping
from tests.bench.hub_process import CONFIG, Hub, running_hub
from tests.bench.load import Load, drive, median, percentile, rates
from tests.bench.receiver import Receiver
from tests.bench.records import RECORD_OF_40, record
from tests.bench.wire import request

T = TypeVar("T")
WARM_UP = 3.0  # seconds that do not count
MEASURED = 20.0
ROUNDS = 4
WINDOW = 400  # triggers on their way to the receiver at one time
DRAIN = 60.0
IDLE = 10.0


@dataclass(frozen=True)
class Figure:
    """One line of output. ``p50`` and ``p99`` are milliseconds."""

    bench: str
    store: str
    value: float
    unit: str
    p50: float | None
    p99: float | None
    reach: str

    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


def triggers_accepted() -> Figure:
    """How many triggers a second are verified, stored, committed and answered."""
    load, since, _ = asyncio.run(_with_hub(partial(_drive, window=None)))
    _complain(load)
    inside = [moment for moment in load.answered.values() if moment >= since]
    value = median(rates(inside, since, since + MEASURED, ROUNDS))
    times = load.latencies(since)
    return _figure("triggers_accepted", value, times, ">= 1500/s, p99 <= 50 ms")


def trigger_to_post() -> Figure:
    """How many triggers a second become a POST at the receiver, ``WINDOW`` under way."""
    load, since, receiver = asyncio.run(_with_hub(partial(_drive, window=WINDOW)))
    _complain(load)
    seen = receiver.first_seen
    value = median(rates(list(seen.values()), since, since + MEASURED, ROUNDS))
    sent = {_mobile(number): moment for number, moment in load.sent.items() if moment >= since}
    times = sorted((seen[to] - moment) * 1000 for to, moment in sent.items() if to in seen)
    missing = [number for number in load.answered if _mobile(number) not in seen]
    if missing or receiver.repeats:
        _say(f"{len(missing)} messages missing, {receiver.repeats} sent twice")
    return _figure("trigger_to_post", value, times, ">= 700/s")


def mapping_eval() -> Figure:
    """Milliseconds for one record of 40 fields through 29 rows, 11 of them expressions."""
    mapping = load_mapping(CONFIG / "mappings" / "wide.yaml")
    now = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    plan = mapping.plan(RECORD_OF_40, now=now)
    if plan is None or plan.problems:
        raise SystemExit(f"the mapping does not fit its record: {plan and plan.problems}")
    times: list[float] = []
    end = time.monotonic() + 5
    while time.monotonic() < end:
        started = time.perf_counter()
        mapping.plan(RECORD_OF_40, now=now)
        times.append((time.perf_counter() - started) * 1000)
    counted = sorted(times[len(times) // 10 :])
    p50, p99 = percentile(counted, 0.5), percentile(counted, 0.99)
    return Figure("mapping_eval", "none", _short(p50), "ms", _short(p50), _short(p99), "<= 1.0 ms")


def idle_memory() -> Figure:
    """Megabytes of a hub that has nothing to do, after it has done something."""

    async def measure(hub: Hub, receiver: Receiver) -> float:
        await drive(hub.port, _trigger(hub), seconds=1.0, lanes=1)
        await asyncio.sleep(IDLE)
        return hub.memory()

    value = asyncio.run(_with_hub(measure))
    return Figure("idle_memory", "sqlite", round(value, 1), "MB", None, None, "<= 150 MB")


BENCHES: dict[str, Callable[[], Figure]] = {
    bench.__name__: bench
    for bench in (triggers_accepted, trigger_to_post, mapping_eval, idle_memory)
}


async def _with_hub(measure: Callable[[Hub, Receiver], Awaitable[T]]) -> T:
    async with Receiver() as receiver:
        # Starting blocks this loop, and that is fine: nobody calls the receiver yet.
        with running_hub(f"http://127.0.0.1:{receiver.port}/a1") as hub:
            return await measure(hub, receiver)


async def _drive(
    hub: Hub, receiver: Receiver, *, window: int | None
) -> tuple[Load, float, Receiver]:
    def is_full(sent: int) -> bool:
        return window is not None and sent - len(receiver.first_seen) >= window

    used, since = hub.cpu(), time.monotonic() + WARM_UP
    load = await drive(hub.port, _trigger(hub), seconds=WARM_UP + MEASURED, is_full=is_full)
    share = (hub.cpu() - used) / (WARM_UP + MEASURED)
    _say(f"the hub had {share:.2f} processors; load of the machine {os.getloadavg()[0]:.1f}")
    end = time.monotonic() + DRAIN
    while len(receiver.first_seen) < len(load.answered) and time.monotonic() < end:
        await asyncio.sleep(0.1)
    return load, since, receiver


def _trigger(hub: Hub) -> Callable[[int], bytes]:
    headers = {"Authorization": f"Bearer {hub.key}", "Content-Type": "application/json"}

    def make(number: int) -> bytes:
        body = json.dumps({"id": str(number), "record": record(number, _mobile(number))})
        return request("POST", "127.0.0.1", "/api/v1/triggers/bench", headers, body.encode())

    return make


def _mobile(number: int) -> str:
    return f"+4670{number:07d}"


def _figure(bench: str, value: float, times: list[float], reach: str) -> Figure:
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return Figure(bench, "sqlite", round(value, 1), "1/s", _short(p50), _short(p99), reach)


def _complain(load: Load) -> None:
    bad = {status: count for status, count in load.statuses.items() if status != "202"}
    if bad:
        _say(f"answers other than 202: {bad}; the last one: {load.body[:200]!r}")


def _short(milliseconds: float) -> float:
    return round(milliseconds, 3)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
