"""Turns a request's papers, lines and people into what the customer's pages show."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.decisions import ACCEPTED
from hub.services import conversation, former, history, lines, offers, papers, proofs, turns
from hub.services.core import Core
from hub.services.document_views import (
    AttachmentView,
    DocumentView,
    LineView,
    PageView,
    PapersView,
    PersonView,
    TotalsView,
)
from hub.services.portal import words
from hub.services.portal.sharing import PUBLIC_KEY
from hub.storage.models import (
    Acceptance,
    Attachment,
    Recipient,
    Request,
    Viewing,
)

if TYPE_CHECKING:
    from hub.services.places import Place


def papers_view(
    core: Core, session: Session, place: Place, found: papers.Papers, language: str
) -> PapersView:
    """Everything beside the form that the holder of a link may see; ``found`` are the request's
    papers."""
    request, me = place.request, place.recipient
    accepted = _acceptances(session, request) if me.signed_at or _several(request) else {}
    open_now = history.is_open(request)
    act = _act(request, me)
    missing = papers.unseen(session, request, me.id, found) if act in ("sign", "approve") else []
    return PapersView(
        documents=tuple(_document(one, found) for one in found.documents),
        attachments=_attachments(session, me, found.attachments),
        lines=lines_view(request),
        totals=totals_view(request),
        people=tuple(_person(one, me, accepted, request, language) for one in request.recipients),
        remarks=conversation.of(session, request, me)
        if request.plan.get("signing", {}).get("remarks")
        else (),
        offer=offers.offer(core, request, me, language, open_now=open_now, public=place.public),
        role=me.role,
        act=act,
        unseen=tuple(missing),
        files=() if open_now else _files(session, place),
        may_choose=act in ("sign", "approve") and lines.may_choose(request, me),
        unsigned=lines.unsigned(request),
        forwarded_to=_forwarded_to(request, me),
        in_person=place.in_person,
        locked=place.locked,
        former=former.versions(session, request),
        is_news=act in ("sign", "approve") and former.is_news(session, me, found),
        stamp=papers.stamp(request, found),
    )


def totals_view(request: Request) -> TotalsView | None:
    """What the lines come to now; None without lines."""
    sums = papers.totals_of(request)
    if sums is None:
        return None
    taxes = tuple((one.rate, one.net, one.vat) for one in sums.rates)
    return TotalsView(sums.currency, sums.net, taxes, sums.gross)


def _act(request: Request, me: Recipient) -> str:
    if not history.is_open(request) or me.signed_at is not None:
        return "done"
    if me.role not in turns.ACTING or me.forwarded_at is not None:
        return "read"
    if not turns.may_act(request, me):
        return "wait"
    return "approve" if me.role == turns.APPROVER else "sign"


def _several(request: Request) -> bool:
    return len(request.recipients) > 1


def _forwarded_to(request: Request, me: Recipient) -> str:
    other = next((one for one in request.recipients if one.forwarded_from == me.id), None)
    return (other.contact.get("name") or "") if other is not None else ""


def _document(one: Any, found: papers.Papers) -> DocumentView:
    pages = tuple(PageView(page.number, page.width, page.height) for page in found.pages_of(one))
    return DocumentView(one.key, one.version, one.title, one.size, pages)


def _attachments(
    session: Session, me: Recipient, attached: tuple[Attachment, ...]
) -> tuple[AttachmentView, ...]:
    if not attached:
        return ()
    looked = select(Viewing.subject, Viewing.sha256).where(
        Viewing.recipient_id == me.id,
        Viewing.kind == papers.ATTACHMENT,
        Viewing.robot.is_(False),
    )
    seen = {(row.subject, row.sha256) for row in session.execute(looked)}
    return tuple(
        AttachmentView(
            key=one.key,
            title=one.title,
            file_name=one.file_name,
            media_type=one.media_type,
            size=one.size,
            picture=one.shown_sha256 is not None,
            must_view=one.must_view,
            seen=any((one.key, sha256) in seen for sha256 in papers.whole(one)),
            pages=one.pages,
        )
        for one in attached
    )


def lines_view(request: Request) -> tuple[LineView, ...]:
    """What is offered, as it is decided now."""
    sums = papers.totals_of(request)
    if sums is None:
        return ()
    amounts = {one.id: one.net for one in sums.lines}
    return tuple(
        LineView(
            id=line["id"],
            text=line["text"],
            quantity=Decimal(line["quantity"]),
            unit=line["unit"],
            price=Decimal(line["price"]),
            vat=Decimal(line["vat"]),
            amount=amounts[line["id"]],
            optional=line["optional"],
            chosen=decision == ACCEPTED,
        )
        for line, decision in lines.decided(request)
    )


def _person(
    one: Recipient,
    me: Recipient,
    accepted: Mapping[str, Acceptance],
    request: Request,
    language: str,
) -> PersonView:
    mine = accepted.get(one.id)
    signature = mine.signature if mine else {}
    called = words.anybody(language) if one.key == PUBLIC_KEY else one.contact.get("name")
    return PersonView(
        name=signature.get("name") or called or "",
        role=one.role,
        state=_person_state(one, request),
        me=one.id == me.id,
        at=one.signed_at,
        ink=signature.get("ink_svg", ""),
    )


def _person_state(one: Recipient, request: Request) -> str:
    if one.forwarded_at is not None:
        return "forwarded"
    if one.role not in turns.ACTING:
        return "reads"
    if one.signed_at is not None:
        return "approved" if one.role == turns.APPROVER else "signed"
    return "invited" if turns.may_act(request, one) else "waiting"


def _acceptances(session: Session, request: Request) -> dict[str, Acceptance]:
    query = select(Acceptance).where(
        Acceptance.request_id == request.id, Acceptance.current.is_(True)
    )
    return {one.recipient_id: one for one in session.scalars(query)}


def _files(session: Session, place: Place) -> tuple[str, ...]:
    """What can be taken along: nothing while it is being made. The proof, which holds the people's
    addresses and networks, is not for whoever has a public link."""
    if proofs.of_now(session, place.request) is None:
        return ()
    return ("signed",) if place.public else ("signed", "proof")
