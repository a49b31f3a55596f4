"""The customer's side of a request up to the signature: open the link, fill in, decline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext, RequestState
from hub.kernel.redact import MASK
from hub.mapping.forms import FormSpec, said
from hub.mapping.texts import render
from hub.services import endings, history, in_hand, lines
from hub.services.core import Core
from hub.services.links import TOKEN_LENGTH, token_hash
from hub.services.orders import withdraw_there
from hub.services.views import CaseClosed, CaseView, LinkInvalid, SenderView, StepResult
from hub.settings import WorkspaceSettings
from hub.storage.models import AccessToken, Recipient, Request, SigningOrder

MAX_REASON = 1000


@dataclass(frozen=True)
class Place:
    """What a valid link leads to."""

    request: Request
    recipient: Recipient


def find(session: Session, token: str) -> Place:
    """The request behind a link token. Raises ``LinkInvalid`` and gives no hint why."""
    if len(token) != TOKEN_LENGTH:
        raise LinkInvalid("not a link token")
    row = session.scalar(select(AccessToken).where(AccessToken.sha256 == token_hash(token)))
    if row is None or row.revoked_at is not None:
        raise LinkInvalid("no such link token")
    request = session.get_one(Request, row.request_id)
    recipient = next(one for one in request.recipients if one.id == row.recipient_id)
    return Place(request, recipient)


def find_open(session: Session, token: str) -> Place:
    """Like ``find``; raises ``CaseClosed`` when nothing can be done any more."""
    place = find(session, token)
    if not history.is_open(place.request) or place.recipient.signed_at is not None:
        raise CaseClosed("the request is over")
    return place


def find_unsigned(session: Session, token: str) -> Place:
    """Like ``find_open``; raises ``CaseClosed`` also while a signature is being judged."""
    place = find_open(session, token)
    if in_hand.being_judged(session, place.request.id) is not None:
        raise CaseClosed("a signature is being checked")
    return place


class Cases:
    """Opening, filling in and declining. Signing is in ``signing``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def view(self, token: str, language: str | None = None) -> CaseView:
        """The case behind a link, as its customer may see it."""
        with self._core.db.read() as session:
            place = find(session, token)
            accepted = session.execute(
                select(SigningOrder.reference)
                .where(SigningOrder.request_id == place.request.id)
                .where(SigningOrder.status == "accepted")
            ).scalar()
            held = in_hand.held(session, place.request.id)
        return self._view(place, token, language or place.recipient.language, accepted, held)

    def opened(self, token: str, client: ClientContext) -> None:
        """A person looked at the page. Counted once per request and state."""
        core = self._core
        with core.db.read() as session:
            place = find(session, token)
            if place.request.state not in (RequestState.SENT, RequestState.PREPARING):
                return
        with core.db.write() as session:
            place = find(session, token)
            new = history.append(
                session,
                place.request,
                EventKind.OPENED,
                core.clock.now(),
                dedupe=f"opened:{place.recipient.key}",
                data={"recipient": place.recipient.key},
                personal={"ip": client.ip, "user_agent": client.user_agent[:300]},
            )
            if new:
                endings.owe_steps(core, session, place.request, EventKind.OPENED.value)

    def save_step(
        self, token: str, step: str, data: Mapping[str, str], language: str
    ) -> StepResult:
        """Check and keep one step's answers; saving ends an order that would sign older ones."""
        core = self._core
        with core.db.write() as session:
            place = find_unsigned(session, token)
            form = self._form(place.request)
            if form is None or step not in [one.key for one in form.steps]:
                raise LinkInvalid("the form has no such step")
            clean, errors = form.validate(data, language, step=step)
            if errors:
                return StepResult(errors=errors)
            answers = place.request.answers
            saved = [*[key for key in answers["saved"] if key != step], step]
            values = {**answers["values"], **clean}
            place.request.answers = {**answers, "values": values, "saved": saved}
            replaced = withdraw_pending(session, place, "answers_changed")
            missing = [one.key for one in form.steps if one.key not in saved]
            if not missing:
                _tell_answered(session, place, core.clock.now())
        withdraw_there(core, replaced)
        return StepResult(next_step=missing[0] if missing else None)

    def choose_lines(self, token: str, chosen: Collection[str]) -> None:
        """Keep which optional lines are wanted; it ends an order that would sign another choice.
        Raises ``Refused`` for a line that is not there."""
        core = self._core
        with core.db.write() as session:
            place = find_unsigned(session, token)
            lines.choose(place.request, chosen)
            replaced = withdraw_pending(session, place, "lines_changed")
        withdraw_there(core, replaced)

    def decline(self, token: str, reason: str, client: ClientContext) -> None:
        """The customer says no; the upstream is told."""
        core = self._core
        with core.db.write() as session:
            place = find_unsigned(session, token)
            place.request.reason_detail = reason.strip()[:MAX_REASON] or None
            declined = endings.end(
                core,
                session,
                place.request,
                EventKind.DECLINED,
                "declined",
                data={"recipient": place.recipient.key},
                personal={"reason": reason.strip()[:MAX_REASON], "ip": client.ip},
            )
            if not declined:
                raise CaseClosed("the request ended at the same moment")
        core.wake()

    def _view(
        self, place: Place, token: str, language: str, reference: str | None, held: bool
    ) -> CaseView:
        core, request, recipient = self._core, place.request, place.recipient
        workspace = core.workspace(request.workspace_id)
        form = self._form(request)
        answers = request.answers["values"]
        saved = tuple(request.answers["saved"])
        ready = form is None or all(step.key in saved for step in form.steps)
        signature = request.signature or {}
        where = core.instance(request.workspace_id, request.provider)
        state = RequestState(request.state)
        if history.is_open(request) and core.clock.now() >= request.expires_at and not held:
            state = RequestState.EXPIRED  # its timer will say so in a moment
        return CaseView(
            token=token,
            request_id=request.id,
            number=request.plan["number"] or request.source_id,
            title=request.title,
            state=state,
            language=language,
            sender=sender_view(workspace),
            form=form,
            answers={name: _text(value) for name, value in answers.items()},
            saved_steps=saved,
            terms=terms(workspace, request, language),
            visible_text=visible_text(core, place) if ready else None,
            provider_title=core.registry.manifest(where).title,
            zone=workspace.zone,
            expires_at=request.expires_at,
            recipient_name=recipient.contact.get("name") or "",
            recipient_mobile_masked=_masked(recipient.contact.get("mobile") or ""),
            signed_at=recipient.signed_at,
            signed_by=signature.get("name"),
            reason=request.reason_detail if state is RequestState.DECLINED else None,
            finished_at=request.finished_at,
            order_reference=reference,
        )

    def _form(self, request: Request) -> FormSpec | None:
        return self._core.shelf.known_form(request.form) if request.form else None


