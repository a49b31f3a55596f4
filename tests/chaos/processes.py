"""Processes that a run starts, each with a group of its own, and all of them ended with the run."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from tests.story.hub_process import living_in

ROOT = Path(__file__).parents[2]
_running: set[Process] = set()
_guard = threading.Lock()


class Process:
    """One started program with whatever it starts."""

    def __init__(
        self, command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        self._log = log
        self.started = time.monotonic()
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
                start_new_session=True,
            )
        with _guard:
            _running.add(self)

    @property
    def pid(self) -> int:
        """Also the id of the group."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself, or was."""
        return self._process.poll() is not None

    def line(self) -> str:
        """The next line that it prints; empty when it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()

    def told(self) -> str:
        """The end of what it wrote to its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the whole group; returns when all of it is gone."""
        with _guard:
            _running.discard(self)
        end = time.monotonic() + 20
        while living_in(self.pid) and time.monotonic() < end:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                break
            time.sleep(0.005)
        self._process.wait(20)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def stop(self, seconds: float = 40.0) -> int:
        """SIGTERM, and SIGKILL to what is left. The exit status."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()
        return self._process.returncode


def end_all() -> None:
    """Kill whatever still runs."""
    for process in list(_running):
        process.kill()


def end_all_when_interrupted() -> None:
    """Also a run that is told to end leaves nothing behind."""

    def interrupted(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    atexit.register(end_all)
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
