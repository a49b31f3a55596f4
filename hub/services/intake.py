"""From a trigger to a request: store the wish, fetch the record, apply the mapping, owe the first message.

The trigger and the fetch that it owes are one transaction; the request and its first deliveries are
another. The same record triggered again while its request is open finds that request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.contracts.records import Record, RecordRef
from hub.contracts.requests import Reason
from hub.engine.outbox import owe
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound, Refused
from hub.kernel.ids import new_id
from hub.services import deadlines, endings, history, messages
from hub.services.core import Core
from hub.services.links import token_hash
from hub.services.mappings import ActiveMapping
from hub.services.numbers import request_number
from hub.storage.models import AccessToken, Inbound, Recipient, Request

KIND = "intake"
REPEAT_WINDOW = timedelta(hours=2)  # longer than the longest retry ladder of an upstream


@dataclass(frozen=True)
class Trigger:
    """Somebody upstream wants a request. ``record`` is set when the caller sent the whole record."""

    workspace_id: str
    mapping: str
    record_id: str
    source: str  # api, button or hook
    instance: str | None = None
    dedupe: str | None = None
    method: str = "POST"
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Accepted:
    """What a trigger led to. ``repeated``: it, or an open request for the record, was there before."""

    inbound_id: str
    repeated: bool = False
    request_id: str | None = None


def accept(core: Core, trigger: Trigger) -> Accepted:
    """Store a verified trigger and owe the intake. Raises ``NotFound`` for an unknown mapping."""
    active = core.shelf.active(trigger.workspace_id, trigger.mapping)
    if active is None:
        raise NotFound(f"there is no mapping '{trigger.mapping}'", code="unknown_mapping")
    _check_inline(core, trigger, active)
    try:
        with core.db.write() as session:
            accepted = _store(core, session, trigger, active)
    except IntegrityError:  # another process stored the same call at the same moment
        with core.db.write() as session:
            accepted = _store(core, session, trigger, active)
    core.wake()
    return accepted


def _check_inline(core: Core, trigger: Trigger, active: ActiveMapping) -> None:
    if trigger.record is None:
        return
    where = core.instance(trigger.workspace_id, active.mapping.source_instance)
    if not core.registry.manifest(where).can(Capability.INLINE):
        raise Refused(
            f"{where.key} is read by its id: send 'id' only, not the record", code="no_inline"
        )


def _store(core: Core, session: Session, trigger: Trigger, active: ActiveMapping) -> Accepted:
    now = core.clock.now()
    known = _known(session, trigger, now)
    if known is not None:
        known.repeats += 1
        return Accepted(known.id, repeated=True, request_id=known.request_id)
    open_request = session.execute(
        select(Request.id).where(
            Request.workspace_id == trigger.workspace_id,
            Request.open_key == open_key(active, trigger.record_id),
        )
    ).scalar()
    inbound = Inbound(
        id=new_id(),
        workspace_id=trigger.workspace_id,
        source=trigger.source,
        instance=trigger.instance,
        method=trigger.method,
        path=trigger.path[:300],
        headers=dict(trigger.headers),
        body=trigger.body,
        dedupe=trigger.dedupe,
        outcome="already_open" if open_request else "accepted",
        request_id=open_request,
        received_at=now,
    )
    session.add(inbound)
    if open_request:
        return Accepted(inbound.id, repeated=True, request_id=open_request)
    _owe_intake(core, session, trigger, active, inbound.id)
    return Accepted(inbound.id)


def _known(session: Session, trigger: Trigger, now: datetime) -> Inbound | None:
    """The same call stored before. One older than any retry ladder is a new wish: let it go."""
    if trigger.dedupe is None:
        return None
    known = session.scalar(
        select(Inbound).where(
            Inbound.workspace_id == trigger.workspace_id, Inbound.dedupe == trigger.dedupe
        )
    )
    if known is not None and trigger.source == "hook" and now - known.received_at > REPEAT_WINDOW:
        known.dedupe = None
        session.flush()
        return None
    return known


def _owe_intake(
    core: Core, session: Session, trigger: Trigger, active: ActiveMapping, inbound_id: str
) -> None:
    mapping = active.mapping
    owe(
        session,
        workspace_id=trigger.workspace_id,
        request_id=None,
        entity=f"intake:{mapping.key}:{trigger.record_id}"[:120],
        kind=KIND,
        step=mapping.key,
        destination=mapping.source_instance,
        payload={
            "inbound": inbound_id,
            "mapping_version": active.version_id,
            "table": mapping.source_table,
            "id": trigger.record_id,
            "record": dict(trigger.record) if trigger.record is not None else None,
        },
        key=f"intake:{inbound_id}:{mapping.key}",
        seq=0,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )


def open_key(active: ActiveMapping, record_id: str) -> str:
    """What makes a second open request for the same record impossible."""
    mapping = active.mapping
    return f"{mapping.key}|{mapping.source_instance}|{mapping.source_table}|{record_id}"[:300]


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
        existing = session.execute(
            select(Request.id).where(
                Request.workspace_id == work.workspace_id,
                Request.open_key == open_key(active, payload["id"]),
            )
        ).scalar()
        if existing is not None:
            _settle_inbound(session, payload["inbound"], "already_open", existing)
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
            endings.fail(core, session, request, Reason.MISSING_NUMBER)

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
        reason = Reason.UNKNOWN_RECORD if unknown else Reason.GAVE_UP
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
    request = Request(
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
    )
    session.add(request)
    session.flush()
    request.recipients = [_recipient(session, request, one) for one in plan["recipients"]]
    for recipient in request.recipients:
        _give_link(core, session, request, recipient)
    deadlines.arm_expiry(session, request)
    history.append(
        session,
        request,
        EventKind.STARTED,
        now,
        dedupe="started",
        data={"mapping": active.mapping.key, "version": active.mapping.sha256},
    )
    return request


def _recipient(session: Session, request: Request, one: Mapping[str, Any]) -> Recipient:
    recipient = Recipient(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        key=one["key"],
        role=one["role"],
        language=one["language"],
        contact={name: one[name] for name in ("name", "mobile", "email", "national_id")},
    )
    session.add(recipient)
    return recipient


def _give_link(core: Core, session: Session, request: Request, recipient: Recipient) -> None:
    session.add(
        AccessToken(
            id=new_id(),
            workspace_id=request.workspace_id,
            sha256=token_hash(core.links.customer_token(recipient.id)),
            purpose="sign",
            request_id=request.id,
            recipient_id=recipient.id,
            expires_at=request.expires_at,
        )
    )


def _plan_data(plan: Any) -> dict[str, Any]:
    """A ``RequestPlan`` as JSON: spans in seconds, quiet hours as ``HH:MM``."""
    data = asdict(plan)
    rule, quiet = data["reminders"], plan.reminders.quiet
    rule["after"] = plan.reminders.after.total_seconds()
    rule["every"] = plan.reminders.every.total_seconds()
    rule["quiet"] = [moment.isoformat() for moment in quiet] if quiet else None
    data["expires_after"] = plan.expires_after.total_seconds()
    data["problems"] = [str(problem) for problem in plan.problems]
    return data


def _empty_plan(active: ActiveMapping, core: Core, work: Work) -> dict[str, Any]:
    workspace = core.workspace(work.workspace_id)
    mapping = active.mapping
    return {
        "kind": "unknown",
        "title": f"{mapping.source_table} {work.payload['id']}",
        "language": workspace.language,
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
    session.execute(
        update(Inbound)
        .where(Inbound.id == inbound_id)
        .values(outcome=outcome, request_id=request_id)
    )
