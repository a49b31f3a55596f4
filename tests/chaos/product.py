"""The whole product under test: ``paraph serve``, one or more, asked over the API by upstreams that
ask again, under the same Idempotency-Key, until they have an answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import requests

from hub.cli.stage import free_port
from tests.bench.records import record
from tests.chaos.books import Verdict, judge
from tests.chaos.clock_file import VARIABLE
from tests.chaos.processes import Process
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import LOOK_EVERY, START_PATIENCE
from tests.chaos.stores import Store
from tests.chaos.worker import SECRET

CONFIG = Path(__file__).parent / "config"
UPSTREAMS = 8


class Product:
    """``paraph serve`` on one database; each process is web server and engine."""

    def __init__(
        self, folder: Path, store: Store, receiver: Receiving, *, processes: int = 1
    ) -> None:
        self.name = f"{processes} paraph serve on {store.name}"
        self.clock_file = folder / "clock"
        self._folder = folder
        self._receiver = receiver
        self.ports = {f"web-{number}": free_port(0) for number in range(processes)}
        self._environ = {
            "CHAOS_PUBLIC_URL": "http://127.0.0.1",
            "CHAOS_DATA": str(folder / "data"),
            "CHAOS_DATABASE": store.url,
            "CHAOS_GATEWAY": f"{receiver.url}/a1",
            "PARAPH_SECRET_KEY": SECRET,
            VARIABLE: str(self.clock_file),
        }
        self._processes: dict[str, Process] = {}
        self._upstreams = Upstreams(list(self.ports.values()), self._create_key())

    def start(self) -> None:
        for name in self.ports:
            self.restart(name)
        for name, port in self.ports.items():
            self._await_ready(name, port)
        self._upstreams.start()

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

    def owe(self, count: int) -> None:
        self._upstreams.ask(count)

    def drained(self, patience: float) -> bool:
        end = time.monotonic() + patience
        while not self._upstreams.all_answered and time.monotonic() < end:
            time.sleep(0.05)
        answered = self._upstreams.answered
        while self._receiver.applied() < len(answered) or self._backlog():
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_EVERY)
        return self._upstreams.all_answered

    def verdict(self) -> Verdict:
        owed = {mobile(number): str(number) for number in self._upstreams.answered}
        return judge(owed, self._receiver.books(), honoured=False)

    @property
    def odd(self) -> list[str]:
        """Answers to upstreams that were neither 202 nor 503."""
        return self._upstreams.odd

    def health(self, path: str, timeout: float = 15.0) -> tuple[int, Any]:
        """What the first process says about itself: status and JSON; 0 for no answer."""
        port = next(iter(self.ports.values()))
        try:
            answer = requests.get(f"http://127.0.0.1:{port}/health/{path}", timeout=timeout)
            return answer.status_code, answer.json()
        except requests.RequestException:
            return 0, None

    def stop(self) -> None:
        self._upstreams.stop()
        for process in self._processes.values():
            process.kill()

    def _backlog(self) -> int:
        status, told = self.health("sync")
        if status != 200:
            return 1
        instances = [one for workspace in told["workspaces"] for one in workspace["instances"]]
        return sum(one["backlog"] for one in instances)

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


class Upstreams:
    """Threads that ask for one request per number. Nothing that was answered 2xx may be lost; what
    was not is asked again."""

    def __init__(self, ports: list[int], key: str) -> None:
        self._ports = ports
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._todo: Queue[int] = Queue()
        self._asked = 0
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), daemon=True)
            for lane in range(UPSTREAMS)
        ]
        self.answered: set[int] = set()
        self.odd: list[str] = []  # answers that an upstream would not understand

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def ask(self, count: int) -> None:
        """Have so many more asked for."""
        for number in range(self._asked, self._asked + count):
            self._todo.put(number)
        self._asked += count

    @property
    def all_answered(self) -> bool:
        """Whether each has its 2xx."""
        return len(self.answered) == self._asked

    def stop(self) -> None:
        """Ask no more."""
        self._ended.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(20)

    def _run(self, lane: int) -> None:
        session = requests.Session()
        while not self._ended.is_set():
            try:
                number = self._todo.get(timeout=0.1)
            except Empty:
                continue
            tries = 0
            while not self._ended.is_set() and not self._ask(session, number, lane + tries):
                tries += 1
                self._ended.wait(0.1)
        session.close()

    def _ask(self, session: requests.Session, number: int, turn: int) -> bool:
        url = f"http://127.0.0.1:{self._ports[turn % len(self._ports)]}/api/v1/triggers/chaos"
        body = json.dumps({"id": str(number), "record": record(number, mobile(number))})
        headers = {**self._headers, "Idempotency-Key": f"wish-{number}"}
        try:
            answer = session.post(url, data=body, headers=headers, timeout=40)
        except requests.RequestException:
            return False
        if answer.status_code == 202:
            self.answered.add(number)
            return True
        if answer.status_code != 503:
            self.odd.append(f"{answer.status_code} {answer.text[:200]}")
        return False


def mobile(number: int) -> str:
    """A number of its own for each request."""
    return f"+4670{number:07d}"
