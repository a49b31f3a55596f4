"""The customer's side of a request up to the signature: open the link, fill in, decline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext, RequestState
from hub.mapping.forms import FormSpec
from hub.registry import InstanceKey
from hub.services import (
    endings,
    history,
    in_hand,
    lines,
    news,
    paper_views,
    papers,
    turns,
    view_counts,
)
from hub.services.core import Core
from hub.services.document_views import PapersView, TotalsView
from hub.services.hosted import rows
from hub.services.masked import masked_mobile
from hub.services.order_data import cancel_pending
from hub.services.orders import withdraw_there
from hub.services.places import Place, find, find_unsigned, seen_state
from hub.services.signed_text import terms, visible_text
from hub.services.views import CaseClosed, CaseView, LinkInvalid, SenderView, StepResult
from hub.settings import WorkspaceSettings
from hub.storage.models import Request, SigningOrder

MAX_REASON = 1000


class Cases:
    """Opening, filling in and declining. Signing is in ``signing``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def view(self, token: str, language: str | None = None) -> CaseView:
        """The case behind a link, as its customer may see it."""
        with self._core.db.read() as session:
            place = find(self._core, session, token)
            mine = SigningOrder.recipient_id == place.recipient.id
            accepted = session.execute(
                select(SigningOrder.reference).where(mine, SigningOrder.status == "accepted")
            ).scalar()
            held = in_hand.held(session, place.request.id)
            language = language or place.recipient.language
            found = papers.papers_of(session, place.request, texts=False)
            seen = paper_views.papers_view(self._core, session, place, found, language)
            away = place.request.plan.get(rows.ELSEWHERE)
            row = rows.current(session, place.request.id) if away else None
        shown = papers.shown(place.request, found)
        view = self._view(place, token, language, accepted, held, seen, shown)
        if place.portal:
            key = self._core.workspace(place.request.workspace_id).key
            view = replace(view, portal="" if place.public else key, public=place.public)
        if row is None or (place.portal and place.recipient.role == turns.VIEWER):
            return view  # who reads from the portal has no page of their own at the provider
        return replace(view, elsewhere=True, address=rows.link(row, place.recipient))

    def opened(self, token: str, client: ClientContext) -> None:
        """A person looked at the page. Opening counts once for each recipient; where there is
        something to read, each visit is a view (E5). One on the sender's own tablet is kept apart
        and owes neither steps nor news."""
        core = self._core
        with core.db.read() as session:
            place = find(core, session, token)
            fresh = place.request.state in (RequestState.SENT, RequestState.PREPARING)
            several = len(place.request.recipients) > 1
            if not (fresh or several or papers.is_readable(place.request)):
                return
            looks = _looks(session, place, core.clock.now())
            if all(history.known(session, place.request, key) for _, key in looks):
                return  # who looks again on the same visit queues for no turn to write
        with core.db.write() as session:
            place = find(core, session, token)
            for kind, key in _looks(session, place, core.clock.now()):
                self._tell_looked(session, place, client, kind, key)

    def _tell_looked(
        self, session: Session, place: Place, client: ClientContext, kind: EventKind, key: str
    ) -> None:
        core = self._core
        new = history.append(
            session,
            place.request,
            kind,
            core.clock.now(),
            dedupe=key,
            data=place.whose,
            personal={"ip": client.ip, "user_agent": client.user_agent[:300]},
        )
        viewed = kind is EventKind.VIEWED
        if not new or (viewed and place.in_person):
            return
        about = {"recipient": place.recipient.key}
        endings.owe_steps(core, session, place.request, kind.value, about=about)
        if not place.in_person:
            news.tell(core, session, place.request, kind.value, place.name)

    def save_step(
        self, token: str, step: str, data: Mapping[str, str], language: str
    ) -> StepResult:
        """Check and keep one step's answers; saving ends everybody's orders that would sign older
        ones. Once somebody has signed them they stay."""
        core = self._core
        with core.db.write() as session:
            place = find_unsigned(core, session, token)
            if _is_signed(session, place.request):
                raise CaseClosed("somebody has signed the answers as they are")
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
            replaced = cancel_pending(session, place.request, "answers_changed")
            missing = [one.key for one in form.steps if one.key not in saved]
            if not missing:
                _tell_answered(session, place, core.clock.now())
        withdraw_there(core, replaced)
        return StepResult(next_step=missing[0] if missing else None)

    def choose_lines(self, token: str, chosen: Collection[str]) -> TotalsView | None:
        """See ``CustomerCases.choose_lines``: it ends everybody's orders that would sign another
        choice. Once somebody has signed or approved, the choice is made."""
        core = self._core
        with core.db.write() as session:
            place = find_unsigned(core, session, token)
            mine = lines.may_choose(place.request, place.recipient)
            if not mine or _is_signed(session, place.request):
                raise CaseClosed("somebody has signed or approved the lines as they are")
            lines.choose(place.request, chosen)
            replaced = cancel_pending(session, place.request, "lines_changed")
            come_to = paper_views.totals_view(place.request)
        withdraw_there(core, replaced)
        return come_to

    def decline(self, token: str, reason: str, client: ClientContext) -> None:
        """The customer says no; the upstream is told."""
        core = self._core
        with core.db.write() as session:
            place = find_unsigned(core, session, token)
            place.request.reason_detail = reason.strip()[:MAX_REASON] or None
            declined = endings.end(
                core,
                session,
                place.request,
                EventKind.DECLINED,
                "declined",
                data={"recipient": place.recipient.key, **place.told},
                personal={"reason": reason.strip()[:MAX_REASON], "ip": client.ip},
            )
            if not declined:
                raise CaseClosed("the request ended at the same moment")
            news.tell(core, session, place.request, "declined", place.name)
        core.wake()

    def _view(
        self,
        place: Place,
        token: str,
        language: str,
        reference: str | None,
        held: bool,
        seen: PapersView,
        shown: Mapping[str, Any],
    ) -> CaseView:
        core, request = self._core, place.request
        workspace, form = core.workspace(request.workspace_id), self._form(request)
        where = core.instance(request.workspace_id, request.provider)
        answers, state = request.answers, self._state(place, held)
        return CaseView(
            token=token,
            request_id=request.id,
            number=request.plan["number"] or request.source_id,
            title=request.title,
            state=state,
            language=language,
            sender=sender_view(workspace),
            form=form,
            answers={name: _text(value) for name, value in answers["values"].items()},
            saved_steps=tuple(answers["saved"]),
            terms=terms(workspace, request, language),
            visible_text=visible_text(core, place, shown) if _filled_in(form, answers) else None,
            provider_title=_spoken(core, where, language),
            zone=workspace.zone,
            expires_at=request.expires_at,
            recipient_name=place.name,
            recipient_mobile_masked=masked_mobile(place.recipient.contact.get("mobile") or ""),
            signed_at=place.recipient.signed_at,
            signed_by=_signed_by(place, seen),
            reason=request.reason_detail if state is RequestState.DECLINED else None,
            finished_at=request.finished_at,
            order_reference=reference,
            papers=seen,
            may_change=not held and not _has_signer(request),
        )

    def _state(self, place: Place, held: bool) -> RequestState:
        """Where it stands for this person; one whose time is over has ended, whatever its timer
        says in a moment."""
        over = self._core.clock.now() >= place.request.expires_at
        if history.is_open(place.request) and over and not held:
            return RequestState.EXPIRED
        return seen_state(place.request, place.recipient)

    def _form(self, request: Request) -> FormSpec | None:
        return self._core.shelf.known_form(request.form) if request.form else None


