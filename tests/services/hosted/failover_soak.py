"""``python -m tests.services.hosted.failover_soak --runs 200 --seed 0``: failovers at random, each
by its seed, and one line of figures."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog

from tests.made_before import put_tables
from tests.providers.getaccept.sandbox_site import Site
from tests.services.hosted.failover_run import PROVIDERS, FailoverRun
from tests.services.hosted.hosted_case import HostedCase


def main() -> int:
    """Play them; 1 where one ended wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--seed", type=int, default=0, help="of the first run; the others follow")
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, bad = time.monotonic(), 0
    signed: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.runs):
        wrong, told, counted = _once(seed)
        signed.update(counted)
        if seed % 10 == 9:
            print(f"seed {seed} is done, {bad} wrong before", file=sys.stderr, flush=True)
        if wrong:
            bad += 1
            print(f"seed {seed}: {told}", *wrong, sep="\n    ", flush=True)
    seconds = round(time.monotonic() - began)
    print(json.dumps({"runs": given.runs, "wrong": bad, **signed, "seconds": seconds}))
    return 1 if bad else 0


def _once(seed: int) -> tuple[list[str], str, dict[str, int]]:
    folder = Path(tempfile.mkdtemp(prefix="paraph-failover-"))
    site = Site()
    other = Site(site.clock)
    put_tables(folder / "paraph.db")
    case = HostedCase(folder, f"sqlite:///{folder / 'paraph.db'}", site, other, provider=PROVIDERS)
    run = FailoverRun(seed, case)
    try:
        wrong = run.play()
        events = case.events()
        counted = {
            "moves": events.count("moved"),
            "late": events.count("late"),
            "signatures": len(run.signed_at),
            f"held_by_{case.request().provider}": 1,
        }
    except Exception as error:  # it is the finding
        wrong, counted = [f"broke off: {type(error).__name__}: {error}"], {}
    finally:
        case.close()
        site.close()
        other.close()
        shutil.rmtree(folder, ignore_errors=True)
    return wrong, run.told(), counted


if __name__ == "__main__":
    raise SystemExit(main())
