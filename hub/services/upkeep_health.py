"""How polled tables, kept hooks and watched agreements stand, for ``/health/sync``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.services import hook_care, polls
from hub.services.core import Core
from hub.services.hosted import rows
from hub.storage.models import HostedAgreement, KeptHooks, PolledTable

_LONGEST_LOOK = timedelta(minutes=30)
_PATIENCE = 3  # tries that may fail before a person is asked: a start comes before its pages


@dataclass(frozen=True)
class PollHealth:
    """One table that is polled. ``behind``: more changes wait than one poll takes."""

    instance: str
    table: str
    status: str  # ok, waiting (tried again by itself), broken (a person must mend it), unknown
    polled_at: str | None
    changes: int
    behind: bool
    failing_since: str | None
    failed: str | None  # what went wrong last, if it did
    mend: str | None


@dataclass(frozen=True)
class HooksHealth:
    """The hooks of one instance. ``done``: what was done when they were last kept."""

    instance: str
    status: str
    kept_at: str | None
    done: str | None
    failing_since: str | None
    failed: str | None
    mend: str | None


@dataclass(frozen=True)
class AgreementsHealth:
    """What is under way at one hosted provider. ``looked_at`` is when it was last known how the one
    stands that nobody has looked at for longest."""

    instance: str
    status: str  # waiting: nobody could look for longer than half an hour
    placing: int
    standing: int
    looked_at: str | None


@dataclass(frozen=True)
class Upkeep:
    """Of one workspace."""

    polls: tuple[PollHealth, ...] = ()
    hooks: tuple[HooksHealth, ...] = ()
    agreements: tuple[AgreementsHealth, ...] = ()

    @property
    def states(self) -> list[str]:
        """The status of each; one that was never done yet says nothing."""
        found = [one.status for one in self.polls]
        found += [one.status for one in self.hooks] + [one.status for one in self.agreements]
        return [status for status in found if status != "unknown"]


def upkeep(core: Core, session: Session) -> Mapping[str, Upkeep]:
    """By workspace id; only what mappings and files of today want."""
    tables: dict[str, list[PollHealth]] = defaultdict(list)
    hooks: dict[str, list[HooksHealth]] = defaultdict(list)
    for row in session.scalars(select(PolledTable).order_by(PolledTable.id)):
        if polls.is_wanted(core, row):
            tables[row.workspace_id].append(_poll(core, row))
    for one in session.scalars(select(KeptHooks).order_by(KeptHooks.id)):
        if hook_care.is_wanted(core, one):
            hooks[one.workspace_id].append(_hooks(core, one))
    there = _agreements(core, session)
    return {
        one: Upkeep(tuple(tables[one]), tuple(hooks[one]), tuple(there[one]))
        for one in {*tables, *hooks, *there}
    }


def _agreements(core: Core, session: Session) -> dict[str, list[AgreementsHealth]]:
    row = HostedAgreement
    counted = (
        func.count().filter(row.status == rows.PLACING),
        func.count().filter(row.status == rows.STANDING),
        func.min(row.looked_at),
    )
    query = select(row.workspace_id, row.provider, *counted).where(
        row.status.in_(rows.UNDER_WAY), row.current.is_(True)
    )
    found: dict[str, list[AgreementsHealth]] = defaultdict(list)
    latest = core.clock.now() - _LONGEST_LOOK
    for workspace_id, provider, placing, standing, oldest in session.execute(
        query.group_by(row.workspace_id, row.provider).order_by(row.provider)
    ):
        late = oldest is not None and oldest < latest
        status = "waiting" if late else "ok"
        told = AgreementsHealth(provider, status, placing, standing, _iso(oldest))
        found[workspace_id].append(told)
    return found


def _poll(core: Core, row: PolledTable) -> PollHealth:
    status = _status(row, 1, row.polled_at)
    return PollHealth(
        row.instance, row.source_table, status, _iso(row.polled_at), row.taken, row.behind,
        _iso(row.failing_since), _failed(row), _mend(core, row, status),
    )  # fmt: skip


def _hooks(core: Core, row: KeptHooks) -> HooksHealth:
    status = _status(row, _PATIENCE, row.kept_at)
    return HooksHealth(
        row.instance, status, _iso(row.kept_at), row.told, _iso(row.failing_since), _failed(row),
        _mend(core, row, status),
    )  # fmt: skip


def _status(row: Any, patience: int, done: datetime | None) -> str:
    if row.failures:
        return "broken" if row.final and row.failures >= patience else "waiting"
    return "unknown" if done is None else "ok"


def _failed(row: Any) -> str | None:
    return f"{row.error_code}: {row.error_detail}" if row.failures else None


def _mend(core: Core, row: Any, status: str) -> str | None:
    if status != "broken":
        return None
    where = core.registry.settings(core.instance(row.workspace_id, row.instance)).where
    return f"{_failed(row)}: mend the settings at {where}, the mapping, or the other side"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
