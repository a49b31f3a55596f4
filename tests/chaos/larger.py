"""The larger size under test: web processes without an engine, workers of Dramatiq, PostgreSQL and
Valkey. Two doors: the gateway, and a webhook subscription that is told of every event."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from tests.chaos.books import Verdict, both, judge_events
from tests.chaos.processes import ROOT
from tests.chaos.product import CONFIG, Served, environ
from tests.chaos.receiver import GATEWAY, HOOK
from tests.chaos.receiving import Receiving
from tests.chaos.stores import ClusterStore
from tests.chaos.upstreams import Upstreams
from tests.cluster.cluster import Cluster
from tests.cluster.cluster import Shape as Size

EVENTS = ("started", "invited")  # what happens to a request until its message is out


class Larger(Served):
    """Two web processes and two workers; each may be killed with all its children."""

    doors: Sequence[str] = (GATEWAY, HOOK)

    def __init__(self, folder: Path, receiver: Receiving) -> None:
        source = folder / "source"
        shutil.copytree(CONFIG, source)
        (source / "forms").mkdir()
        clock_file = folder / "clock"
        self._cluster = Cluster(
            folder / "cluster",
            source,
            Size(sandbox=False),
            settings={"outgoing_networks": ["127.0.0.0/8"]},
            environ={"PYTHONPATH": str(ROOT), **environ(clock_file, receiver)},
            program=("-m", "tests.chaos.shifted_hub"),
        )
        ports = [int(url.rpartition(":")[2]) for url in self._cluster.urls]
        named = {f"web-{number}": port for number, port in enumerate(ports, 1)}
        super().__init__(clock_file, receiver, named)
        self.store = ClusterStore(self._cluster)
        size = self._cluster.shape
        self.name = f"{size.web} web, {size.workers} workers on {self.store.name}"

    def start(self) -> None:
        self._cluster.start()
        self.store.know_url()
        key = self._cluster.command("api-key", "--workspace", "chaos", "--name", "chaos")
        self._subscribe(key.split()[-1])
        self.upstreams = Upstreams(list(self.ports.values()), key.split()[-1])
        self.upstreams.start()

    def victims(self) -> list[str]:
        return self._cluster.names

    def kill(self, victim: str) -> None:
        self._cluster.kill(victim)

    def restart(self, victim: str) -> float:
        started = time.monotonic()
        self._cluster.begin(victim)
        return started

    def verdict(self) -> Verdict:
        records = [str(number) for number in self.upstreams.answered]
        events = [one for one in self.receiver.books() if one["destination"] == HOOK]
        return both(super().verdict(), judge_events(records, EVENTS, events))

    def stop(self) -> None:
        if hasattr(self, "upstreams"):
            self.upstreams.stop()
        self._cluster.stop()

    def _subscribe(self, key: str) -> None:
        answer = requests.post(
            f"{self._cluster.urls[0]}/api/v1/webhooks",
            json={"url": f"{self.receiver.url}/{HOOK}"},
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["tried"]["status"] == 200, answer.text