def _filled_in(form: FormSpec | None, answers: Mapping[str, Any]) -> bool:
    return form is None or all(step.key in answers["saved"] for step in form.steps)


def _signed_by(place: Place, seen: PapersView) -> str | None:
    if place.recipient.signed_at is None:
        return (place.request.signature or {}).get("name")
    return next((one.name for one in seen.people if one.me), None)


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


def _spoken(core: Core, where: InstanceKey, language: str) -> str:
    """What customers call the way of signing."""
    spoken = core.registry.plugin(where).spoken
    said = spoken.get(language) or spoken.get("en") or core.registry.manifest(where).title
    return str(said)


def _is_signed(session: Session, request: Request) -> bool:
    """Whether a signer's signature is here, judged or not: what it signs must stay."""
    return _has_signer(request) or in_hand.held(session, request.id)


def _has_signer(request: Request) -> bool:
    return any(one.signed_at for one in request.recipients if one.role == turns.SIGNER)


def _looks(session: Session, place: Place, now: datetime) -> list[tuple[EventKind, str]]:
    """What a look at the page is, and the keys under which it is kept."""
    looks = []
    if history.is_open(place.request) and not place.public:  # nobody knows who that was
        looks.append((EventKind.OPENED, endings.opening_of(place.request, place.recipient)))
    if papers.is_readable(place.request):
        visit = view_counts.new_visit(session, place, now)
        if visit is not None:
            looks.append((EventKind.VIEWED, place.kept_apart(visit)))
    return looks


def _tell_answered(session: Session, place: Place, now: datetime) -> None:
    history.append(
        session,
        place.request,
        EventKind.ANSWERED,
        now,
        dedupe=f"answered:{place.recipient.key}",
        data={"recipient": place.recipient.key},
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)
