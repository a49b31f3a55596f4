"""The dashboard of a provider's account (A5): counts by status, and what happened there last.

Reading it costs many of the calls that a provider lets us make, so an answer is kept for a minute,
a failure for some seconds, and of several who ask at once one does while the others wait for it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.contracts.agreements import Activity, Dashboard, Tally
from hub.contracts.capabilities import Capability
from hub.kernel.errors import AuthenticationFailed, NotFound, ParaphError, Refused
from hub.registry import InstanceKey
from hub.services.core import Core
from hub.services.credentials.fresh import pause_refused

FRESH = timedelta(seconds=60)
FAILED_FOR = timedelta(seconds=10)
LATEST = 20
NOT_HOSTED = "not_hosted"


@dataclass
class _Kept:
    """What was read, or why it was not; real time."""

    until: datetime
    told: dict[str, Any] | None = None
    error: ParaphError | None = None


class Dashboards:
    """The dashboards of all instances, each kept for a short while."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._kept: dict[InstanceKey, _Kept] = {}
        self._turns: dict[InstanceKey, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def of(self, workspace_id: str, instance: str) -> dict[str, Any]:
        """It, as plain data. Raises ``NotFound`` for an instance that is not there, ``Refused``
        (``NOT_HOSTED``) for one that keeps no documents, and what reading it raises."""
        where = self._hosted(workspace_id, instance)
        with self._lock:
            turn = self._turns[where]
        with turn:
            kept = self._kept.get(where)
            if kept is None or kept.until <= self._core.clock.wall():
                kept = self._kept[where] = self._read(workspace_id, where)
        if kept.error is not None:
            raise kept.error
        return kept.told or {}

    def _hosted(self, workspace_id: str, instance: str) -> InstanceKey:
        core = self._core
        known = core.registry.instances(core.workspace(workspace_id).key)
        where = next((one for one in known if one.key == instance), None)
        if where is None:
            names = ", ".join(one.key for one in known)
            raise NotFound(
                f"there is no instance '{instance[:80]}'; there are: {names}",
                code="unknown_instance",
            )
        if not core.registry.manifest(where).can(Capability.HOSTED):
            raise Refused(
                f"'{where.key}' keeps no documents, so it has no dashboard: name a provider that "
                "does",
                code=NOT_HOSTED,
            )
        return where

    def _read(self, workspace_id: str, where: InstanceKey) -> _Kept:
        core = self._core
        began = core.clock.wall()
        try:
            with core.outgoing.call(workspace_id, where.key):
                found = core.registry.hosted(where).dashboard(LATEST)
        except ParaphError as error:
            wall = core.clock.wall()
            if isinstance(error, AuthenticationFailed):
                with core.db.write() as session:
                    pause_refused(core, session, (workspace_id, where.key), error, began)
            return _Kept(wall + FAILED_FOR, error=error)
        told = {"instance": where.key, "read_at": core.clock.now().isoformat(), **_told(found)}
        return _Kept(core.clock.wall() + FRESH, told)


def _told(found: Dashboard) -> dict[str, Any]:
    return {
        "counts": [_tally(one) for one in found.tallies],
        "latest": [_activity(one) for one in found.latest],
        "complete": found.complete,
    }


def _tally(one: Tally) -> dict[str, Any]:
    return {"state": one.state.value, "word": one.word, "count": one.count, "url": one.url or None}


def _activity(one: Activity) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "title": one.title,
        "state": one.state.value,
        "word": one.word,
        "at": one.at.isoformat() if one.at else None,
        "url": one.url or None,
    }
