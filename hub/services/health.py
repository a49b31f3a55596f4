"""Is everything well, and what is owed to whom: for ``/health/*``, metrics and the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hub.engine.conditions import is_disabled
from hub.engine.outbox import take_lease
from hub.kernel.logging import get_logger
from hub.registry import InstanceKey
from hub.services import in_hand
from hub.services.core import Core
from hub.services.credentials.kept_words import kept_words
from hub.services.evidence_owed import DESTINATION as PROOFS
from hub.services.judging import judge
from hub.services.upkeep_health import AgreementsHealth, HooksHealth, PollHealth, Upkeep, upkeep
from hub.services.webhooks import KIND as WEBHOOK
from hub.services.webhooks import is_webhook
from hub.storage import queries_blobs
from hub.storage.models import Instance, InstancePause
from hub.storage.queries_work import OWED_COUNTS, OWN_TROUBLES

_log = get_logger(__name__)
READY_WITHIN = 3.0  # seconds for the database to take a row
OWED = ("pending", "retry", "leased", "paused")


@dataclass(frozen=True)
class InstanceHealth:
    """One instance, or webhook subscription: reached when, what is owed to it, how old that is,
    what to mend and where."""

    instance: str
    plugin: str
    status: str  # ok, waiting (mends itself), broken (a person must mend it), unknown
    probe: str | None
    probed_at: str | None
    backlog: int
    gave_up: int
    oldest_owed_seconds: float | None
    last_success_at: str | None
    last_failure_at: str | None
    failing_since: str | None  # the first of the failures in a row
    breaker_open_until: str | None
    paused: str | None  # the code why; nothing is tried, what is owed waits
    paused_since: str | None
    disabled: bool  # paused for what deliveries met there, for good or for days
    mend: str | None
    kept: str | None  # that its credentials do not come from the file


@dataclass(frozen=True)
class SyncHealth:
    """The whole workspace; ``status`` is that of its worst instance, and not ok while a part of the
    hub itself keeps anything waiting, files are missing, or proofs are."""

    workspace: str
    status: str
    instances: tuple[InstanceHealth, ...]
    unjudged_signatures: int = 0  # answers in hand that could not be checked yet
    own_troubles: Mapping[str, int] = field(default_factory=dict)  # a part of the hub: what waits
    missing_blobs: int = 0  # named by rows and not in the object store: only a backup has them
    proofs_failing: int = 0  # completed requests whose proof was tried, and is not there
    polls: tuple[PollHealth, ...] = ()  # tables that are polled
    hooks: tuple[HooksHealth, ...] = ()  # what other sides are to call the hub for
    agreements: tuple[AgreementsHealth, ...] = ()  # what is signed at hosted providers

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def ready(core: Core) -> tuple[bool, str]:
    """Whether this process can serve: the database answers soon, and takes a row."""
    wall = core.clock.wall()
    try:
        with core.db.write(patience=READY_WITHIN) as session:
            take_lease(session, "ready", "ready", wall, wall)
    except Exception as error:  # whatever it is, this process is not ready
        _log.error("not ready", error=type(error).__name__)
        return False, f"the database cannot be written ({type(error).__name__})"
    told = ("ready", core.jumps.look(), _cut_off(core), _faulty_files(core), _unsealed(core))
    return True, "; ".join(filter(None, told))


def _cut_off(core: Core) -> str | None:
    if not core.cut_off():
        return None
    return "wake-ups do not get through (Redis, or the database): work begins up to a second later"


def _unsealed(core: Core) -> str | None:
    trouble = core.workshop.seal_trouble
    return f"signed documents wait for their seal: {trouble}" if trouble else None


def _faulty_files(core: Core) -> str | None:
    """Who looks at health has no right to what stands in the files."""
    if core.refused:
        return f"{core.refused} faults in files: what was in force goes on; see paraph lint"
    count, idle = len(core.shelf.faults), len(core.shelf.idle)
    if not count:
        return None
    without = f", {idle} mappings have none and are not in force" if idle else ""
    return f"{count} faults in mappings' files: the former versions go on{without}; see paraph lint"


def sync(core: Core) -> list[SyncHealth]:
    """The condition of every instance and subscription of every workspace, with nine queries
    in all."""
    with core.db.read() as session:
        rows = {(row.workspace_id, row.key): row for row in session.scalars(select(Instance))}
        counted = _counts(session)
        unjudged = in_hand.unjudged(session)
        troubles = session.execute(OWN_TROUBLES).all()
        missing = queries_blobs.missing(session)
        begun = session.scalars(select(InstancePause).where(InstancePause.ended_at.is_(None)))
        pauses = {(row.workspace_id, row.instance): row for row in begun}
        kept = upkeep(core, session)
    wall = core.clock.wall()
    found = []
    for key, workspace_id in core.workspace_ids.items():
        instances = tuple(
            _instance(
                core,
                where,
                rows.get((workspace_id, where.key)),
                counted,
                workspace_id,
                wall,
                pauses.get((workspace_id, where.key)),
            )
            for where in (*core.registry.instances(key), *_subscriptions(rows, key, workspace_id))
        )
        own = _own_troubles(troubles, workspace_id)
        gone = missing.get(workspace_id, 0)
        failing, proofs = _proofs(counted, workspace_id)
        states = [proofs, *(one.status for one in instances)]
        care = kept.get(workspace_id, Upkeep())
        states += care.states
        states += ["waiting"] * bool(own) + ["broken"] * bool(gone)
        worst = max(states, key=("ok", "unknown", "waiting", "broken").index)
        judged = unjudged.get(workspace_id, 0)
        told = (judged, own, gone, failing, care.polls, care.hooks, care.agreements)
        found.append(SyncHealth(key, worst, instances, *told))
    return found


def _proofs(counted: Counts, workspace_id: str) -> tuple[int, str]:
    """How many proofs are being tried again or were given up, and what that comes to."""
    again, over = (
        counted[key].number if (key := (workspace_id, PROOFS, state)) in counted else 0
        for state in ("retry", "gave_up")
    )
    return again + over, "broken" if over else "waiting" if again else "ok"


def _own_troubles(rows: Iterable[Row[Any]], workspace_id: str) -> dict[str, int]:
    """What waits in a workspace because of the hub itself: no instance is to blame for it."""
    found: Counter[str] = Counter()
    for row in rows:
        if row.workspace_id == workspace_id:
            found[row.code] += row.number
    return dict(found)


def _subscriptions(
    rows: Collection[tuple[str, str]], workspace: str, workspace_id: str
) -> list[InstanceKey]:
    """Webhook subscriptions stand in no file: their rows are all there is."""
    mine = sorted(key for row_of, key in rows if row_of == workspace_id and is_webhook(key))
    return [InstanceKey(workspace, key) for key in mine]


Counts = Mapping[tuple[str, str, str], Row[Any]]
"""By workspace, destination and state: ``number``, ``oldest`` and ``due`` (real time)."""


def _counts(session: Session) -> Counts:
    rows = session.execute(OWED_COUNTS)
    return {(row.workspace_id, row.destination, row.state): row for row in rows}


def _instance(
    core: Core,
    where: InstanceKey,
    row: Instance | None,
    counted: Counts,
    workspace_id: str,
    wall: datetime,
    pause: InstancePause | None,
) -> InstanceHealth:
    owed = [counted[k] for s in OWED if (k := (workspace_id, where.key, s)) in counted]
    oldest = min((one.oldest for one in owed), default=None)
    given_up = counted.get((workspace_id, where.key, "gave_up"))
    gave_up = given_up.number if given_up else 0
    late = wall - min((one.due for one in owed), default=wall)
    status, mend = judge(core, where, row, gave_up, late, pause)
    one = None if is_webhook(where.key) else core.registry.settings(where)
    open_until = row.breaker_until if row and row.breaker_until else None
    return InstanceHealth(
        instance=where.key,
        plugin=WEBHOOK if one is None else one.plugin,
        status=status,
        probe=row.probe_text if row else None,
        probed_at=_iso(row.probed_at if row else None),
        backlog=sum(one.number for one in owed),
        gave_up=gave_up,
        oldest_owed_seconds=_age(core.clock.now(), oldest),
        last_success_at=_iso(row.last_success_at if row else None),
        last_failure_at=_iso(row.last_failure_at if row else None),
        failing_since=_iso(row.failing_since if row else None),
        breaker_open_until=_iso(open_until if open_until and open_until > wall else None),
        paused=row.paused_code if row else None,
        paused_since=_iso(row.paused_at if row else None),
        disabled=is_disabled(row.paused_code if row else None),
        mend=mend,
        kept=kept_words(one.kept) or None if one is not None else None,
    )


def _age(now: datetime, since: datetime | None) -> float | None:
    """Seconds; none below 0, whatever was done to the clock."""
    return None if since is None else max(0.0, (now - since).total_seconds())


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
