"""The rows of a request's papers: documents with their versions and pages, attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.services import papers
from hub.services.paper_sources import ReadyAttachment, ReadyDocument, ReadyPage
from hub.storage.models import Attachment, Document, DocumentPage, Request


def keep(
    session: Session,
    request: Request,
    documents: tuple[ReadyDocument, ...],
    attachments: tuple[ReadyAttachment, ...],
    now: datetime,
) -> None:
    """The papers as they are now. What the record does not give any more is not shown any more;
    former versions of documents stay."""
    for one in documents:
        _keep_document(session, request, one, now)
    for other in attachments:
        _keep_attachment(session, request, other, now)
    left = update(Document).where(
        Document.request_id == request.id,
        Document.key.not_in([one.key for one in documents]),
    )
    session.execute(left.values(current=None))
    gone = delete(Attachment).where(
        Attachment.request_id == request.id,
        Attachment.key.not_in([one.key for one in attachments]),
    )
    session.execute(gone)
    session.flush()


def _keep_document(session: Session, request: Request, ready: ReadyDocument, now: datetime) -> None:
    """A version of a document, unless its bytes are there already."""
    mine = Document.request_id == request.id, Document.key == ready.key
    former = session.scalar(select(Document).where(*mine, Document.current.is_(True)))
    last = session.scalar(select(func.max(Document.version)).where(*mine)) or 0
    if former is not None and former.sha256 == ready.blob["sha256"]:
        former.title, former.position = ready.title, ready.position
        return
    if former is not None:
        session.execute(update(Document).where(Document.id == former.id).values(current=None))
    for blob in (ready.blob, *(page.blob for page in ready.pages)):
        papers.keep_blob(session, request, blob, now)
    document = Document(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        key=ready.key,
        version=last + 1,
        current=True,
        position=ready.position,
        title=ready.title,
        source=ready.source,
        sha256=ready.blob["sha256"],
        size=ready.blob["size"],
        pages=len(ready.pages),
        created_at=now,
    )
    session.add(document)
    session.flush()
    session.add_all(_page_row(document, page) for page in ready.pages)


def _page_row(document: Document, page: ReadyPage) -> DocumentPage:
    return DocumentPage(
        workspace_id=document.workspace_id,
        document_id=document.id,
        number=page.number,
        width=page.width,
        height=page.height,
        sha256=page.blob["sha256"],
        text=page.text,
    )


def _keep_attachment(
    session: Session, request: Request, ready: ReadyAttachment, now: datetime
) -> None:
    for blob in filter(None, (ready.blob, ready.shown)):
        papers.keep_blob(session, request, blob, now)
    values = {
        "position": ready.position,
        "title": ready.title,
        "file_name": ready.file_name,
        "media_type": ready.blob["media_type"],
        "sha256": ready.blob["sha256"],
        "shown_sha256": ready.shown["sha256"] if ready.shown else None,
        "pages": ready.pages,
        "size": ready.blob["size"],
        "must_view": ready.must_view,
    }
    known = session.scalar(
        select(Attachment).where(Attachment.request_id == request.id, Attachment.key == ready.key)
    )
    if known is None:
        place = {"workspace_id": request.workspace_id, "request_id": request.id}
        session.add(Attachment(**place, key=ready.key, created_at=now, **values))
        return
    for name, value in values.items():
        setattr(known, name, value)
