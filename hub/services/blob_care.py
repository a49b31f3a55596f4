"""Looks after the object store: deletes what no row names, and tells of what is named and missing.

Bytes are stored before their rows are committed, so that a process that is killed in between leaves
some that nobody will ever ask for. A tick of the engine looks, each hour, at a twenty-fourth of the
folders of every workspace in this database: at all of them once a day, page by page. What other
workspaces, and so other installations, have in the same bucket is never looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.kernel.logging import get_logger
from hub.services.core import Core
from hub.storage import queries_blobs as queries

_log = get_logger(__name__)
EVERY = timedelta(hours=1)
PARTS = 24  # ticks until every folder was looked at
YOUNG = timedelta(days=7)
"""What is younger, by the store's own time, stays: a commit may still come, and a database that was
brought back from a backup may be replaced by a newer one."""
BATCH = 200  # hashes in one question
_FOLDERS = tuple(f"{number:02x}" for number in range(256))


class BlobCare:
    """One run after the other, in one process at a time. ``stop`` ends a run after its folder."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._stopping = threading.Event()

    def run(self) -> dict[str, int]:
        """Look at this hour's folders; how many were deleted, are missing, and are there again."""
        hour = int(self._core.clock.wall().timestamp() // EVERY.total_seconds())
        return self.look(_FOLDERS[hour % PARTS :: PARTS])

    def look(self, folders: Iterable[str] = _FOLDERS) -> dict[str, int]:
        """Look at some folders of every workspace that has blobs. Without any the store is not even
        opened."""
        total = {"deleted": 0, "missing": 0, "found": 0}
        with self._core.db.read() as session:
            workspaces = queries.workspaces(session)
        for workspace_id in workspaces:
            for folder in folders:
                if self._stopping.is_set():
                    break
                for name, count in self._look(workspace_id, folder).items():
                    total[name] += count
        if any(total.values()):
            tell = _log.error if total["missing"] else _log.info
            tell("blobs_looked_after", **total)
        return total

    def stop(self) -> None:
        """Look no further."""
        self._stopping.set()

    def _look(self, workspace_id: str, folder: str) -> dict[str, int]:
        blobs = self._core.workshop.blobs
        listed = dict(blobs.listed(workspace_id, folder))
        with self._core.db.read() as session:  # after the list: what was stored since is not on it
            known = queries.known(session, workspace_id, folder)
        there = [one for one, since in known.items() if since is not None and one in listed]
        gone = [
            one
            for one, since in known.items()
            if since is None and one not in listed and not blobs.exists(workspace_id, one)
        ]
        self._mark(workspace_id, there, None)
        self._mark(workspace_id, gone, self._core.clock.now())
        orphans = [one for one in listed if one not in known]
        deleted = self._delete(workspace_id, orphans, listed) if orphans else 0
        return {"deleted": deleted, "missing": len(gone), "found": len(there)}

    def _mark(self, workspace_id: str, hashes: list[str], since: datetime | None) -> None:
        for some in _batches(hashes):
            with self._core.db.write() as session:
                queries.mark(session, workspace_id, some, since)

    def _delete(self, workspace_id: str, orphans: list[str], listed: dict[str, datetime]) -> int:
        blobs = self._core.workshop.blobs
        before = blobs.now() - YOUNG
        deleted = 0
        for some in _batches([one for one in orphans if listed[one] < before]):
            with self._core.db.read() as session:
                named = queries.named(session, workspace_id, some)
            for one in some:
                written = None if one in named else blobs.written_at(workspace_id, one)
                if written is not None and written < before:  # not stored again meanwhile
                    blobs.delete(workspace_id, one)
                    deleted += 1
        return deleted


def _batches(hashes: list[str]) -> Iterable[list[str]]:
    return (hashes[first : first + BATCH] for first in range(0, len(hashes), BATCH))
