"""``python -m tests.story_a.soak --runs 500 --seed 0``: many runs of the story, each by its seed,
and one line of figures. A run that ends wrong tells its seed, what was drawn, and what is wrong.
With ``--deaf`` no webhook ever reaches the hub."""

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

from tests.story_a.run import Outcome, run


def main() -> int:
    """Play them; 1 where one ended wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=500)
    asked.add_argument("--seed", type=int, default=0, help="of the first run; the others follow")
    asked.add_argument("--deaf", action="store_true", help="no webhook gets through")
    given = asked.parse_args()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, wrong, hooks = time.monotonic(), 0, 0
    answers: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.runs):
        outcome = _once(seed, given.deaf)
        hooks += outcome.hooks
        answers.update(one.done or one.answer for one in outcome.jobs)
        if seed % 10 == 9:
            print(f"seed {seed} is done, {wrong} wrong before", file=sys.stderr, flush=True)
        if outcome.wrong:
            wrong += 1
            print(f"seed {seed}: {outcome.told}")
            for one in outcome.wrong:
                print(f"    {one}")
            deaf = " --deaf" if given.deaf else ""
            again = f"python -m tests.story_a.soak --runs 1 --seed {seed}{deaf}"
            print(f"    again: {again}", flush=True)
    figures = {
        "runs": given.runs,
        "first_seed": given.seed,
        "wrong": wrong,
        "documents": sum(answers.values()),
        "customers": dict(answers),
        "webhooks": hooks,
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(figures))
    return 1 if wrong else 0


def _once(seed: int, deaf: bool) -> Outcome:
    folder = Path(tempfile.mkdtemp(prefix="paraph-story-"))
    try:
        return run(seed, folder, deaf=deaf)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
