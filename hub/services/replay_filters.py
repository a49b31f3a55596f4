"""What an operator may narrow a replay by, checked against what there is: an unknown state, kind,
destination or mapping is refused with the known ones, an unknown id is not found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.engine.replay import STATES, WorkFilter
from hub.kernel.errors import NotFound, Refused
from hub.services.messages import KIND as MESSAGE
from hub.services.owed_kinds import EVIDENCE, HOSTED, NOTICE, PREPARE, RECORD_NOTE
from hub.services.step_context import STEP_KIND
from hub.services.trigger_rows import FOLLOW, INTAKE
from hub.services.webhooks import KIND as WEBHOOK
from hub.storage.models import Delivery, Inbound, Instance, MappingVersion, Request

CALL = "call"  # a delivery of this kind takes a stored call again
KINDS = (
    INTAKE, FOLLOW, PREPARE, MESSAGE, NOTICE, STEP_KIND, RECORD_NOTE, EVIDENCE, CALL, WEBHOOK,
    *HOSTED,
)  # fmt: skip
SOURCES = ("api", "button", "hook", "poll")
OUTCOMES = (
    "accepted", "request", "already_open", "under_way", "not_wanted", "failed", "no_mapping",
    "no_record", "reply", "report", "survey",
)  # fmt: skip
_ROWS = {"request": "request_id", "state": "states"}  # an operator's word → the filter's field
_SHOWN = 80  # characters of a wrong value that are repeated


@dataclass(frozen=True)
class CallFilter:
    """Which stored calls of a workspace. A field that is None or empty does not narrow."""

    workspace_id: str
    ids: Collection[str] = ()
    source: str | None = None
    instance: str | None = None
    outcome: str | None = None
    mapping: str | None = None
    request_id: str | None = None
    since: datetime | None = None  # received at or after, business time
    until: datetime | None = None  # received before
    after: str | None = None  # behind this id, for the next batch
    most: int | None = None  # the oldest so many

    @property
    def narrows(self) -> bool:
        """Whether anything but ``most`` was asked for."""
        return any(v for name, v in vars(self).items() if name not in ("workspace_id", "most"))


def deliveries(session: Session, workspace_id: str, given: Mapping[str, Any]) -> WorkFilter:
    """The filter that ``given`` (names as in the API) means. Raises ``Refused`` or ``NotFound``
    with the wrong value and the known ones."""
    which = WorkFilter(workspace_id=workspace_id, **_renamed(given, WorkFilter))
    for state in which.states:
        _check("state", state, STATES)
    _check("kind", which.kind, KINDS)
    _check("destination", which.destination, _instances(session, workspace_id))
    _check_rest(session, which, Delivery)
    return which


def calls(session: Session, workspace_id: str, given: Mapping[str, Any]) -> CallFilter:
    """The same for calls that came in."""
    which = CallFilter(workspace_id=workspace_id, **_renamed(given, CallFilter))
    _check("source", which.source, SOURCES)
    _check("outcome", which.outcome, OUTCOMES)
    _check("instance", which.instance, _instances(session, workspace_id))
    _check_rest(session, which, Inbound)
    return which


def check_destination(session: Session, workspace_id: str, destination: str | None) -> None:
    """Raises ``Refused`` when there is no such instance."""
    _check("destination", destination, _instances(session, workspace_id))


def as_data(which: WorkFilter | CallFilter) -> dict[str, Any]:
    """What was narrowed, in an operator's words, for the log of replays."""
    words = {row: word for word, row in _ROWS.items()}
    told = {
        words.get(name, name): value
        for name, value in vars(which).items()
        if value not in (None, ()) and name != "workspace_id"
    }
    if "ids" in told:
        told["ids"] = len(which.ids)
    return told


def _renamed(given: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    values = {_ROWS.get(name, name): value for name, value in given.items()}
    if "states" in values:
        values["states"] = (values["states"],) if values["states"] else ()
    values["ids"] = tuple(dict.fromkeys(values.get("ids") or ()))
    known = {one.name for one in fields(kind)}
    for name in values:
        _check("filter", name, known)
    return values


def _check_rest(session: Session, which: WorkFilter | CallFilter, model: Any) -> None:
    if which.since and which.until and which.until <= which.since:
        raise Refused("'until' is not after 'since': correct one of them", code="empty_span")
    if which.mapping is not None:
        keys = select(MappingVersion.key).where(MappingVersion.workspace_id == which.workspace_id)
        _check("mapping", which.mapping, set(session.scalars(keys.distinct())))
    if which.request_id is not None:
        _find(session, Request, which.workspace_id, (which.request_id,))
    _find(session, model, which.workspace_id, which.ids)


def _find(session: Session, model: Any, workspace_id: str, ids: Collection[str]) -> None:
    mine = select(model.id).where(model.workspace_id == workspace_id, model.id.in_(ids))
    there = set(session.scalars(mine)) if ids else set()
    missing = [one for one in ids if one not in there]
    if missing:
        word = "call" if model is Inbound else model.__tablename__
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise NotFound(
            f"there is no {word} with this id: {missing[0][:_SHOWN]}{more}", code=f"unknown_{word}"
        )


def _instances(session: Session, workspace_id: str) -> Callable[[], Collection[str]]:
    """Configured ones, and those that were removed while something is owed to them."""
    keys = select(Instance.key).where(Instance.workspace_id == workspace_id)
    return lambda: session.scalars(keys.order_by(Instance.key)).all()


def _check(name: str, value: str | None, known: Any) -> None:
    if value is None:
        return
    there = known() if callable(known) else known
    if value not in there:
        listed = ", ".join(sorted(there)) or "none yet"
        raise Refused(
            f"there is no {name} '{value[:_SHOWN]}'; there are: {listed}", code=f"unknown_{name}"
        )
