"""What a survey means for its request: who looked, wrote, signed, said no. Each thing counts once,
however often it is told, and nothing counts that a former provider tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.agreements import FINAL, AgreementState, Happened, PersonState, Survey
from hub.contracts.events import EventKind
from hub.kernel.logging import get_logger
from hub.services import endings, history, lines, news, turns
from hub.services.core import Core
from hub.services.hosted import remarks, rows, signatures
from hub.storage.models import HostedAgreement, Recipient, Request

_log = get_logger(__name__)
_TRAIL = (EventKind.VIEWED, EventKind.DOWNLOADED, EventKind.DELIVERED, EventKind.UNKNOWN)
_ACTED = ("signed", "declined")
_LONGEST_REASON = 1000
_LONGEST_KEY = 190


def apply(
    core: Core, session: Session, request: Request, row: HostedAgreement, survey: Survey
) -> None:
    """Settle a survey in the caller's transaction."""
    before = (row.state, row.word, have_acted(row))
    keep(core, row, survey)
    if not row.current or not history.is_open(request):
        if (row.state, row.word, have_acted(row)) != before:
            late(core, session, request, row, survey)
        return
    people = {one.key: one for one in request.recipients}
    for happened in survey.trail:
        _happened(core, session, request, row, happened, people)
    for remark in survey.remarks:
        remarks.take(core, session, request, row, remark)
    _choose(request, survey)
    _released(request, survey, people)
    for person in _acted(survey, request):
        if not history.is_open(request):
            return
        signatures.take(core, session, request, row, people[person.key], person)
    _end(core, session, request, row, survey)


def keep(core: Core, row: HostedAgreement, survey: Survey) -> None:
    """What it told, as it stays with the agreement."""
    row.state, row.word = survey.state.value, survey.word[:64]
    row.looked_at = row.surveyed_at = core.clock.now()
    row.survey = {
        "at": _text(survey.at),
        "people": [{**asdict(one), "at": _text(one.at)} for one in survey.people],
        "trail": [{**asdict(one), "at": _text(one.at)} for one in survey.trail],
        "choices": dict(survey.choices),
        "viewed": sorted(survey.viewed),
        "raw": dict(survey.raw),
    }
    if survey.state in FINAL and row.status in rows.UNDER_WAY:
        row.status = rows.OVER


def late(
    core: Core, session: Session, request: Request, row: HostedAgreement, survey: Survey
) -> None:
    """A former provider, or one whose request is over, tells of something: it is recorded, refused,
    and never a second signature."""
    acted = sorted(one.key for one in survey.people if one.status in _ACTED)
    if not acted and survey.state not in (AgreementState.COMPLETED, AgreementState.DECLINED):
        return
    if row.current and request.state == "completed":
        return  # what we knew already
    data = {
        "provider": row.provider,
        "agreement": row.number,
        "reference": row.reference,
        "state": survey.state.value,
        "people": acted,
    }
    key = f"late:{row.number}:{survey.state.value}:{len(acted)}"
    now = core.clock.now()
    if history.append(session, request, EventKind.LATE, now, dedupe=key, data=data):
        _log.warning("late answer refused", agreement=row.id, state=survey.state.value)
        endings.owe_steps(core, session, request, EventKind.LATE.value)


def have_acted(row: HostedAgreement) -> set[str]:
    """Who had signed or said no at the last survey: one of several changes no document's word."""
    told = rows.people_told(row)
    return {key for key, status in told.items() if status in _ACTED}


def gone(core: Core, session: Session, request: Request, row: HostedAgreement) -> None:
    """It is not at the provider any more: somebody has deleted it there."""
    row.status, row.looked_at = rows.LOST, core.clock.now()
    if row.current and history.is_open(request):
        data = {"by": "provider", "provider": row.provider}
        endings.end(core, session, request, EventKind.CANCELLED, "cancelled", data=data)


