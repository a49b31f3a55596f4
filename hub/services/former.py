"""Former versions of a request's documents: kept, readable, and signed by nobody any more."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.services import papers
from hub.services.document_views import FormerView, PageView
from hub.storage.models import Document, DocumentPage, Recipient, Request, Viewing


def versions(session: Session, request: Request) -> tuple[FormerView, ...]:
    """The former versions, newest first. A request whose papers were read once costs no question:
    it has none."""
    if int((request.plan or {}).get("papers_read", 1)) < 2:
        return ()
    mine = select(Document).where(Document.request_id == request.id)
    rows = list(session.scalars(mine.order_by(Document.key, Document.version)))
    replaced = {(one.key, one.version - 1): one.created_at for one in rows}
    found = [
        FormerView(one.key, one.version, one.title, one.created_at, replaced[one.key, one.version])
        for one in rows
        if one.current is None and (one.key, one.version) in replaced
    ]
    return tuple(sorted(found, key=lambda one: one.replaced_at, reverse=True))


def pages(session: Session, request: Request, key: str, version: int) -> tuple[PageView, ...]:
    """The measures of a former version's pages."""
    query = (
        select(DocumentPage.number, DocumentPage.width, DocumentPage.height)
        .join(Document, Document.id == DocumentPage.document_id)
        .where(Document.request_id == request.id, Document.key == key, Document.version == version)
    )
    return tuple(PageView(*row) for row in session.execute(query.order_by(DocumentPage.number)))


def is_news(session: Session, me: Recipient, found: papers.Papers) -> bool:
    """Whether this recipient has looked at a former version and not at all of the present one."""
    changed = [one for one in found.documents if one.version > 1]
    if not changed:
        return False
    query = select(Viewing.subject, Viewing.sha256).where(
        Viewing.recipient_id == me.id, Viewing.kind == papers.PAGE, Viewing.robot.is_(False)
    )
    seen = {(row.subject, row.sha256) for row in session.execute(query)}
    subjects = {subject.rpartition(":")[0] for subject, _ in seen}  # without the page's number
    for one in changed:
        before = {f"{one.key}:{version}" for version in range(1, one.version)}
        now = {(papers.page_subject(one, page.number), page.sha256) for page in found.pages_of(one)}
        if subjects & before and now - seen:
            return True
    return False
