"""From a fetched record to a request: apply the mapping, make the link, owe the first message.

The request, its recipients, its timers and its first delivery are one transaction. A record
that cannot be read or does not fit makes a failed request, which says so in words, here and
upstream. A record that comes with its trigger is mapped there (``hub.services.triggers``) and gets
here only when an earlier wish for the same record has not been read yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.contracts.events import EventKind
from hub.contracts.records import Record, RecordRef
from hub.contracts.requests import Reason
from hub.engine.work import Failure, Handler, Work
from hub.kernel import passwords
from hub.kernel.errors import NotFound
from hub.kernel.logging import get_logger
from hub.mapping.options import chosen_plan
from hub.mapping.problems import RowProblem
from hub.services import deadlines, endings, following, history, job_lines, papers, preparing
from hub.services.core import Core
from hub.services.hosted import moving
from hub.services.mappings import ActiveMapping, open_key
from hub.services.new_requests import (
    plan_data,
    recipient_rows,
    request_row,
    started,
    token_row,
)
from hub.services.portal import public
from hub.services.step_context import user_language
from hub.storage import queries_request as queries
from hub.storage.models import AccessToken, Inbound, Recipient, Request
from hub.storage.prepared import insert, store

_log = get_logger(__name__)


class IntakeHandler(Handler):
    """Fetches the record and turns it into a request."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Record:
        """Read the record upstream, or take the one that came with the trigger."""
        ref = RecordRef(work.payload["table"], work.payload["id"])
        if work.payload["record"] is not None:
            return Record(ref, work.payload["record"])
        where = self._core.instance(work.workspace_id, work.destination)
        return self._core.registry.connector(where).fetch(ref)

    def delivered(self, session: Session, work: Work, result: Record) -> None:
        """The record is here: request, recipients, link, first message, in one commit."""
        core, payload = self._core, work.payload
        mapping = core.shelf.version(payload["mapping_version"])
        active = ActiveMapping(mapping, payload["mapping_version"])
        place = {
            "workspace_id": work.workspace_id,
            "open_key": open_key(active, payload["id"]),
        }
        existing = queries.OPEN.first(session, place)
        try:
            read = mapping.request.read_lines(result.fields, core.clock.now())
            chosen = payload.get("options")
            plan = chosen_plan(mapping, result.fields, core.clock.now(), chosen)
            orjson.dumps(result.fields, default=str)  # what cannot be stored is no record either
        except Exception as error:  # trying again for days would not mend it
            _log.error("mapping_failed", mapping=mapping.key, exc_info=error)
            if existing is None:
                self._fail(session, work, active, Reason.BAD_RECORD, None)
            else:
                _settle_inbound(session, payload["inbound"], "already_open", existing[0])
            return
        where = (work.workspace_id, active, payload["id"])
        if plan is None or existing is not None:
            outcome = ("not_wanted", None) if existing is None else ("already_open", existing[0])
            job_lines.keep(core, session, *where, read)
            closed = following.is_closed(core, active, result.fields)
            following.follow(core, session, *where, result.fields, closed=closed)
            _settle_inbound(session, payload["inbound"], *outcome)
            return
        request = create(core, session, *where, result.fields, plan_data(plan))
        job_lines.keep(core, session, *where, read, request)
        if plan.share is not None and plan.share.password and not plan.problems:
            public.keep(core, session, request, passwords.hashed(plan.share.password))
        _settle_inbound(session, payload["inbound"], "request", request.id)
        go_on(core, session, request, plan.problems)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """The record cannot be read: a failed request says so, here and upstream."""
        core, payload = self._core, work.payload
        active = ActiveMapping(
            core.shelf.version(payload["mapping_version"]), payload["mapping_version"]
        )
        unknown = failure.code in (NotFound.code, "unknown_record")
        reason = Reason.UNKNOWN_RECORD if unknown else endings.giving_up(core, work)
        self._fail(session, work, active, reason, failure.detail)

    def _fail(
        self,
        session: Session,
        work: Work,
        active: ActiveMapping,
        reason: Reason,
        detail: str | None,
    ) -> None:
        """A failed request without anything of the record."""
        core, payload = self._core, work.payload
        plan = _empty_plan(active, core, work)
        request = create(core, session, work.workspace_id, active, payload["id"], {}, plan)
        _settle_inbound(session, payload["inbound"], "failed", request.id)
        endings.fail(core, session, request, reason, detail=detail)


def create(
    core: Core,
    session: Session,
    workspace_id: str,
    active: ActiveMapping,
    record_id: str,
    fields: Mapping[str, Any],
    plan: dict[str, Any],
) -> Request:
    """A new request with all that it is made of, in the caller's transaction."""
    now = core.clock.now()
    request = Request(**request_row(workspace_id, active, record_id, fields, plan, now))
    people = [Recipient(**one) for one in recipient_rows(workspace_id, request.id, plan)]
    store(session, request)
    for person in people:
        store(session, person)
        token = token_row(core, workspace_id, request.id, person.id)
        insert(AccessToken).run(session, token)
    set_committed_value(request, "recipients", people)
    deadlines.arm_expiry(session, request)
    told = started(active)
    history.append(session, request, EventKind.STARTED, now, dedupe="started", data=told)
    endings.owe_steps(core, session, request, EventKind.STARTED.value)
    return request


def go_on(core: Core, session: Session, request: Request, problems: Sequence[RowProblem]) -> None:
    """The first message of a new request, or its end where the record does not fit."""
    problem = next(iter(problems), None)
    if problem is not None:
        reason = _reason(problem.code)
        detail = (
            problem.wording.get(user_language(request)) if reason is Reason.BAD_RECORD else None
        )
        endings.fail(core, session, request, reason, detail=detail or str(problem))
    elif papers.has_papers(request):
        preparing.owe_papers(core, session, request)
        core.wake()
    else:
        moving.begin(core, session, request)


def _empty_plan(active: ActiveMapping, core: Core, work: Work) -> dict[str, Any]:
    workspace = core.workspace(work.workspace_id)
    mapping = active.mapping
    return {
        "kind": "unknown",
        "title": f"{mapping.source_table} {work.payload['id']}",
        "language": workspace.language,
        "number": "",
        "providers": list(mapping.providers),
        "channels": list(mapping.channels),
        "form": None,
        "carries_on": "upstream",
        "prefill": {},
        "recipients": [],
        "reminders": {"after": 0, "every": 0, "limit": 0, "quiet": None},
        "expires_after": 0,
        "problems": [],
    }


def _reason(code: str) -> Reason:
    return Reason(code) if code in set(Reason) else Reason.BAD_RECORD


def _settle_inbound(
    session: Session, inbound_id: str, outcome: str, request_id: str | None
) -> None:
    values = {"b_id": inbound_id, "b_outcome": outcome, "b_request_id": request_id}
    queries.INBOUND_OUTCOME.run(session, values)
    if request_id is None:  # it led to nothing: the same call later is a new wish
        session.execute(update(Inbound).where(Inbound.id == inbound_id).values(dedupe=None))
