"""Reads how an agreement stands. Changes nothing, believes no hook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.contracts.agreements import (
    FINAL,
    Agreement,
    AgreementPerson,
    AgreementState,
    Choice,
    Happened,
    HostedRemark,
    PersonState,
    Placed,
    Survey,
)
from hub.contracts.events import EventKind
from hub.contracts.papers import SIGNER
from hub.kernel.errors import MalformedAnswer, NotFound, Retryable
from providers.getaccept import people
from providers.getaccept.body import labels
from providers.getaccept.client import Client
from providers.getaccept.codes import PERSON_STATUSES, plain, state_of, tell_once
from providers.getaccept.reading import (
    digest,
    moment,
    rows,
    text,
    ticked,
    without_addresses,
)
from providers.getaccept.trail import EARLIEST, latest, trail

_CALLS = 6
_LATE = timedelta(hours=1)  # given to GetAccept, and to clocks that differ, before we say expired
Row = Mapping[str, Any]
# Our state → the moment that tells since when, among the document's own.
_SINCE = {AgreementState.COMPLETED: "sign_date", AgreementState.SENT: "send_date"}
_SINCE_EVENT = {
    AgreementState.OPENED: EventKind.OPENED,
    AgreementState.DECLINED: EventKind.DECLINED,
    AgreementState.EXPIRED: EventKind.EXPIRED,
    AgreementState.UNDELIVERED: EventKind.UNREACHABLE,
}


def survey(
    client: Client, agreement: Agreement, placed: Placed, now: datetime, instance: str
) -> Survey:
    """Everything about it, in at most six calls. Raises ``NotFound``."""
    reference = placed.reference
    with client.wire.pace.room(_CALLS):
        document = client.document(reference)
        if not text(document.get("status")):
            raise Retryable("a document was told without status", code=MalformedAnswer.code)
        recipients = _recipients(client, reference)
        happened = client.events(reference)
        comments = client.comments(reference)
        fields = client.fields(reference) if agreement.choices else []
        attached = client.attachments(reference) if agreement.attachments else []
    entries = trail(happened, agreement.people, instance)
    word = text(document.get("status"))
    expires_at = moment(document.get("expiration_date"))
    state = standing(state_of(word, instance), expires_at, now, entries)
    matched = people.matched(agreement.people, recipients, placed.state.get("people") or {})
    return Survey(
        state=state,
        word=word,
        at=_since(state, document, expires_at, entries),
        people=tuple(
            _person(one, matched.get(one.key), state, entries, instance) for one in agreement.people
        ),
        trail=entries,
        remarks=_remarks(comments),
        choices=_choices(fields, agreement.choices, placed.state.get("boxes") or {}),
        viewed=_viewed(attached),
        expires_at=expires_at,
        raw=without_addresses({**document, "recipients": recipients, "events": happened}),
    )


def _recipients(client: Client, reference: str) -> list[Row]:
    """A document has people; without them everybody would seem released."""
    try:
        found = client.recipients(reference)
    except NotFound:
        found = []
    if not found:
        raise Retryable("a document was told without people", code=MalformedAnswer.code)
    return found


def standing(
    state: AgreementState,
    expires_at: datetime | None,
    now: datetime,
    entries: Iterable[Happened] = (),
) -> AgreementState:
    """The state, made ``EXPIRED`` where its time is over: ``expired`` as a status is not certain
    to exist. An event of the past does not count when the time was extended since."""
    if state in FINAL or state is AgreementState.PREPARING or expires_at is None:
        return state
    if now < expires_at:
        return state
    told = latest(entries, EventKind.EXPIRED)
    is_told = told is not None and (told.at is None or told.at >= expires_at - _LATE)
    return AgreementState.EXPIRED if is_told or now >= expires_at + _LATE else state


def _since(
    state: AgreementState, document: Row, expires_at: datetime | None, entries: Iterable[Happened]
) -> datetime | None:
    found = moment(document.get(_SINCE.get(state, "")))
    if found is None and state in _SINCE_EVENT:
        entry = latest(entries, _SINCE_EVENT[state])
        found = entry.at if entry else None
    return expires_at if found is None and state is AgreementState.EXPIRED else found


def _person(
    person: AgreementPerson,
    row: Row | None,
    state: AgreementState,
    entries: tuple[Happened, ...],
    instance: str,
) -> PersonState:
    was_signer = person.role == SIGNER
    if row is None:
        return PersonState(person.key, "released" if was_signer else "unknown")
    methods = rows(row.get("signing_methods"))
    status = _status(person, row, state, instance)
    if was_signer and plain(row.get("role")) == "cc" and status not in ("signed", "declined"):
        status = "released"
    kinds = {
        "signed": (EventKind.SIGNED, EventKind.COMPLETED),
        "approved": (EventKind.APPROVED,),
        "declined": (EventKind.DECLINED,),
        "opened": (EventKind.OPENED,),
        "undelivered": (EventKind.UNREACHABLE,),
    }.get(status, ())
    entry = next(filter(None, (latest(entries, kind, person.key) for kind in kinds)), None)
    signed_at = [at for at in (moment(one.get("signed_at")) for one in methods) if at]
    verified = next(filter(None, (text(one.get("verified_name")) for one in methods)), "")
    declined = status == "declined" and entry is not None
    return PersonState(
        key=person.key,
        status=status,
        at=max(signed_at) if signed_at else (entry.at if entry else None),
        methods=tuple(filter(None, (text(one.get("type")) for one in methods))),
        name=verified or text(row.get("fullname")),
        reason=str(entry.detail.get("reason", "")) if declined and entry else "",
    )


def _status(person: AgreementPerson, row: Row, state: AgreementState, instance: str) -> str:
    word = text(row.get("status"))
    if not word:
        return "waiting" if state is AgreementState.PREPARING else "invited"
    found = PERSON_STATUSES.get(plain(word))
    if found is None:
        tell_once(instance, "person", word)
    return found or "unknown"


def _remarks(comments: Iterable[Row]) -> tuple[HostedRemark, ...]:
    found = [
        HostedRemark(
            id=text(row.get("id"))
            or digest(text(row.get("created_at")), text(row.get("email")), text(row.get("text"))),
            ours=ticked(row.get("self")),
            name=text(row.get("full_name")),
            text=text(row.get("text")),
            at=moment(row.get("created_at")),
        )
        for row in comments
    ]
    return tuple(sorted(found, key=lambda one: (one.at or EARLIEST, one.id)))


def _choices(
    fields: Iterable[Row], choices: Iterable[Choice], boxes: Mapping[str, str]
) -> dict[str, bool]:
    """By the id that was kept, else by label. Old documents have ``fields``, new ones
    ``editor_fields``, whose words differ."""
    values: dict[str, bool] = {}
    for row in fields:
        told = row.get("input_settings")
        settings = told if isinstance(told, Mapping) else {}
        kind = plain(row.get("field_type") or settings.get("type")) or "check"
        label = text(row.get("field_label") or settings.get("label") or row.get("custom_name"))
        names = [text(row.get("field_id") or row.get("id"))]
        names += [f"label:{label}"] if kind in ("check", "checkbox") else []
        for name in names:
            values.setdefault(name, ticked(row.get("field_value", row.get("value"))))
    found = {
        line: values.get(boxes.get(line, ""), values.get(f"label:{label}"))
        for line, label in labels(choices).items()
    }
    return {line: value for line, value in found.items() if value is not None}


def _viewed(attached: Iterable[Row]) -> frozenset[str]:
    """The only sign of a look that there is; of whose look it was, there is none."""
    return frozenset(
        text(row.get("attachment_title") or row.get("attachment_filename"))
        for row in attached
        if moment(row.get("last_attachment_view"))
    )
