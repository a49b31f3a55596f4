"""Faults: something around the product breaks, again and again, while upstreams go on asking.
Nothing may be lost or doubled, and health must say so within ten seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.chaos.books import Verdict
from tests.chaos.clock_file import shift
from tests.chaos.product import Served
from tests.chaos.receiver import GATEWAY
from tests.chaos.receiving import Receiving
from tests.chaos.stores import ClusterStore, PostgresStore, SmallDisk, Store

TOLD_WITHIN = 10.0  # seconds
AHEAD = 300  # seconds that the clock is moved
DRAIN_PATIENCE = AHEAD + 240.0  # what was owed while the clock was ahead is due when it gets there
FEED_EVERY, FEED = 0.5, 5  # seconds, requests
LOOK_EVERY = 0.2


@dataclass
class Scene:
    """Everything that can break."""

    product: Served
    store: Store
    receiver: Receiving
    disk: SmallDisk | None = None


Act = Callable[[Scene], None]


@dataclass(frozen=True)
class Fault:
    """One thing that breaks for each of ``spans`` seconds. ``told`` looks whether health says so;
    without it there is nothing to say, since it mends itself at once."""

    name: str
    begin: Act
    end: Act
    spans: Sequence[float]
    told: Callable[[Scene], bool] | None = None


def not_ready(scene: Scene) -> bool:
    """The process says that it cannot serve."""
    return scene.product.health("ready")[0] == 503


def not_well(scene: Scene) -> bool:
    """The gateway's instance is told as waiting or broken."""
    status, told = scene.product.health("sync")
    return status == 200 and _gateway(told)["status"] in ("waiting", "broken")


def clock_told(scene: Scene) -> bool:
    """The process says that its clock was moved."""
    return "clock" in str(scene.product.health("ready")[1])


def wake_ups_told(scene: Scene) -> bool:
    """The process says that it reaches the others no more."""
    status, told = scene.product.health("ready")
    return status == 200 and "wake-ups" in told["detail"]


def _gateway(told: Any) -> Any:
    [workspace] = told["workspaces"]
    return next(one for one in workspace["instances"] if one["instance"] == GATEWAY)


def _nothing(scene: Scene) -> None:
    return None


def _behave(word: str) -> Act:
    return lambda scene: scene.receiver.behave(**dict.fromkeys(scene.product.doors, word))


def _clock(seconds: float) -> Act:
    return lambda scene: shift(scene.product.clock_file, seconds)


def _cut(scene: Scene) -> None:
    assert isinstance(scene.store, PostgresStore)
    scene.store.cut()


def _with_redis(act: Callable[[ClusterStore], object]) -> Act:
    def acted(scene: Scene) -> None:
        assert isinstance(scene.store, ClusterStore)
        act(scene.store)

    return acted


def _fill(scene: Scene) -> None:
    assert scene.disk is not None
    scene.disk.fill()


def _clear(scene: Scene) -> None:
    assert scene.disk is not None
    scene.disk.clear()


DATABASE = Fault(
    "database_stopped", lambda s: s.store.leave(), lambda s: s.store.come_back(), (5, 40, 15),
    not_ready,
)  # fmt: skip
CUT = Fault("connections_cut", _cut, _nothing, (2, 2, 2))
DISK = Fault("disk_full", _fill, _clear, (8, 15), not_ready)
REDIS = (
    Fault("redis_flushed", _with_redis(lambda s: s.valkey.flush()), _nothing, (2, 2, 2)),
    Fault(
        "redis_stopped", _with_redis(lambda s: s.valkey.stop()),
        _with_redis(lambda s: s.valkey.start()), (5, 15), wake_ups_told,
    ),
    Fault("redis_connections_cut", _with_redis(lambda s: s.cut_redis()), _nothing, (2, 2, 2)),
)  # fmt: skip
RECEIVER = tuple(
    Fault(word, _behave(word), _behave("ok"), spans, not_well)
    for word, spans in (
        ("error_500", (15,)),
        ("throttled", (15,)),
        ("hang", (70,)),
        ("close_half_way", (15,)),
        ("commit_then_break", (15,)),
    )
)
CLOCK = (
    Fault("clock_forward_5_min", _clock(AHEAD), _clock(0), (12,), clock_told),
    Fault("clock_back_5_min", _clock(-AHEAD), _clock(0), (12,), clock_told),
)


@dataclass
class Suffered:
    """What one fault did. ``told_after`` is the longest of its spans; None: never."""

    fault: Fault
    verdict: Verdict
    told_after: float | None
    drained: bool
    odd: int

    @property
    def good(self) -> bool:
        """Nothing lost or doubled, and told in time."""
        told = self.fault.told is None or (
            self.told_after is not None and self.told_after <= TOLD_WITHIN
        )
        return self.verdict.sound and self.drained and told and not self.odd

    def line(self) -> str:
        """The figures."""
        told = "none" if self.told_after is None else f"{self.told_after:.1f}"
        spans = ",".join(f"{one:g}" for one in self.fault.spans)
        return (
            f"lost={self.verdict.lost} doubled={self.verdict.doubled} "
            f"repeats={self.verdict.repeats} told_after={told} "
            f"resumed_p99={self.verdict.resumed_p99:.2f} owed={self.verdict.owed} "
            f"drained={self.drained} odd_answers={self.odd} seconds={spans}"
        )


def suffer(scene: Scene, fault: Fault) -> Suffered:
    """Break, watch, mend, and judge."""
    before, odd_before = scene.product.verdict(), len(scene.product.odd)
    told: list[float | None] = []
    resumed: list[float] = []
    for seconds in fault.spans:
        with _Feeding(scene.product):
            time.sleep(1)
            fault.begin(scene)
            told.append(_watch(scene, fault, seconds))
            fault.end(scene)
            ended = time.monotonic()
            first = scene.receiver.first_after(ended, 90)
            resumed.append((first or time.monotonic()) - ended)
    drained = scene.product.drained(DRAIN_PATIENCE)
    verdict = _since(before, scene.product.verdict())
    verdict.resumed = resumed
    longest = None if None in told else max((one for one in told if one is not None), default=None)
    odd = len(scene.product.odd) - odd_before
    return Suffered(fault, verdict, longest, drained, odd)


def _watch(scene: Scene, fault: Fault, seconds: float) -> float | None:
    """Stay for ``seconds``; after how many of them health told of it."""
    began = time.monotonic()
    told_after: float | None = None
    while (passed := time.monotonic() - began) < seconds:
        if fault.told is None:
            time.sleep(seconds - passed)
        elif told_after is None and fault.told(scene):
            told_after = time.monotonic() - began
        time.sleep(LOOK_EVERY)
    return told_after


def _since(before: Verdict, after: Verdict) -> Verdict:
    return replace(
        after,
        owed=after.owed - before.owed,
        lost=after.lost - before.lost,
        doubled=after.doubled - before.doubled,
        repeats=after.repeats - before.repeats,
        differing=after.differing - before.differing,
    )


class _Feeding:
    """Upstreams ask for a few requests every now and then."""

    def __init__(self, product: Served) -> None:
        self._product = product
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(FEED_EVERY):
            self._product.owe(FEED)
