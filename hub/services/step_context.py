"""What the steps of a request may read: the record, the answers, the outcome, what was made so far.

A step is counted when it is owed and worked out when it is carried out; both look at the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.requests import ENDING_TEXTS, REASON_TEXTS, Reason, RequestState
from hub.kernel.redact import last_digits
from hub.services.core import Core
from hub.storage.models import Delivery, Request

STEP_KIND = "step"
_RECORD_STEP = re.compile(r"records\.(?P<name>\w[\w-]*)(\[(?P<index>\d+)\])?")


def moment(request: Request, payload: Mapping[str, Any]) -> datetime:
    """When the event happened that a step follows."""
    if "at" in payload:
        return datetime.fromisoformat(payload["at"])
    return request.finished_at or request.created_at  # owed by an earlier version


def step_context(
    core: Core,
    session: Session,
    request: Request,
    event: str,
    now: datetime,
    line: str | None = None,
) -> dict[str, Any]:
    """What mapping rows of ``back``, ``records`` and ``then`` may refer to; ``now`` is the moment
    of the event, ``line`` the id of the line that it is about."""
    offered = lines(request)
    recipient = request.recipients[0].contact if request.recipients else {}
    signature = dict(request.signature or {})
    national_id = signature.pop("national_id", "")
    if national_id:
        signature["national_id_last"] = last_digits(national_id)
    reason = request.reason or ""
    return {
        "record": request.record,
        "form": (request.answers or {}).get("values", {}),
        "recipient": {k: v for k, v in recipient.items() if k != "national_id"},
        "request": {
            "id": request.id,
            "number": request.number,
            "title": request.title,
            "language": request.language,
            "state": request.state,
        },
        "outcome": {
            "event": event,
            "reason": reason,
            "reason_text": reason_text(request),
            "at": now.isoformat(timespec="seconds"),
        },
        "signature": signature,
        "records": _records(session, request),
        "lines": offered,
        "line": next((one for one in offered if one["id"] == line), {}),
        "carries_on": request.carries_on,
        "handling": request.carries_on,
    }


def reason_text(request: Request) -> str:
    """The sentence for the upstream's user, in the request's language."""
    if not request.reason:
        ending = ENDING_TEXTS.get(RequestState(request.state), {"en": ""})
        said = ending.get(request.language) or ending["en"]
        return f"{said} {request.reason_detail}" if request.reason_detail else said
    reason = Reason(request.reason)
    if reason is Reason.BAD_RECORD and request.reason_detail:
        return request.reason_detail
    texts = REASON_TEXTS[reason]
    return texts.get(request.language) or texts["en"]


def lines(request: Request) -> list[dict[str, Any]]:
    """The request's lines, each with the customer's ``decision``: accepted, declined, or empty."""
    decisions = (request.answers or {}).get("lines", {})
    return [
        {**line, "decision": decisions.get(line["id"], "")}
        for line in request.plan.get("lines", ())
    ]


def _records(session: Session, request: Request) -> dict[str, Any]:
    """Results of the steps ``records.<name>`` so far, by name; a list where one was made for each
    of several items, with None for an item that none was made for."""
    query = select(Delivery.step, Delivery.result).where(
        Delivery.request_id == request.id,
        Delivery.kind == STEP_KIND,
        Delivery.state == "delivered",
    )
    found: dict[str, Any] = {}
    for step, result in session.execute(query):
        match = _RECORD_STEP.fullmatch(step)
        if match is None or not result:
            continue
        if match["index"] is None:
            found[match["name"]] = result
            continue
        entries, index = found.setdefault(match["name"], []), int(match["index"])
        entries += [None] * (index + 1 - len(entries))
        entries[index] = result
    return found
