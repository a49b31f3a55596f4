"""Upstreams that ask for one request per number, and ask again under the same Idempotency-Key until
they have an answer."""

from __future__ import annotations

import json
import threading
from queue import Empty, Queue

import requests

from tests.bench.records import record

UPSTREAMS = 8


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
