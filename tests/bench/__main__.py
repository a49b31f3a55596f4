"""``python -m tests.bench [name] [--store sqlite|postgresql]``: JSON lines of figures on stdout;
words for people go to stderr."""

from __future__ import annotations

import argparse
import sys

from hub.kernel import logging
from tests.bench.benches import BENCHES
from tests.bench.stores import STORES


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all, on one store or on all that each has."""
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("names", nargs="*", metavar="name")
    parser.add_argument("--store", choices=STORES)
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in BENCHES]
    if unknown:
        known = ", ".join(BENCHES)
        print(f"no benchmark is called {unknown[0]}; there are: {known}", file=sys.stderr)
        return 2
    logging.configure("WARNING", json=False)
    for name in asked.names or BENCHES:
        stores = BENCHES[name].stores
        for store in stores if asked.store not in stores else (asked.store,):
            print(f"{name} on {store} ...", file=sys.stderr)
            for figure in BENCHES[name].measure(store):
                print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
