"""``python -m tests.chaos kill|faults|order|fairness|timers|all``: one line of figures for each, on
the store that is named. Words for people go to stderr. The status tells whether all held."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.kill import kill_rounds
from tests.chaos.processes import end_all, end_all_when_interrupted
from tests.chaos.product import Product
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Shape, Workers
from tests.chaos.stores import store_for

SHAPES = {"sqlite": ("product", "workers"), "cluster": ("product", "workers")}


@contextmanager
def arranged(shape: str, store_name: str, folder: Path) -> Iterator[tuple[Shape, Receiving]]:
    """The shape of that name, started, and its receiver; all of it is ended in the end."""
    folder.mkdir(parents=True)
    receiver, store = Receiving(folder), store_for(store_name, folder)
    made: Shape | None = None
    try:
        processes = 1 if (shape, store_name) == ("product", "sqlite") else 2
        kind: Callable[..., Shape] = Product if shape == "product" else Workers
        made = kind(folder, store, receiver, processes=processes)
        made.start()
        yield made, receiver
    finally:
        if made is not None:
            made.stop()
        receiver.stop()
        store.close()


def kill(options: argparse.Namespace, folder: Path) -> bool:
    """Kill rounds, on each shape that is wanted."""
    good = True
    for name in options.shape or SHAPES[options.store]:
        with arranged(name, options.store, folder / name) as (shape, receiver):
            say(f"kill: {shape.name}, seed {options.seed}")
            verdict = kill_rounds(
                shape, receiver, rounds=options.rounds, deliveries=options.deliveries,
                seed=options.seed, tell=say,
            )  # fmt: skip
            report("kill", shape.name, verdict.line())
            good = good and verdict.good
    return good


RUNS: dict[str, Callable[[argparse.Namespace, Path], bool]] = {"kill": kill}


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
    parser.add_argument("--shape", action="append", choices=["product", "workers"])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--seconds", type=float, default=600, help="how long order goes on")
    options = parser.parse_args(arguments)
    end_all_when_interrupted()
    good = True
    try:
        for name in RUNS if options.what == "all" else [options.what]:
            with tempfile.TemporaryDirectory(prefix="paraph-chaos-") as folder:
                good = RUNS[name](options, Path(folder)) and good
    finally:
        end_all()
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
