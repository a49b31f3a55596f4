"""What is measured. Each benchmark returns ``Figure``s; the number to reach stands beside each."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from hub.mapping.loader import compile_mapping, load_mapping
from tests.bench.engine_benches import delivery, drain, timer_claim
from tests.bench.figures import Figure, say, short
from tests.bench.hosted_benches import hosted_hub, hosted_year
from tests.bench.hub_process import CONFIG, Hub, running_hub
from tests.bench.lint_bench import lint_200
from tests.bench.load import Load, drive, median, percentile, rates
from tests.bench.page_benches import page_visible, page_weight
from tests.bench.portal_benches import chase_list, portal_list
from tests.bench.receiver import Receiver
from tests.bench.records import RECORD_OF_40, record
from tests.bench.seal_benches import seal, seal_rate
from tests.bench.stores import STORES, store_url
from tests.bench.wire import request

T = TypeVar("T")
WARM_UP = 3.0  # seconds that do not count
MEASURED = 20.0
ROUNDS = 4
WINDOW = 400  # triggers on their way to the receiver at one time
DRAIN = 60.0
IDLE = 10.0


def triggers_accepted(store: str) -> list[Figure]:
    """How many triggers a second are verified, stored, committed and answered."""
    load, since, _ = asyncio.run(_with_hub(store, partial(_drive, window=None)))
    _complain(load)
    inside = [moment for moment in load.answered.values() if moment >= since]
    value = median(rates(inside, since, since + MEASURED, ROUNDS))
    times = load.latencies(since)
    return [_figure("triggers_accepted", store, value, times, ">= 1500/s, p99 <= 50 ms")]


def trigger_to_post(store: str) -> list[Figure]:
    """How many triggers a second become a POST at the receiver, ``WINDOW`` under way."""
    load, since, receiver = asyncio.run(_with_hub(store, partial(_drive, window=WINDOW)))
    _complain(load)
    seen = receiver.first_seen
    value = median(rates(list(seen.values()), since, since + MEASURED, ROUNDS))
    sent = {_mobile(number): moment for number, moment in load.sent.items() if moment >= since}
    times = sorted((seen[to] - moment) * 1000 for to, moment in sent.items() if to in seen)
    missing = [number for number in load.answered if _mobile(number) not in seen]
    if missing or receiver.repeats:
        say(f"{len(missing)} messages missing, {receiver.repeats} sent twice")
    return [_figure("trigger_to_post", store, value, times, ">= 700/s")]


def mapping_eval(store: str) -> list[Figure]:
    """Milliseconds for one record of 40 fields through 29 rows, 11 of them expressions."""
    mapping = load_mapping(CONFIG / "mappings" / "wide.yaml")
    now = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    plan = mapping.plan(RECORD_OF_40, now=now)
    if plan is None or plan.problems:
        raise SystemExit(f"the mapping does not fit its record: {plan and plan.problems}")
    return [_timed("mapping_eval", lambda: mapping.plan(RECORD_OF_40, now=now), "<= 1.0 ms")]


def mapping_compile(store: str) -> list[Figure]:
    """Milliseconds from the text of that file to its mapping."""
    path = CONFIG / "mappings" / "wide.yaml"
    text = path.read_text(encoding="utf-8")
    return [_timed("mapping_compile", lambda: compile_mapping(text, str(path)), "<= 5.0 ms")]


def idle_memory(store: str) -> list[Figure]:
    """Megabytes of a hub that has nothing to do, after it has done something."""

    async def measure(hub: Hub, receiver: Receiver) -> float:
        await drive(hub.port, _trigger(hub), seconds=1.0, lanes=1)
        await asyncio.sleep(IDLE)
        return hub.memory()

    value = asyncio.run(_with_hub(store, measure))
    return [Figure("idle_memory", store, round(value, 1), "MB", None, None, "<= 150 MB")]


def hook_inbound(store: str) -> list[Figure]:
    """How many hooks a second are verified, stored, committed and answered."""

    async def measure(hub: Hub, receiver: Receiver) -> tuple[Load, float]:
        used, since = hub.cpu(), time.monotonic() + WARM_UP
        load = await drive(hub.port, _notification(hub), seconds=WARM_UP + MEASURED)
        told = 1000 * (hub.cpu() - used) / max(1, len(load.answered))
        say(f"{told:.2f} ms of a processor each; load of the machine {os.getloadavg()[0]:.1f}")
        return load, since

    load, since = asyncio.run(_with_hub(store, measure))
    _complain(load, "200")
    inside = [moment for moment in load.answered.values() if moment >= since]
    value = median(rates(inside, since, since + MEASURED, ROUNDS))
    times = load.latencies(since)
    return [_figure("hook_inbound", store, value, times, ">= 1500/s, p99 <= 50 ms")]


@dataclass(frozen=True)
class Bench:
    """How to measure, and on which stores."""

    measure: Callable[[str], list[Figure]]
    stores: tuple[str, ...] = STORES


BENCHES = {
    bench.measure.__name__: bench
    for bench in (
        Bench(triggers_accepted),
        Bench(trigger_to_post),
        Bench(hook_inbound),
        Bench(delivery),
        Bench(drain),
        Bench(timer_claim),
        Bench(seal, ("sqlite",)),
        Bench(seal_rate, ("sqlite",)),
        Bench(mapping_eval, ("none",)),
        Bench(lint_200, ("none",)),
        Bench(mapping_compile, ("none",)),
        Bench(idle_memory),
        Bench(page_weight, ("none",)),
        Bench(page_visible, ("sqlite",)),
        Bench(hosted_year, ("none",)),
        Bench(hosted_hub),
        Bench(portal_list),
        Bench(chase_list),
    )
}


async def _with_hub(store: str, measure: Callable[[Hub, Receiver], Awaitable[T]]) -> T:
    async with Receiver() as receiver:
        # Starting blocks this loop, and that is fine: nobody calls the receiver yet.
        with (
            store_url(store) as url,
            running_hub(f"http://127.0.0.1:{receiver.port}/a1", url) as hub,
        ):
            return await measure(hub, receiver)


async def _drive(
    hub: Hub, receiver: Receiver, *, window: int | None
) -> tuple[Load, float, Receiver]:
    def is_full(sent: int) -> bool:
        return window is not None and sent - len(receiver.first_seen) >= window

    used, since = hub.cpu(), time.monotonic() + WARM_UP
    load = await drive(hub.port, _trigger(hub), seconds=WARM_UP + MEASURED, is_full=is_full)
    share = (hub.cpu() - used) / (WARM_UP + MEASURED)
    say(f"the hub had {share:.2f} processors; load of the machine {os.getloadavg()[0]:.1f}")
    end = time.monotonic() + DRAIN
    while len(receiver.first_seen) < len(load.answered) and time.monotonic() < end:
        await asyncio.sleep(0.1)
    each = 1000 * (hub.cpu() - used) / max(1, len(receiver.first_seen))
    say(f"{each:.2f} ms of a processor for each trigger until its message")
    return load, since, receiver


def _trigger(hub: Hub) -> Callable[[int], bytes]:
    headers = {"Authorization": f"Bearer {hub.key}", "Content-Type": "application/json"}

    def make(number: int) -> bytes:
        body = json.dumps({"id": str(number), "record": record(number, _mobile(number))})
        return request("POST", "127.0.0.1", "/api/v1/triggers/bench", headers, body.encode())

    return make


def _notification(hub: Hub) -> Callable[[int], bytes]:
    path = urlsplit(hub.hook).path
    headers = {"Content-Type": "application/json"}

    def make(number: int) -> bytes:
        body = json.dumps({"id": number + 1, "table": "service_case", "event": "Update"})
        return request("POST", "127.0.0.1", path, headers, body.encode())

    return make


def _timed(bench: str, work: Callable[[], object], reach: str) -> Figure:
    """The median of five seconds of it, the first tenth left out."""
    times: list[float] = []
    end = time.monotonic() + 5
    while time.monotonic() < end:
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    counted = sorted(times[len(times) // 10 :])
    p50, p99 = percentile(counted, 0.5), percentile(counted, 0.99)
    value = short(p50)
    return Figure(bench, "none", value, "ms", value, short(p99), reach)


def _mobile(number: int) -> str:
    return f"+4670{number:07d}"


def _figure(bench: str, store: str, value: float, times: list[float], reach: str) -> Figure:
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return Figure(bench, store, round(value, 1), "1/s", short(p50), short(p99), reach)


def _complain(load: Load, good: str = "202") -> None:
    bad = {status: count for status, count in load.statuses.items() if status != good}
    if bad:
        say(f"answers other than {good}: {bad}; the last one: {load.body[:200]!r}")
