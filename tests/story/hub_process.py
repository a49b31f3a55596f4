"""The hub as an operator starts it, and the way to end it that leaves no time for anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

START_PATIENCE = 60.0
DEATH_PATIENCE = 10.0
LOOK_EVERY = 0.02


class HubProcess:
    """``paraph serve``: a parent and its worker, together in one process group."""

    def __init__(self, config: Path, port: int, log: Path) -> None:
        self._config = config
        self._port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self.killed = threading.Event()
        self.started_at = 0.0

    @property
    def is_up(self) -> bool:
        """Whether it was started and not killed since."""
        return self._process is not None and not self.killed.is_set()

    def start(self) -> float:
        """Start it and wait until it is ready; seconds from the start on."""
        command = [sys.executable, "-m", "hub.cli", "serve"]
        options = ["--config", str(self._config), "--port", str(self._port)]
        self.started_at = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, start_new_session=True
            )
        self.killed.clear()
        self._await_ready()
        return time.monotonic() - self.started_at

    def kill(self) -> None:
        """SIGKILL to parent and worker; returns when both are dead. Any thread may call it."""
        with self._guard:
            if self.killed.is_set() or self._process is None:
                return
            group = self._process.pid
            running = living_in(group)
            os.killpg(group, signal.SIGKILL)
            if len(running) < 2:
                raise AssertionError(f"expected a parent and a worker, found {len(running)}")
            self._process.wait(DEATH_PATIENCE)
            end = time.monotonic() + DEATH_PATIENCE
            while living_in(group):
                if time.monotonic() > end:
                    raise AssertionError("SIGKILL did not end the hub")
                time.sleep(LOOK_EVERY)
            self.killed.set()

    def stop(self) -> None:
        """End it the hard way if it runs; tests are over."""
        self.kill()

    def _await_ready(self) -> None:
        end = time.monotonic() + START_PATIENCE
        url = f"http://127.0.0.1:{self._port}/health/ready"
        while time.monotonic() < end:
            if self._process is not None and self._process.poll() is not None:
                raise AssertionError(f"the hub ended by itself:\n{self._log.read_text()[-2000:]}")
            try:
                if requests.get(url, timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(LOOK_EVERY)
        raise AssertionError(f"the hub was not ready within {START_PATIENCE:.0f} s")


def living_in(group: int) -> list[int]:
    """The processes of a group that have not ended; zombies have."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # "pid (any name) state parent group ..."
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            found.append(int(path.parent.name))
    return found
