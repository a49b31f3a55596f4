"""From a fetched record to a request: apply the mapping, make the link, owe the first message.

The request, its recipients, its timers and its first delivery are one transaction. A record
that cannot be read or does not fit makes a failed request, which says so in words, here and
upstream.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.contracts.events import EventKind
from hub.contracts.records import Record, RecordRef
from hub.contracts.requests import Reason
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound
from hub.kernel.ids import new_id
from hub.services import deadlines, endings, history, messages
from hub.services.core import Core
from hub.services.links import token_hash
from hub.services.mappings import ActiveMapping, open_key
from hub.services.numbers import request_number
from hub.storage import queries_request as queries
from hub.storage.models import AccessToken, Inbound, Recipient, Request
from hub.storage.prepared import insert, store


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
        if existing is not None:
            _settle_inbound(session, payload["inbound"], "already_open", existing[0])
            return
        plan = mapping.plan(result.fields, now=core.clock.now())
        if plan is None:
            _settle_inbound(session, payload["inbound"], "not_wanted", None)
            return
        request = _create(core, session, work, active, result.fields, _plan_data(plan))
        _settle_inbound(session, payload["inbound"], "request", request.id)
        problem = next(iter(plan.problems), None)
        if problem is not None:
            reason = _reason(problem.code)
            detail = problem.wording.get(request.language) if reason is Reason.BAD_RECORD else None
            endings.fail(core, session, request, reason, detail=detail or str(problem))
        elif not messages.owe_message(core, session, request, "invite"):
            endings.fail(core, session, request, messages.missing(core, request))

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """The record cannot be read: a failed request says so, here and upstream."""
        core, payload = self._core, work.payload
        active = ActiveMapping(
            core.shelf.version(payload["mapping_version"]), payload["mapping_version"]
        )
        plan = _empty_plan(active, core, work)
        request = _create(core, session, work, active, {}, plan)
        _settle_inbound(session, payload["inbound"], "failed", request.id)
        unknown = failure.code in (NotFound.code, "unknown_record")
        reason = Reason.UNKNOWN_RECORD if unknown else endings.giving_up(core, work)
        endings.fail(core, session, request, reason, detail=failure.detail)


def _create(
    core: Core,
    session: Session,
    work: Work,
    active: ActiveMapping,
    fields: Mapping[str, Any],
    plan: dict[str, Any],
) -> Request:
    now = core.clock.now()
    request = _new_request(work, active, fields, plan, now)
    recipients = [_recipient(request, one) for one in plan["recipients"]]
    store(session, request)
    for recipient in recipients:
        store(session, recipient)
        _give_link(core, session, request, recipient)
    set_committed_value(request, "recipients", recipients)
    deadlines.arm_expiry(session, request)
    told = {"mapping": active.mapping.key, "version": active.mapping.sha256}
    history.append(session, request, EventKind.STARTED, now, dedupe="started", data=told)
    return request


def _new_request(
    work: Work,
    active: ActiveMapping,
    fields: Mapping[str, Any],
    plan: dict[str, Any],
    now: datetime,
) -> Request:
    return Request(
        id=new_id(),
        workspace_id=work.workspace_id,
        number=request_number(),
        mapping_version_id=active.version_id,
        mapping_key=active.mapping.key,
        source_instance=active.mapping.source_instance,
        source_table=active.mapping.source_table,
        source_id=work.payload["id"],
        open_key=open_key(active, work.payload["id"]),
        state="draft",
        kind=plan["kind"],
        title=plan["title"],
        language=plan["language"],
        provider=plan["providers"][0],
        form=plan["form"],
        carries_on=plan["carries_on"],
        plan=plan,
        record=dict(fields),
        answers={"values": plan["prefill"], "saved": []},
        event_seq=0,
        event_hash="",
        created_at=now,
        expires_at=now + timedelta(seconds=plan["expires_after"]),
        finished_at=None,
    )


def _recipient(request: Request, one: Mapping[str, Any]) -> Recipient:
    return Recipient(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        key=one["key"],
        role=one["role"],
        language=one["language"],
        contact={name: one[name] for name in ("name", "mobile", "email", "national_id")},
    )


def _give_link(core: Core, session: Session, request: Request, recipient: Recipient) -> None:
    token = {
        "id": new_id(),
        "workspace_id": request.workspace_id,
        "sha256": token_hash(core.links.customer_token(recipient.id)),
        "purpose": "sign",
        "request_id": request.id,
        "recipient_id": recipient.id,
        "expires_at": request.expires_at,
    }
    insert(AccessToken).run(session, token)


def _plan_data(plan: Any) -> dict[str, Any]:
    """A ``RequestPlan`` as JSON: spans in seconds, quiet hours as ``HH:MM``."""
    rule = plan.reminders
    return {
        **vars(plan),
        "prefill": dict(plan.prefill),
        "recipients": [dict(vars(one)) for one in plan.recipients],
        "reminders": {
            **vars(rule),
            "after": rule.after.total_seconds(),
            "every": rule.every.total_seconds(),
            "quiet": [moment.isoformat() for moment in rule.quiet] if rule.quiet else None,
        },
        "expires_after": plan.expires_after.total_seconds(),
        "problems": [str(problem) for problem in plan.problems],
    }


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
