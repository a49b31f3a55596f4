"""A document that changes after it was sent (B1): what differs takes the former one's place, or is
refused, and the record upstream is told which. What somebody has signed is never replaced."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.mapping.people import in_language
from hub.services import change_words, endings, history, order_data, papers, step_context
from hub.services.core import Core
from hub.services.hosted import moving, rows
from hub.services.paper_sources import ReadyAttachment, ReadyDocument
from hub.services.portal.contact_news import CHANGED
from hub.services.renewing import Renewed
from hub.services.told import told_of
from hub.storage.models import Request

VOID = "documents_changed"  # why an order ended that would have signed the former version
SIGNED_ALREADY = "signed_already"
_IN_WORDS = (Reason.BAD_DOCUMENT, Reason.BAD_RECORD)  # the detail says why


def take_place(core: Core, session: Session, request: Request, key: str) -> None:
    """What is shown now has replaced what was sent: whatever would sign the former is void, also at
    a hosted provider. ``key`` names the change."""
    found = papers.papers_of(session, request, texts=False)
    told = {"documents": [{"key": one.key, "version": one.version} for one in found.documents]}
    if any(one.invited_at for one in request.recipients):  # else nobody has seen another one
        now, dedupe = core.clock.now(), f"replaced:{key}"
        history.append(session, request, EventKind.REPLACED, now, dedupe=dedupe, data=told)
        told_of(core, session, request, CHANGED)
        endings.owe_steps(core, session, request, EventKind.REPLACED.value)
    if request.plan.get(rows.ELSEWHERE):
        moving.replace(core, session, request, VOID)
    else:
        order_data.cancel_pending(session, request, VOID)


def refuse_signed(
    core: Core,
    session: Session,
    request: Request,
    documents: tuple[ReadyDocument, ...],
    attachments: tuple[ReadyAttachment, ...],
    renewed: Renewed | None,
) -> None:
    """The record has changed after somebody signed: what was signed stays. Nothing is told where
    nothing of what was signed differs."""
    changed = _content(documents, attachments, renewed)
    if changed == _shown(session, request, renewed):
        return
    words = in_language(change_words.SIGNED_ALREADY, step_context.user_language(request))
    _refuse(core, session, request, SIGNED_ALREADY, words, changed)


def refuse_unusable(
    core: Core, session: Session, request: Request, reason: Reason, detail: str | None
) -> None:
    """The changed document could not be prepared: what was sent still holds."""
    if not history.is_open(request):
        return
    language = step_context.user_language(request)
    why = detail if reason in _IN_WORDS and detail else in_language(REASON_TEXTS[reason], language)
    words = f"{in_language(change_words.UNUSABLE, language)} {why}"
    _refuse(core, session, request, reason.value, words, [reason.value, detail])


def _refuse(
    core: Core, session: Session, request: Request, reason: str, words: str, change: Any
) -> None:
    """Tell the record once of each change: what the hub writes there may be a change as well, and
    looked at again."""
    standing = papers.shown_hash(papers.shown(request, papers.papers_of(session, request)))
    what = sha256_hex(canonical_json([standing, change]))
    dedupe, data = f"change_refused:{what}", {"reason": reason}
    kind, now = EventKind.CHANGE_REFUSED, core.clock.now()
    if history.append(session, request, kind, now, dedupe=dedupe, data=data):
        about = {"reason": reason, "reason_text": words}
        endings.owe_steps(core, session, request, kind.value, about=about)


def _content(
    documents: tuple[ReadyDocument, ...],
    attachments: tuple[ReadyAttachment, ...],
    renewed: Renewed | None,
) -> dict[str, Any]:
    """What the record gives now, as ``_shown`` tells what was sent."""
    plan = renewed.plan if renewed is not None else {}
    return {
        "documents": sorted([one.key, one.title, one.blob["sha256"]] for one in documents),
        "attachments": sorted([one.key, one.title, one.blob["sha256"]] for one in attachments),
        "lines": [plan.get("lines"), plan.get("currency")],
    }


def _shown(session: Session, request: Request, renewed: Renewed | None) -> dict[str, Any]:
    found = papers.papers_of(session, request, texts=False)
    plan = request.plan if renewed is not None else {}
    return {
        "documents": sorted([one.key, one.title, one.sha256] for one in found.documents),
        "attachments": sorted([one.key, one.title, one.sha256] for one in found.attachments),
        "lines": [plan.get("lines"), plan.get("currency")],
    }
