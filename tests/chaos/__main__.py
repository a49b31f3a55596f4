"""``python -m tests.chaos kill|faults|stuck|order|fairness|timers|all``: one line of figures for
each, on the store that is named. Words for people go to stderr. The status tells whether all held.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.chaos.arrangement import arranged
from tests.chaos.fairness import MOST, TURNS
from tests.chaos.fairness import fairness as fairness_ratio
from tests.chaos.faults import CLOCK, CUT, DATABASE, DISK, RECEIVER, REDIS, Scene, suffer
from tests.chaos.kill import kill_rounds
from tests.chaos.order import soak
from tests.chaos.processes import end_all, end_all_when_interrupted
from tests.chaos.product import Product, Served
from tests.chaos.shapes import Workers
from tests.chaos.stores import SmallDisk, store_for
from tests.chaos.stuck import stand
from tests.chaos.timers import PENDING
from tests.chaos.timers import timers as timers_run

DISK_MEGABYTES = 24
TIMER_SECONDS = 60
STUCK_SECONDS = 180
SHAPES = {"sqlite": ("product", "workers"), "cluster": ("larger",)}
ORDER = {"sqlite": "workers", "cluster": "larger"}


def kill(options: argparse.Namespace, folder: Path) -> bool:
    """Kill rounds, on each shape that is wanted."""
    good = True
    for name in options.shape or SHAPES[options.store]:
        with arranged(name, options.store, folder / name) as (shape, receiver, _):
            say(f"kill: {shape.name}, seed {options.seed}")
            verdict = kill_rounds(
                shape, receiver, rounds=options.rounds, deliveries=options.deliveries,
                seed=options.seed, minutes=options.minutes, tell=say,
            )  # fmt: skip
            report("kill", shape.name, verdict.line())
            good = good and verdict.good
    return good


def faults(options: argparse.Namespace, folder: Path) -> bool:
    """Each fault on the product, one after the other."""
    store, good = options.store, True
    name = next((one for one in options.shape or () if one != "workers"), SHAPES[store][0])
    chosen = [*RECEIVER, *CLOCK, DATABASE] + ([CUT] if store == "cluster" else [])
    chosen += REDIS if name == "larger" else ()
    with arranged(name, store, folder / "faults") as (shape, receiver, kept):
        assert isinstance(shape, Served), "faults are for the whole product"
        for fault in chosen:
            if options.only and fault.name not in options.only:
                continue
            suffered = suffer(Scene(shape, kept, receiver), fault)
            report(fault.name, shape.name, suffered.line())
            for odd in shape.odd[-suffered.odd :][:3] if suffered.odd else ():
                say(f"  odd answer: {odd}")
            good = good and suffered.good
    if store == "sqlite" and (not options.only or DISK.name in options.only):
        good = full_disk(folder / "disk") and good
    return good


def full_disk(folder: Path) -> bool:
    """The database on a disk of its own, which runs full."""
    try:
        disk = SmallDisk(folder, DISK_MEGABYTES)
    except PermissionError as error:
        say(f"disk_full: not run, no right to mount a small disk ({error})")
        return True
    try:
        with arranged("product", "sqlite", folder / "hub") as (shape, receiver, kept):
            assert isinstance(shape, Product)
            suffered = suffer(Scene(shape, kept, receiver, disk), DISK)
            report(DISK.name, shape.name, suffered.line())
            for odd in shape.odd[:3]:
                say(f"  odd answer: {odd}")
            return suffered.good
    finally:
        disk.close()


def stuck(options: argparse.Namespace, folder: Path) -> bool:
    """A pause, with deliveries behind it that can go nowhere."""
    seconds = min(options.seconds, STUCK_SECONDS)
    with arranged("workers", options.store, folder / "stuck") as (shape, receiver, _):
        assert isinstance(shape, Workers)
        stood = stand(shape, receiver, seconds=seconds)
        report("stuck", f"{shape.name}, {seconds:.0f} s", stood.line())
        return stood.good


def order(options: argparse.Namespace, folder: Path) -> bool:
    """The soak under kills."""
    name = next(iter(options.shape or ()), ORDER[options.store])
    with arranged(name, options.store, folder / "order", processes=3) as (shape, receiver, _):
        verdict = soak(shape, receiver, seconds=options.seconds, seed=options.seed, tell=say)
        report("order", f"{shape.name}, {options.seconds:.0f} s", verdict.line())
        return verdict.good


def fairness(options: argparse.Namespace, folder: Path) -> bool:
    """What one dead destination of fifty costs the others."""
    ratio = fairness_ratio(options.store, folder, options.turns, say)
    report("fairness", options.store, f"p95_ratio={ratio:.3f} of {options.turns} turns")
    return ratio <= MOST


def timers(options: argparse.Namespace, folder: Path) -> bool:
    """A million pending timers, a hundred due each second."""
    store = store_for(options.store, folder)
    try:
        seconds = int(min(options.seconds, TIMER_SECONDS))
        figures = timers_run(store.url, pending=options.pending, per_second=100, seconds=seconds)
        report("timers", f"{store.name}, {options.pending} pending", figures.line())
        return figures.good(options.store)
    finally:
        store.close()


RUNS: dict[str, Callable[[argparse.Namespace, Path], bool]] = {
    one.__name__: one for one in (kill, faults, stuck, order, fairness, timers)
}


def report(what: str, where: str, line: str) -> None:
    """One line of figures."""
    print(f"{what} [{where}] {line}", flush=True)


def say(text: str) -> None:
    """Words for people."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("what", choices=[*RUNS, "all"])
    parser.add_argument("--store", choices=list(SHAPES), default="sqlite")
    parser.add_argument("--shape", action="append", choices=["product", "workers", "larger"])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--minutes", type=float, default=60, help="longest time of kill rounds")
    parser.add_argument("--turns", type=int, default=TURNS, help="pairs of fairness runs")
    parser.add_argument("--pending", type=int, default=PENDING, help="timers")
    parser.add_argument("--folder", help="where logs and databases stay after the run")
    parser.add_argument("--only", action="append", help="this fault only; may be repeated")
    parser.add_argument("--seconds", type=float, default=600, help="how long order and stuck go on")
    options = parser.parse_args(arguments)
    if options.store == "sqlite" and "larger" in (options.shape or ()):
        parser.error("the larger size is --store cluster")
    end_all_when_interrupted()
    good = True
    try:
        for name in RUNS if options.what == "all" else [options.what]:
            with tempfile.TemporaryDirectory(prefix="paraph-chaos-") as folder:
                good = RUNS[name](options, Path(options.folder or folder)) and good
    finally:
        end_all()
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
