"""An engine in a process of its own: ``python -m tests.bench.engine_process URL [GATEWAY]``.

It says ``ready``, waits for a line, and works until nothing is left or its time is over. With a
gateway each delivery is mapped (wide.yaml) and posted there; without one there is nothing to do.
At last it prints a JSON object: how many, in how many seconds, the memory at the start and at most.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

import psutil
from sqlalchemy import text

from hub.engine.engine import Engine
from hub.engine.settings import DestinationLimits, EngineSettings
from hub.engine.work import Failure, Work
from hub.kernel import logging
from hub.kernel.clock import SystemClock
from hub.mapping.loader import load_mapping
from hub.storage.db import Database
from hub.storage.rows import Rows
from hub.toolkit.http import HttpClient
from tests.bench.hub_process import CONFIG
from tests.bench.stores import opened

SECONDS = {True: 40.0, False: 900.0}  # with a gateway; without one a whole backlog
_LEFT = text(
    "SELECT 1 FROM delivery WHERE state IN ('pending', 'retry', 'leased', 'paused') "
    "AND entity > '' LIMIT 1"
)


class MapAndPost:
    """Maps the record and posts what it becomes; nothing more follows from it."""

    def __init__(self, db: Database, gateway: str) -> None:
        self._db = db
        self._clock = SystemClock()
        self._mapping = load_mapping(CONFIG / "mappings" / "wide.yaml")
        self._http = HttpClient(gateway) if gateway else None
        self.done = 0
        self.times: list[float] = []

    def perform(self, work: Work) -> None:
        """One delivery."""
        started = time.perf_counter()
        if self._http is not None:
            plan = self._mapping.plan(work.payload["record"], now=self._clock.now())
            if plan is None or plan.problems:
                raise RuntimeError("the mapping does not fit its record")
            person = plan.recipients[0]
            form = {"to": work.key, "from": person.name, "message": json.dumps(plan.prefill)}
            self._http.call("POST", "/sms", data=form)
        self.done += 1
        self.times.append((time.perf_counter() - started) * 1000)

    def foreseen(self, work: Work, result: None) -> Rows:
        """Only the delivery itself and its attempt."""
        return Rows(self._db.engine.dialect)

    def delivered(self, session: Any, work: Work, result: None) -> None:
        """Nothing follows."""

    def gave_up(self, session: Any, work: Work, failure: Failure) -> None:
        """Nothing follows."""


def main(url: str, gateway: str = "") -> None:
    """Work until all is done."""
    logging.configure("ERROR")
    db = opened(url)
    handler = MapAndPost(db, gateway)
    engine = Engine(
        db,
        SystemClock(),
        {"bench": handler},
        {},
        lambda workspace, destination: DestinationLimits(concurrency=16),
        EngineSettings(drain=timedelta(seconds=5)),
    )
    print("ready", flush=True)
    sys.stdin.readline()
    process = psutil.Process(os.getpid())
    begin, before = time.monotonic(), process.memory_info().rss
    most = before
    engine.start()
    while _left(db) and time.monotonic() < begin + SECONDS[bool(gateway)]:
        time.sleep(0.05)
        most = max(most, process.memory_info().rss)
        del handler.times[:-20_000]
    seconds = time.monotonic() - begin
    used = sum(process.cpu_times()[:2])
    engine.stop()
    told = {
        "done": handler.done, "seconds": seconds, "left": _left(db), "processor": used,
        "before": before / 2**20, "most": most / 2**20, "times": sorted(handler.times)[::10],
    }  # fmt: skip
    print(json.dumps(told), flush=True)
    db.close()


def _left(db: Database) -> bool:
    with db.read() as session:
        return session.execute(_LEFT).first() is not None


if __name__ == "__main__":
    main(*sys.argv[1:])
