"""One inspecting process, as the hub sees it: begin it, ask it, end it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from hub.kernel.errors import ParaphError, Retryable, Unfit
from hub.services.documents import wire

_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "hub.services.documents.process"
_HEAD = 64_000_000  # bytes of an answer's JSON, which holds the texts of all pages
_FILES = 100  # that one process looks at; what libraries leak ends with it
# Endings for which the file is to blame. Any other signal came from outside.
_FAULTS = {
    -one
    for one in (
        signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS, signal.SIGFPE,
        signal.SIGXCPU, signal.SIGXFSZ,
    )
}  # fmt: skip


class Ended(Exception):
    """The process ended instead of answering. ``error`` is what that means for the file; with
    ``doubtful`` a new process may find otherwise."""

    def __init__(self, error: ParaphError, *, doubtful: bool) -> None:
        super().__init__(error.detail)
        self.error = error
        self.doubtful = doubtful


class Child:
    """A process that looks at one file at a time."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # libraries may repeat there what a document says
                cwd=_ROOT,
                env={"LANG": "C.UTF-8"},
            )
        except OSError as error:
            raise Retryable(f"no process for documents can be started ({error.strerror})") from None
        self._asked = 0
        self._late = False

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    @property
    def worn(self) -> bool:
        """Whether it has looked at enough files."""
        return self._asked >= _FILES

    def ask(
        self, question: dict[str, Any], content: bytes, *, patience: float, output: int
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The answer and its pictures. ``Ended`` when none comes within ``patience`` seconds."""
        self._asked += 1
        timer = threading.Timer(patience, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            wire.send(cast(BinaryIO, self._process.stdin), orjson.dumps(question), content)
            told = cast(BinaryIO, self._process.stdout)
            answer = wire.receive_json(told, _HEAD)
            pictures = [wire.receive(told, output) for _ in answer.get("pages", ())]
        except (wire.Broken, OSError, ValueError):
            self.end()
            raise self._ended() from None
        finally:
            timer.cancel()
        return answer, pictures

    def end(self) -> None:
        """End it at once; it holds nothing that would be lost."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _close(stream)
        self._process.wait()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _ended(self) -> Ended:
        code = self._process.returncode
        first = self._asked == 1
        if self._late:
            busy = Retryable("a document took too long; this machine may have too much to do")
            return Ended(busy, doubtful=False)
        if code == -signal.SIGXCPU:
            return Ended(Unfit("too_heavy", "processor time"), doubtful=False)
        if code in _FAULTS:
            name = signal.Signals(-code).name
            return Ended(Unfit("too_heavy", f"the process ended by {name}"), doubtful=not first)
        gone = Retryable(f"the process for documents ended ({code})")
        return Ended(gone, doubtful=not first)


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:  # what was not yet written has nobody to go to
        return