def sender_view(workspace: WorkspaceSettings) -> SenderView:
    """Who is asking, for a page."""
    return SenderView(
        name=workspace.name,
        phone=workspace.phone,
        email=workspace.email,
        website=workspace.website,
        accent=workspace.accent,
        logo=workspace.logo,
    )


def terms(workspace: WorkspaceSettings, request: Request, language: str) -> str:
    """The text on costs and terms, as the administrator wrote it (D2)."""
    values = {"sender": workspace.name, "phone": workspace.phone, "title": request.title}
    return render(workspace.text("terms", language), values)


def visible_text(core: Core, place: Place) -> str:
    """Exactly what the signing method shows and signs: who asks, the answers, the terms (D4)."""
    request, recipient = place.request, place.recipient
    workspace = core.workspace(request.workspace_id)
    language = recipient.language
    form = core.shelf.form(request.form) if request.form else None
    answers = request.answers["values"]
    return render(
        workspace.text("signed_text", language),
        {
            "sender": workspace.name,
            "phone": workspace.phone,
            "title": request.title,
            "number": request.plan["number"] or request.source_id,
            "rows": answer_rows(form, answers, language) if form else [],
            "terms": terms(workspace, request, language),
            "date": core.clock.now().astimezone(ZoneInfo(workspace.zone)).date().isoformat(),
        },
    )


def answer_rows(form: FormSpec, answers: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Each answered question with its answer in words, for the text that is signed."""
    rows: list[tuple[str, str]] = []
    for asked in form.fields:
        value = answers.get(asked.name)
        if value in (None, "", False):
            continue
        chosen = next((c.label for c in asked.choices if c.value == value), None)
        shown = (
            said(chosen, language) if chosen else _yes(language) if value is True else str(value)
        )
        rows.append((said(asked.label, language), shown))
    return rows


def withdraw_pending(session: Session, place: Place, code: str) -> list[SigningOrder]:
    """Orders of this recipient that are under way end; a signature in hand does not. Which; the
    provider is told after the commit."""
    under_way = select(SigningOrder).where(
        SigningOrder.request_id == place.request.id,
        SigningOrder.recipient_id == place.recipient.id,
        SigningOrder.status.in_(("creating", "pending")),
    )
    orders = list(session.scalars(under_way))
    for order in orders:
        order.status = "cancelled"
        order.code = code
    return orders


def _tell_answered(session: Session, place: Place, now: datetime) -> None:
    history.append(
        session,
        place.request,
        EventKind.ANSWERED,
        now,
        dedupe=f"answered:{place.recipient.key}",
        data={"recipient": place.recipient.key},
    )


def _yes(language: str) -> str:
    return {"sv": "Ja"}.get(language, "Yes")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)


def _masked(mobile: str) -> str:
    return f"{mobile[:3]} {MASK} {mobile[-2:]}" if len(mobile) > 6 else ""
