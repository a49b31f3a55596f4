"""Reads workspaces, mappings and forms again when their files change; after a bad one the former
ones stay in force. Takes up as well what another process has chosen, such as a rollback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from pathlib import Path

from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
Stamp = frozenset[tuple[str, int, int]]


class FileWatch:
    """A thread that looks at the folders, and those inside them, every ``every`` seconds and calls
    ``reload`` on a change. ``follow`` is called after each look."""

    def __init__(
        self,
        folders: Collection[Path],
        reload: Callable[[], None],
        every: float = 2.0,
        *,
        follow: Callable[[], object] = lambda: None,
    ) -> None:
        self._folders = tuple(folders)
        self._reload = reload
        self._follow = follow
        self._lost = False  # whether the last ``follow`` failed, which is told once
        self._every = every
        self._stop = threading.Event()
        self._seen = self.stamp()
        self._thread = threading.Thread(target=self._run, name="file-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits for a reload under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def look(self) -> bool:
        """Reload if anything changed since the last look. Whether something new is in force."""
        try:
            now = self.stamp()
            if now == self._seen:
                return False
            self._seen = now
            self._reload()
        except ConfigurationError as error:
            _log.error("files changed, former version stays in force", problems=error.problems)
            return False
        except Exception as error:  # a full disk, a busy database: the watch must outlive it
            self._seen = frozenset()  # not in force yet: tried again at the next look
            _log.error("files changed but could not be taken over", exc_info=error)
            return False
        _log.info("files changed, new version in force")
        return True

    def follow(self) -> None:
        """Take up what was chosen elsewhere; while that cannot be seen, go on as it is."""
        try:
            self._follow()
            self._lost = False
        except Exception as error:  # the database is away: the watch must outlive it
            if not self._lost:
                _log.warning("versions cannot be looked at", error=type(error).__name__)
            self._lost = True

    def stamp(self) -> Stamp:
        """Which files there are, how long they are and when they were written."""
        found = []
        for folder in self._folders:
            for path in folder.rglob("*.yaml"):  # fragments stand in a folder of their own
                try:
                    about = path.stat()
                except FileNotFoundError:  # removed while we looked
                    continue
                found.append((str(path), about.st_mtime_ns, about.st_size))
        return frozenset(found)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            self.look()
            self.follow()
