"""The list of what is shared with a visitor: newest first, page by page, by one index."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import Session, lazyload, load_only

from hub.contracts.requests import RequestState
from hub.kernel.errors import Unfit
from hub.services import reading
from hub.services.core import Core
from hub.services.hosted.rows import ELSEWHERE
from hub.services.portal.opening import recipient_of
from hub.services.portal.seeing import Visitor, visible
from hub.services.portal.sharing import holder_of
from hub.services.portal.views import ARCHIVE, FILTERS, Shelf, ShownDocument
from hub.storage.models import Recipient, Request, Share

PAGE = 20
_EACH = 50  # holders that are asked for one by one
_READ = (  # opening what is sealed takes longest: no record, no answers
    Request.title, Request.plan, Request.source_id, Request.state, Request.expires_at,
    Request.finished_at,
)  # fmt: skip
_SHOWN = tuple(
    state.value
    for state in (
        *(state for states in FILTERS.values() for state in states),
        RequestState.FAILED,  # nobody answered; what was never sent is not shared
    )
)


def shelf(
    core: Core, session: Session, who: Visitor, group: str | None = None, after: str | None = None
) -> Shelf:
    """A page of the list. ``group`` is a key of ``FILTERS``, or the archive; None is everything
    that is not in the archive. Raises ``Unfit`` for a group that there is none of."""
    if group is not None and group not in (*FILTERS, ARCHIVE):
        raise Unfit("bad_group", f"there is no such group: {', '.join((*FILTERS, ARCHIVE))}")
    now = core.clock.now()
    ids = _newest(session, who, (visible(who, now), *_narrowed(group, now)), after)
    shown = _documents(session, who, ids[:PAGE], now)
    customers = {one.customer for one in who.contacts}
    return Shelf(
        holder=_holder(who),
        language=who.contacts[0].language,
        documents=shown,
        more=ids[PAGE - 1] if len(ids) > PAGE else None,
        several_customers=len(customers) > 1,
    )


def _newest(
    session: Session,
    who: Visitor,
    tests: tuple[ColumnElement[bool], ...],
    after: str | None,
) -> list[str]:
    """The newest ids: of each holder so many as fill a page, by the index, and the newest of all
    these. Sorting whatever a large customer has would take longer than to show it."""
    behind = (Share.request_id < after,) if after is not None else ()

    def part(holder: ColumnElement[bool]) -> Select[str]:
        found = select(Share.request_id).join(Request, Request.id == Share.request_id)
        found = found.where(holder, *tests, *behind)
        return found.order_by(Share.request_id.desc()).limit(PAGE + 1)

    if len(who.holders) > _EACH:  # somebody of very many customers: a statement has an end
        query = part(Share.holder.in_(who.holders)).distinct()
        return list(session.scalars(query))
    parts = [part(Share.holder == one).subquery() for one in who.holders]
    found = union_all(*(select(one.c.request_id) for one in parts)).subquery()
    newest = select(found.c.request_id).distinct().order_by(found.c.request_id.desc())
    return list(session.scalars(newest.limit(PAGE + 1)))


def _narrowed(group: str | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    archived = Share.archive_at.is_not(None) & (Share.archive_at <= now)
    if group == ARCHIVE:
        return archived, Request.state.in_(_SHOWN)
    states = _SHOWN if group is None else [one.value for one in FILTERS[group]]
    return ~archived, Request.state.in_(states)


def _documents(
    session: Session, who: Visitor, ids: list[str], now: datetime
) -> tuple[ShownDocument, ...]:
    if not ids:
        return ()
    only = load_only(*_READ), lazyload(Request.recipients)
    query = select(Request).options(*only).where(Request.id.in_(ids))
    requests = {one.id: one for one in session.scalars(query)}
    mine = visible(who, now), Share.request_id.in_(ids)
    shares: dict[str, Any] = {
        one.request_id: one for one in session.scalars(select(Share).where(*mine))
    }
    names = _customer_names(who)
    talk = [one.id for one in requests.values() if _shows_talk(one)]
    unread = _unread(session, who, talk)
    return tuple(
        replace(_shown(requests[key], shares[key], names, now), unread=unread.get(key, 0))
        for key in ids
    )


def _shows_talk(request: Request) -> bool:
    """Whether the document's page shows what was written."""
    signing = request.plan.get("signing") or {}
    return bool(signing.get("remarks")) and not request.plan.get(ELSEWHERE)


def _unread(session: Session, who: Visitor, ids: list[str]) -> dict[str, int]:
    """How many messages wait for the visitor, by request: people are opened only where some do."""
    waiting = reading.unread_of_people(session, ids)
    if not waiting:
        return {}
    people: dict[str, list[Recipient]] = defaultdict(list)
    wanted = select(Recipient).where(Recipient.request_id.in_({key for key, _ in waiting}))
    for one in session.scalars(wanted):
        people[one.request_id].append(one)
    mine = {key: recipient_of(found, who) for key, found in people.items()}
    return {key: waiting.get((key, one.id), 0) for key, one in mine.items() if one is not None}


def _shown(request: Request, share: Share, names: dict[str, str], now: datetime) -> ShownDocument:
    return ShownDocument(
        request_id=request.id,
        title=request.title,
        number=request.plan["number"] or request.source_id,
        customer=names.get(share.holder, ""),
        state=RequestState(request.state),
        shared_at=share.created_at,
        expires_at=request.expires_at,
        finished_at=request.finished_at,
        archived=share.archive_at is not None and share.archive_at <= now,
    )


def _customer_names(who: Visitor) -> dict[str, str]:
    """Holder → the customer's name, for lists of somebody who stands for several."""
    names = {one.id: one.customer_name for one in who.contacts}
    return names | {holder_of(one.customer): one.customer_name for one in who.contacts}


def _holder(who: Visitor) -> str:
    return next((one.name for one in who.contacts if one.name), "")
