"""``python -m tests.bench [name]``: one JSON line per benchmark; words for people go to stderr."""

from __future__ import annotations

import sys

from tests.bench.benches import BENCHES


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        known = ", ".join(BENCHES)
        print(f"no benchmark is called {unknown[0]}; there are: {known}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        print(f"{name} ...", file=sys.stderr)
        print(BENCHES[name]().line(), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
