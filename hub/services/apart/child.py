"""One process, as the hub sees it: begin it, ask it, end it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from hub.kernel.errors import Retryable
from hub.services.apart import wire

_ROOT = Path(__file__).resolve().parents[3]
_Answer = TypeVar("_Answer")


class Ended(Exception):
    """The process ended instead of answering: with which ``code``, and whether because it was
    ``late``. With ``doubtful`` a new one may do better: what was asked before may be to blame."""

    def __init__(self, code: int, *, late: bool, first: bool) -> None:
        super().__init__(f"the process ended ({code})")
        self.code = code
        self.late = late
        self.doubtful = not first and not late and code != -signal.SIGXCPU


class Child:
    """A process that answers one question at a time. ``environment`` is all that it is given;
    None gives it the hub's. What it says on its standard error is dropped with ``quiet``."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        *,
        quiet: bool,
    ) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else None,
                cwd=_ROOT,
                env=environment,
            )
        except OSError as error:
            raise Retryable(f"no process can be started ({error.strerror})") from None
        self.asked = 0
        self._late = False

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def ask(
        self, frames: Sequence[bytes], read: Callable[[BinaryIO], _Answer], patience: float
    ) -> _Answer:
        """What ``read`` makes of its answer. ``Ended`` when none comes within ``patience``
        seconds."""
        self.asked += 1
        timer = threading.Timer(patience, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            wire.send(cast(BinaryIO, self._process.stdin), *frames)
            return read(cast(BinaryIO, self._process.stdout))
        except (wire.Broken, OSError, ValueError):
            self.end()
            code = self._process.returncode
            raise Ended(code, late=self._late, first=self.asked == 1) from None
        finally:
            timer.cancel()

    def end(self) -> None:
        """End it at once; it holds nothing that would be lost."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not yet written has nobody to go to
                    stream.close()
        self._process.wait()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()
