"""What a new request is made of: its row, its recipients, their links, its plan as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hub.contracts.events import EventKind
from hub.engine.outbox import add_delivery, timer_row
from hub.kernel.ids import new_id
from hub.services import deadlines, endings, history, messages
from hub.services.core import Core
from hub.services.hosted.rows import is_hosted
from hub.services.links import token_hash
from hub.services.mappings import ActiveMapping, open_key
from hub.services.numbers import request_number
from hub.storage import queries_request as queries
from hub.storage.models import (
    AccessToken,
    Inbound,
    Recipient,
    Request,
    RequestEvent,
    Timer,
)
from hub.storage.rows import Rows, inserted


def request_row(
    workspace_id: str,
    active: ActiveMapping,
    record_id: str,
    fields: Mapping[str, Any],
    plan: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """A request that nothing has happened to yet."""
    mapping = active.mapping
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "number": request_number(),
        "mapping_version_id": active.version_id,
        "mapping_key": mapping.key,
        "source_instance": mapping.source_instance,
        "source_table": mapping.source_table,
        "source_id": record_id,
        "open_key": open_key(active, record_id),
        "state": "draft",
        "kind": plan["kind"],
        "title": plan["title"],
        "language": plan["language"],
        "provider": plan["providers"][0],
        "form": plan["form"],
        "carries_on": plan["carries_on"],
        "plan": plan,
        "record": dict(fields),
        "answers": {"values": plan["prefill"], "saved": []},
        "event_seq": 0,
        "event_hash": "",
        "created_at": now,
        "expires_at": now + timedelta(seconds=plan["expires_after"]),
        "finished_at": None,
    }


def recipient_rows(workspace_id: str, request_id: str, plan: Mapping[str, Any]) -> list[Any]:
    """Its people."""
    return [
        {
            "id": new_id(),
            "workspace_id": workspace_id,
            "request_id": request_id,
            "key": one["key"],
            "role": one["role"],
            "turn": one.get("turn", 1),
            "language": one["language"],
            "contact": {name: one[name] for name in ("name", "mobile", "email", "national_id")},
        }
        for one in plan["recipients"]
    ]


def token_row(core: Core, workspace_id: str, request_id: str, recipient_id: str) -> dict[str, Any]:
    """What a recipient's link may do."""
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "sha256": token_hash(core.links.customer_token(recipient_id)),
        "purpose": "sign",
        "request_id": request_id,
        "recipient_id": recipient_id,
    }


def started(active: ActiveMapping) -> dict[str, Any]:
    """What the first event tells."""
    return {"mapping": active.mapping.key, "version": active.mapping.sha256}


def plan_data(plan: Any) -> dict[str, Any]:
    """A ``RequestPlan`` as JSON: spans in seconds, quiet hours as ``HH:MM``."""
    rule = plan.reminders
    return {
        **vars(plan),
        "prefill": dict(plan.prefill),
        "lines": [replace(line, step="").data() for line in plan.lines],
        "line_steps": {line.id: line.step for line in plan.lines if line.step},
        "recipients": [dict(vars(one)) for one in plan.recipients],
        "documents": [one.data() for one in plan.documents],
        "attachments": [one.data() for one in plan.attachments],
        "signing": plan.signing.data(),
        "notify": plan.notify.data() if plan.notify is not None else None,
        "share": plan.share.data() if plan.share is not None else None,
        "options": plan.options.data() if plan.options is not None else None,
        "reminders": {
            **vars(rule),
            "after": rule.after.total_seconds(),
            "every": rule.every.total_seconds(),
            "quiet": [moment.isoformat() for moment in rule.quiet] if rule.quiet else None,
        },
        "expires_after": plan.expires_after.total_seconds(),
        "failover_after": plan.failover_after.total_seconds(),
        "problems": [str(problem) for problem in plan.problems],
    }


def rows_of(
    core: Core,
    active: ActiveMapping,
    inbound: Mapping[str, Any],
    record_id: str,
    fields: Mapping[str, Any],
    plan: Mapping[str, Any],
    followers: str | None,
) -> tuple[Rows, str] | None:
    """Everything that a good record becomes, made ready: the call, the request and its people, its
    first event and who is told of it, its end, its first message. With the request's id. None when
    nobody can be reached, or where more has to be looked at."""
    workspace_id, now = inbound["workspace_id"], inbound["received_at"]
    request = request_row(workspace_id, active, record_id, fields, plan, now)
    if plan["documents"] or plan["attachments"] or len(plan["recipients"]) > 1:
        return None
    people = recipient_rows(workspace_id, request["id"], plan)
    seen: Any = SimpleNamespace(**request, recipients=[SimpleNamespace(**one) for one in people])
    if is_hosted(core, seen) or plan.get("together") or plan.get("share"):
        return None
    owed = messages.message(core, seen, messages.INVITE)
    if owed is None or active.mapping.counts_items(EventKind.STARTED.value):
        return None
    event, moved = history.event(
        seen, EventKind.STARTED, now, dedupe="started", data=started(active)
    )
    vars(seen).update(moved)
    rows = Rows(core.db.engine.dialect)
    rows.while_same(queries.FOLLOWERS, {"workspace_id": workspace_id}, followers)
    rows.add(inserted(Inbound), {**inbound, "outcome": "request", "request_id": request["id"]})
    rows.add(inserted(Request), {**request, **moved})
    for person in people:
        rows.add(inserted(Recipient), person)
        token = token_row(core, workspace_id, request["id"], person["id"])
        rows.add(inserted(AccessToken), token)
    rows.add(inserted(RequestEvent), event)
    rows.add(inserted(Timer), timer_row(**deadlines.expiry(seen)))
    told = history.Appended(EventKind.STARTED, event["seq"], now, seen.state, started(active))
    steps = endings.steps(core, seen, EventKind.STARTED.value, now, dict)
    for one in (owed, *steps, *history.owed(core.db, seen, told, followers)):
        add_delivery(core.db, rows, one)
    return rows, request["id"]
