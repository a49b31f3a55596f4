"""A record that was asked about before is looked at again when it has changed, where its mapping
says so in ``request.share``: a changed document becomes a new version, a closed record's documents
go to the archive (B1). It never makes a request: that is the intake's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.records import RecordRef
from hub.engine.outbox import owe
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.mapping.share import REPLACE
from hub.services import endings, history, in_hand, preparing, turns, withdrawals
from hub.services.core import Core
from hub.services.mappings import ActiveMapping, open_key
from hub.services.portal import sharing
from hub.services.trigger_rows import FOLLOW, Trigger, intake
from hub.storage import queries_request as queries
from hub.storage.models import Request

_log = get_logger(__name__)
RECORD, API = "record", "api"  # who closed it


@dataclass(frozen=True)
class Looked:
    """A record as it is now, and whether its mapping calls it closed."""

    fields: Mapping[str, Any]
    closed: bool


class FollowHandler(Handler):
    """Reads the record once more and lets what is shared follow it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Looked:
        """Read the record, or take the one that came with the trigger."""
        core, payload = self._core, work.payload
        fields = payload["record"]
        if fields is None:
            where = core.instance(work.workspace_id, work.destination)
            ref = RecordRef(payload["table"], payload["id"])
            fields = core.registry.connector(where).fetch(ref).fields
        try:
            orjson.dumps(fields, default=str)
            return Looked(fields, is_closed(core, _active(core, work), fields))
        except Exception as error:  # trying again for days would not mend it
            _log.error("mapping_failed", kind=work.kind, exc_info=error)
            raise Refused(
                "the mapping cannot be applied to the record", code="bad_record"
            ) from None

    def delivered(self, session: Session, work: Work, result: Looked) -> None:
        """Owe what follows from it."""
        active = _active(self._core, work)
        place = (work.workspace_id, active, work.payload["id"])
        follow(self._core, session, *place, result.fields, closed=result.closed)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """What was shared stays as it is; the next change is looked at again."""
        _log.warning("change not read", delivery_id=work.id, code=failure.code)


def looks_on(active: ActiveMapping) -> bool:
    """Whether the mapping wants to know of changes."""
    share = active.mapping.request.share
    return share is not None and share.looks_on


def owe_look(
    core: Core, session: Session, trigger: Trigger, active: ActiveMapping, inbound_id: str
) -> None:
    """Owe a look at the record, behind whatever reads it already."""
    reading = intake(core, trigger, active, inbound_id)
    key = f"{FOLLOW}:{new_id()}"  # the same call again may be about another change
    owe(session, **{**reading, "kind": FOLLOW, "key": key})


def is_closed(core: Core, active: ActiveMapping, fields: Mapping[str, Any]) -> bool:
    """Whether the mapping calls the record closed."""
    rule = active.mapping.request
    if rule.share is None or rule.share.archive_when is None:
        return False
    return rule.share.is_closed(rule.data(fields), core.clock.now())


def follow(
    core: Core,
    session: Session,
    workspace_id: str,
    active: ActiveMapping,
    record_id: str,
    fields: Mapping[str, Any],
    *,
    closed: bool,
) -> None:
    """Let what is shared of a record follow it."""
    share = active.mapping.request.share
    if share is None:
        return
    if closed:
        for request in _of_record(session, workspace_id, active, record_id):
            put_away(core, session, request, RECORD)
    elif share.on_change == REPLACE:
        place = {"workspace_id": workspace_id, "open_key": open_key(active, record_id)}
        (existing,) = queries.OPEN.first(session, place) or (None,)
        if existing is not None:
            preparing.owe_again(core, session, session.get_one(Request, existing), fields)


def archive(core: Core, workspace_id: str, request_id: str) -> None:
    """Put a request into the portal's archive by hand. Raises ``NotFound``, and ``Refused`` where
    nobody sees it in a portal, or a signature is being checked."""
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        if not sharing.is_shared(request):
            said = "its mapping shares it in no portal (request.share)"
            raise Refused(said, code="not_shared")
        if history.is_open(request):
            withdrawals.withdrawable(session, workspace_id, request_id)
        put_away(core, session, request, API)
    core.wake()


def put_away(core: Core, session: Session, request: Request, by: str) -> None:
    """Into the archive. Of a closed record there is nothing left to accept, so an open request
    ends as withdrawn; one that is being signed at this moment ends by that."""
    if history.is_open(request):
        if in_hand.held(session, request.id):
            request.plan = {**request.plan, sharing.CLOSED: True}
            return
        kind, told = EventKind.CANCELLED, {"by": by, "why": "closed"}
        endings.end(core, session, request, kind, "cancelled", data=told)
    sharing.archive(core, session, request)


def _of_record(
    session: Session, workspace_id: str, active: ActiveMapping, record_id: str
) -> list[Request]:
    """All that was ever asked about it, by this mapping."""
    mapping = active.mapping
    query = select(Request).where(
        Request.workspace_id == workspace_id,
        Request.source_id == record_id,
        Request.source_instance == mapping.source_instance,
        Request.source_table == mapping.source_table,
        Request.mapping_key == mapping.key,
    )
    return list(session.scalars(query.order_by(Request.id)))


def _active(core: Core, work: Work) -> ActiveMapping:
    version = work.payload["mapping_version"]
    return ActiveMapping(core.shelf.version(version), version)
