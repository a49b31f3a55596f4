"""Keeps WSDLs in memory for all threads and, where a folder is set, on disk between starts.

Only what a server gave is kept, under a name made from the address: no credentials, no user. An
entry is dropped when an answer does not fit it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from pathlib import Path

from hub.kernel.clock import Clock
from hub.kernel.logging import get_logger

_log = get_logger(__name__)


class WsdlCache:
    """Address → WSDL. Thread-safe."""

    def __init__(self, folder: str, hours: float, clock: Clock) -> None:
        self._folder = Path(folder) if folder else None
        self._seconds = hours * 3600
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, bytes]] = {}

    def get(self, url: str) -> bytes | None:
        """What is kept and not too old."""
        with self._lock:
            kept = self._kept.get(url) or self._from_disk(url)
            if kept is None or self._now() - kept[0] >= self._seconds:
                return None
            self._kept[url] = kept
            return kept[1]

    def put(self, url: str, wsdl: bytes) -> None:
        """Keep it. A disk that does not take it is no reason to fail."""
        with self._lock:
            self._kept[url] = (self._now(), wsdl)
            if self._folder is None:
                return
            try:
                self._write(self._folder, self._path(self._folder, url), wsdl)
            except OSError as error:
                _log.warning("dynamics_nav_wsdl_not_kept", code=type(error).__name__)

    def drop(self, url: str) -> None:
        """Forget it, in memory and on disk. What was called may be done already, so a disk that
        does not let go of it is no reason to fail either."""
        with self._lock:
            self._kept.pop(url, None)
            if self._folder is None:
                return
            try:
                self._path(self._folder, url).unlink(missing_ok=True)
            except OSError as error:
                _log.warning("dynamics_nav_wsdl_not_dropped", code=type(error).__name__)

    def _write(self, folder: Path, path: Path, wsdl: bytes) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)  # readable for its owner only
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(wsdl)
            now = self._now()
            os.utime(name, (now, now))
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _from_disk(self, url: str) -> tuple[float, bytes] | None:
        if self._folder is None:
            return None
        path = self._path(self._folder, url)
        try:
            return path.stat().st_mtime, path.read_bytes()
        except OSError:
            return None

    def _path(self, folder: Path, url: str) -> Path:
        return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.wsdl"

    def _now(self) -> float:
        return self._clock.wall().timestamp()