def _happened(
    core: Core,
    session: Session,
    request: Request,
    row: HostedAgreement,
    one: Happened,
    people: Mapping[str, Recipient],
) -> None:
    """An entry of the provider's trail, as an event of ours where it is one that counts."""
    person, at = people.get(one.person), one.at or core.clock.now()
    kind = EventKind(one.kind) if one.kind in set(EventKind) else EventKind.UNKNOWN
    key = f"there:{row.number}:{one.dedupe}"[:_LONGEST_KEY]
    if kind is EventKind.OPENED and person is not None:
        key = endings.opening_of(request, person)
    elif kind not in _TRAIL:
        return  # told by where people stand, or of no meaning here
    data = {"provider": row.provider, "word": one.word[:64]}
    if person is not None:
        data["recipient"] = person.key
    if not history.append(session, request, kind, at, dedupe=key, data=data):
        return
    if kind is EventKind.UNKNOWN:
        return
    about = {"recipient": person.key} if person is not None else {}
    endings.owe_steps(core, session, request, kind.value, about=about)
    if kind in (EventKind.OPENED, EventKind.VIEWED, EventKind.DOWNLOADED):
        name = (person.contact.get("name") or "") if person is not None else ""
        news.tell(core, session, request, kind.value, name)


def _choose(request: Request, survey: Survey) -> None:
    """The lines as they are ticked there, until somebody's signature has fixed them."""
    if not survey.choices or any(one.signed_at for one in request.recipients):
        return
    known = {line["id"] for line in request.plan.get("lines", ())}
    wanted = {line for line, taken in survey.choices.items() if taken and line in known}
    lines.choose(request, wanted)


def _released(request: Request, survey: Survey, people: Mapping[str, Recipient]) -> None:
    """Who was let off signing over there only reads from now on."""
    for one in survey.people:
        person = people.get(one.key)
        if one.status == "released" and person is not None and person.signed_at is None:
            person.role = turns.VIEWER


def _acted(survey: Survey, request: Request) -> Iterator[PersonState]:
    """Who has signed or approved, in the order of the moments; of a completed agreement everybody
    whom we wait for, whatever is told of them singly."""
    known = {one.key: one for one in survey.people}
    acted = [one for one in survey.people if one.status in ("signed", "approved")]
    if survey.state is AgreementState.COMPLETED:
        told = {one.key for one in acted}
        acted += [
            known.get(one.key) or PersonState(one.key, "signed", survey.at)
            for one in turns.waited_for(request.recipients)
            if one.key not in told
        ]
    waited = {one.key for one in turns.waited_for(request.recipients)}
    found = sorted(acted, key=lambda one: _text(one.at) or "")
    return (one for one in found if one.key in waited)


def _end(
    core: Core, session: Session, request: Request, row: HostedAgreement, survey: Survey
) -> None:
    """It is over there without everybody's signature."""
    if not history.is_open(request):
        return
    told = {"provider": row.provider}
    match survey.state:
        case AgreementState.DECLINED:
            _declined(core, session, request, survey, told)
        case AgreementState.EXPIRED:
            endings.end(core, session, request, EventKind.EXPIRED, "expired", data=told)
        case AgreementState.CANCELLED:
            data = {"by": "provider", **told}
            endings.end(core, session, request, EventKind.CANCELLED, "cancelled", data=data)
        case AgreementState.UNKNOWN:
            key = f"word:{row.number}:{survey.word}"[:_LONGEST_KEY]
            data = {**told, "word": survey.word[:64]}
            now = core.clock.now()
            history.append(session, request, EventKind.UNKNOWN, now, dedupe=key, data=data)


def _declined(
    core: Core, session: Session, request: Request, survey: Survey, told: Mapping[str, Any]
) -> None:
    person = next((one for one in survey.people if one.status == "declined"), None)
    reason = (person.reason if person is not None else "").strip()[:_LONGEST_REASON]
    request.reason_detail = reason or None
    data = {**told, **({"recipient": person.key} if person is not None else {})}
    personal = {"reason": reason} if reason else None
    kind = EventKind.DECLINED
    if endings.end(core, session, request, kind, "declined", data=data, personal=personal):
        people = {one.key: one.contact.get("name") or "" for one in request.recipients}
        name = people.get(person.key, "") if person is not None else ""
        news.tell(core, session, request, kind.value, name)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
