"""The whole product under test, asked over the API by upstreams that ask again, under the same
Idempotency-Key, until they have an answer: ``paraph serve``, one or more (``larger`` has the rest).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from hub.cli.stage import free_port
from tests.chaos.books import Verdict, judge
from tests.chaos.clock_file import VARIABLE
from tests.chaos.processes import Process
from tests.chaos.receiver import GATEWAY, HOOK
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import LOOK_EVERY, START_PATIENCE
from tests.chaos.stores import Store
from tests.chaos.upstreams import Upstreams, mobile
from tests.chaos.worker import SECRET

CONFIG = Path(__file__).parent / "config"


class Served:
    """What upstreams ask and health tells, however many processes are behind it. Whoever begins
    them sets ``upstreams``."""

    name: str
    doors: Sequence[str] = (GATEWAY,)
    pace = 2
    calm = 8  # few doors, and a breaker that opened stays so for ten seconds: some must stay well
    upstreams: Upstreams

    def __init__(self, clock_file: Path, receiver: Receiving, ports: dict[str, int]) -> None:
        self.clock_file = clock_file
        self.receiver = receiver
        self.ports = ports

    def owe(self, count: int) -> None:
        self.upstreams.ask(count)

    def drained(self, patience: float) -> bool:
        end = time.monotonic() + patience
        while not self.upstreams.all_answered and time.monotonic() < end:
            time.sleep(0.05)
        answered = self.upstreams.answered
        while self.receiver.applied() < len(answered) or self._backlog():
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_EVERY)
        return self.upstreams.all_answered

    def verdict(self) -> Verdict:
        owed = {mobile(number): str(number) for number in self.upstreams.answered}
        arrivals = [one for one in self.receiver.books() if one["destination"] != HOOK]
        return judge(owed, arrivals, honoured=False)

    @property
    def odd(self) -> list[str]:
        """Answers to upstreams that were neither 202 nor 503."""
        return self.upstreams.odd

    def health(self, path: str, timeout: float = 15.0) -> tuple[int, Any]:
        """What the first process says about itself: status and JSON; 0 for no answer."""
        port = next(iter(self.ports.values()))
        try:
            answer = requests.get(f"http://127.0.0.1:{port}/health/{path}", timeout=timeout)
            return answer.status_code, answer.json()
        except requests.RequestException:
            return 0, None

    def _backlog(self) -> int:
        status, told = self.health("sync")
        if status != 200:
            return 1
        instances = [one for workspace in told["workspaces"] for one in workspace["instances"]]
        return sum(one["backlog"] for one in instances)


class Product(Served):
    """``paraph serve`` on one database; each process is web server and engine."""

    def __init__(
        self, folder: Path, store: Store, receiver: Receiving, *, processes: int = 1
    ) -> None:
        ports = {f"web-{number}": free_port(0) for number in range(processes)}
        super().__init__(folder / "clock", receiver, ports)
        self.name = f"{processes} paraph serve on {store.name}"
        self._folder = folder
        self._environ = {
            "CHAOS_PUBLIC_URL": "http://127.0.0.1",
            "CHAOS_DATA": str(folder / "data"),
            "CHAOS_DATABASE": store.url,
            **environ(self.clock_file, receiver),
        }
        self._processes: dict[str, Process] = {}
        self.upstreams = Upstreams(list(self.ports.values()), self._create_key())

    def start(self) -> None:
        for name in self.ports:
            self.restart(name)
        for name, port in self.ports.items():
            self._await_ready(name, port)
        self.upstreams.start()

    def victims(self) -> list[str]:
        return list(self.ports)

    def kill(self, victim: str) -> None:
        self._processes[victim].kill()

    def restart(self, victim: str) -> float:
        serve = ["serve", "--config", str(CONFIG), "--port", str(self.ports[victim])]
        command = ["-m", "tests.chaos.shifted_hub", *serve]
        process = Process(command, self._folder / f"{victim}.log", self._environ)
        self._processes[victim] = process
        return process.started

    def stop(self) -> None:
        self.upstreams.stop()
        for process in self._processes.values():
            process.kill()

    def _create_key(self) -> str:
        command = [sys.executable, "-m", "hub.cli", "api-key", "--config", str(CONFIG)]
        told = subprocess.run(
            [*command, "--workspace", "chaos", "--name", "chaos"],
            env={**os.environ, **self._environ}, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        return told.stdout.split()[-1]

    def _await_ready(self, name: str, port: int) -> None:
        end = time.monotonic() + START_PATIENCE
        while time.monotonic() < end:
            assert not self._processes[name].ended, self._processes[name].told()
            try:
                if requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError(f"{name} was not ready: {self._processes[name].told()}")


def environ(clock_file: Path, receiver: Receiving) -> dict[str, str]:
    """What processes on our configuration are told beside where their database is."""
    return {
        "CHAOS_GATEWAY": f"{receiver.url}/a1",
        "PARAPH_SECRET_KEY": SECRET,
        VARIABLE: str(clock_file),
    }
