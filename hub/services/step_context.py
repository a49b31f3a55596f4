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

from hub.contracts import decisions
from hub.contracts.events import EventKind
from hub.contracts.papers import ACTING, SIGNER
from hub.contracts.reason_texts import ENDING_TEXTS, REASON_TEXTS
from hub.contracts.requests import Reason, RequestState
from hub.mapping import line_steps
from hub.mapping.notify import assigned
from hub.mapping.people import in_language
from hub.services import paper_context, people_states
from hub.services.core import Core
from hub.services.hosted import rows
from hub.services.portal import public
from hub.storage.models import Delivery, Recipient, Request, RequestEvent

STEP_KIND = "step"
# The detail says why, in words for the record's user.
_IN_WORDS = (Reason.BAD_RECORD, Reason.BAD_DOCUMENT, Reason.PROVIDER_REJECTED)
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
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What mapping rows of ``back``, ``records`` and ``then`` may refer to; ``now`` is the moment
    of the event, ``line`` the id of the line that it is about, ``about`` what else is told of it:
    whose doing it was (``recipient``), of which file or system (``what``), why (``reason``,
    ``reason_text``), a remark's ``text`` and
    ``files``."""
    told = about or {}
    offered = lines(request)
    signer = first_signer(request)
    recipient = signer.contact if signer is not None else {}
    return {
        "record": request.record,
        "form": (request.answers or {}).get("values", {}),
        "recipient": {k: v for k, v in recipient.items() if k != "national_id"},
        "recipients": {key: _person(key, one) for key, one in _people(request).items()},
        "request": _request(core, session, request),
        "outcome": _outcome(request, event, now, told),
        "remark": {name: told[name] for name in ("text", "files") if name in told},
        "signature": paper_context.signature(session, request, now),
        "signatures": paper_context.signatures(session, request, now),
        "records": _records(session, request),
        "lines": offered,
        "line": _line(core, request, offered, line, event),
        "totals": paper_context.totals_told(request),
        "assigned": assigned((request.plan or {}).get("notify") or {}),
        **paper_context.paper_context(session, request, now),
        "agreement": _agreement(core, session, request),
        "carries_on": request.carries_on,
        "handling": request.carries_on,
    }


def _request(core: Core, session: Session, request: Request) -> dict[str, Any]:
    names = ("id", "number", "title", "language", "state", "provider")
    told = {name: getattr(request, name) for name in names}
    return {**told, "public_link": public.address(core, session, request)}


def _agreement(core: Core, session: Session, request: Request) -> dict[str, Any]:
    """What a hosted provider keeps of it now; nothing in it where none does."""
    if not (request.plan or {}).get(rows.ELSEWHERE):
        return {}
    row = rows.current(session, request.id)
    return rows.told(core, row) if row is not None else {}


def _line(
    core: Core, request: Request, offered: list[dict[str, Any]], line: str | None, event: str
) -> dict[str, Any]:
    """The line that an event is about, where it is now; nothing for other events."""
    if line is None:
        return {}
    steps = core.shelf.version(request.mapping_version_id).request.line_steps
    found = next((one for one in offered if one["id"] == line), {})
    return {**found, **line_steps.told(steps, event)}


def _outcome(
    request: Request, event: str, now: datetime, about: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "event": event,
        "reason": about.get("reason", request.reason or ""),
        "reason_text": about.get("reason_text") or reason_text(request, user_language(request)),
        "recipient": about.get("recipient", ""),
        "name": _name(request, about.get("recipient", "")),
        "what": about.get("what", ""),
        **{name: about.get(name, "") for name in decisions.TOLD},
        "at": now.isoformat(timespec="seconds"),
    }


def _name(request: Request, key: str) -> str:
    """What somebody is called who may be none of the mapping's own people: who reads it in the
    portal has a key too."""
    found = next((one.contact.get("name") for one in request.recipients if one.key == key), "")
    return found or ""


def first_signer(request: Request) -> Recipient | None:
    """The signer whose turn comes first, or who accepts where nobody signs; whom the link was
    passed on to, where it was."""
    people = _people(request).values()
    signers = [one for one in people if one.role == SIGNER]
    acting = signers or [one for one in people if one.role in ACTING]
    return min(acting, key=lambda one: one.turn or 1, default=None)


def _people(request: Request) -> dict[str, Recipient]:
    return people_states.in_their_places(request.recipients)


def _person(key: str, one: Recipient) -> dict[str, Any]:
    """What steps may read of somebody: all but the national id."""
    contact = {name: value for name, value in one.contact.items() if name != "national_id"}
    signed_at = one.signed_at.isoformat(timespec="seconds") if one.signed_at else ""
    told = {"key": key, "role": one.role, "turn": one.turn, "language": one.language}
    return {**told, **contact, "signed_at": signed_at, "state": people_states.state(one)}


def reason_text(request: Request, language: str) -> str:
    """The sentence for the upstream's user."""
    if request.decision:
        return in_language(decisions.DECIDED_TEXTS[request.decision], language)
    if not request.reason:
        ending = ENDING_TEXTS.get(RequestState(request.state), {"en": ""})
        said = ending.get(language) or ending["en"]
        return f"{said} {request.reason_detail}" if request.reason_detail else said
    reason = Reason(request.reason)
    if reason in _IN_WORDS and request.reason_detail:
        return request.reason_detail
    texts = REASON_TEXTS[reason]
    return texts.get(language) or texts["en"]


def user_language(request: Request) -> str:
    """The language of whoever works upstream, as the mapping says it; else the customer's."""
    return (request.plan or {}).get("user_language") or request.language


def lines(request: Request) -> list[dict[str, Any]]:
    """The request's lines, each with the customer's ``decision``: accepted, declined, or empty."""
    decisions = (request.answers or {}).get("lines", {})
    return [
        {**line, **_step(request, line["id"]), "decision": decisions.get(line["id"], "")}
        for line in request.plan.get("lines", ())
    ]


def _step(request: Request, line: str) -> dict[str, str]:
    """Where a line with steps was when its record was read."""
    step = request.plan.get("line_steps", {}).get(line)
    return {"step": step} if step else {}


def _long_done(session: Session, request: Request) -> dict[str, Any]:
    """What was made before an acceptance was cleared. Its deliveries may be deleted since; its
    events know where the records are."""
    if not (request.plan or {}).get("round"):
        return {}
    query = select(RequestEvent.data).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == EventKind.RECORDED.value
    )
    made = (data for data in session.scalars(query) if "record" in data)
    return {
        one["step"]: {"id": ident, "table": table, "created": one["created"]}
        for one in made
        for table, _, ident in (one["record"].partition("/"),)
    }


def _records(session: Session, request: Request) -> dict[str, Any]:
    """Results of the steps ``records.<name>`` so far, by name; a list where one was made for each
    of several items, with None for an item that none was made for."""
    query = select(Delivery.step, Delivery.result).where(
        Delivery.request_id == request.id,
        Delivery.kind == STEP_KIND,
        Delivery.state == "delivered",
    )
    done = _long_done(session, request)
    done |= {row.step: row.result for row in session.execute(query)}
    found: dict[str, Any] = {}
    for step, result in done.items():
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
