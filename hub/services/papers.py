"""What a request shows to be signed: its documents with their pages, its attachments, its lines.

``shown`` is what F4 asks for: the canonical list of everything that was shown, with the hashes of
the bytes that this server handed out. Its own hash is inside what is signed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from hub.contracts.decisions import ACCEPTED
from hub.contracts.money import Totals, totals
from hub.engine.outbox import insert_new
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.kernel.ids import new_id
from hub.services import lines
from hub.storage.models import Attachment, Blob, Document, DocumentPage, Request, Viewing

PAGE, ATTACHMENT, DOWNLOAD = "page", "attachment", "download"  # kinds of viewings


@dataclass(frozen=True)
class Papers:
    """The current versions, in the order of the mapping; pages by document id."""

    documents: tuple[Document, ...] = ()
    pages: dict[str, tuple[DocumentPage, ...]] | None = None
    attachments: tuple[Attachment, ...] = ()

    def pages_of(self, document: Document) -> tuple[DocumentPage, ...]:
        """The pages of one document, first one first."""
        return (self.pages or {}).get(document.id, ())


def papers_of(session: Session, request: Request, *, texts: bool = True) -> Papers:
    """The papers of a request; one that has none costs no question. Without ``texts`` the pages'
    texts stay sealed: for transactions, which are to be short."""
    if not has_papers(request):
        return Papers()
    current = select(Document).where(Document.request_id == request.id, Document.current.is_(True))
    documents = tuple(session.scalars(current.order_by(Document.position)))
    attached = select(Attachment).where(Attachment.request_id == request.id)
    attachments = tuple(session.scalars(attached.order_by(Attachment.position)))
    return Papers(documents, _pages(session, documents, texts), attachments)


def has_papers(request: Request) -> bool:
    """Whether the mapping gives it documents or attachments."""
    plan = request.plan or {}
    return bool(plan.get("documents") or plan.get("attachments"))


def is_readable(request: Request) -> bool:
    """Whether there is something to read beside the form: papers, or lines alone."""
    return has_papers(request) or bool((request.plan or {}).get("lines"))


def shown(request: Request, papers: Papers) -> dict[str, Any]:
    """Everything that is shown before signing, as plain data in a fixed order."""
    sums = totals_of(request)
    return {
        "documents": [
            {
                "key": one.key,
                "version": one.version,
                "title": one.title,
                "sha256": one.sha256,
                "pages": [page.sha256 for page in papers.pages_of(one)],
            }
            for one in papers.documents
        ],
        "attachments": [
            {"key": one.key, "title": one.title, "sha256": one.sha256, "must_view": one.must_view}
            for one in papers.attachments
        ],
        "lines": [{**line, "decision": decision} for line, decision in lines.decided(request)],
        "totals": sums.data() if sums is not None else None,
    }


def shown_hash(what: dict[str, Any]) -> str:
    """What ties a signature to what was shown."""
    return sha256_hex(canonical_json(what))


def stamp(request: Request, papers: Papers) -> str:
    """Tells what is offered now from what was offered before, whatever of it is chosen."""
    offered = {**shown(request, papers), "lines": request.plan.get("lines", ()), "totals": None}
    return shown_hash(offered)[:16]


def totals_of(request: Request) -> Totals | None:
    """What the lines come to as they are decided now; None without lines."""
    offered = request.plan.get("lines", ())
    if not offered:
        return None
    accepted = {line["id"] for line, said in lines.decided(request) if said == ACCEPTED}
    return totals(offered, accepted, request.plan.get("currency", ""))


def page_subject(document: Document, number: int) -> str:
    """How viewings name a page of one version."""
    return f"{document.key}:{document.version}:{number}"


def unseen(session: Session, request: Request, recipient_id: str, papers: Papers) -> list[str]:
    """What this recipient must still fetch before signing: every page of every document, and the
    attachments that must be viewed. Only the very bytes that are current count."""
    if not papers.documents and not any(one.must_view for one in papers.attachments):
        return []
    query = select(Viewing.kind, Viewing.subject, Viewing.sha256).where(
        Viewing.request_id == request.id,
        Viewing.recipient_id == recipient_id,
        Viewing.robot.is_(False),
    )
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, subject, sha256 in session.execute(query):
        seen[kind, subject].add(sha256)
    missing = [
        f"{document.key}:{page.number}"
        for document in papers.documents
        for page in papers.pages_of(document)
        if page.sha256 not in seen[PAGE, page_subject(document, page.number)]
    ]
    return missing + [
        one.key
        for one in papers.attachments
        if one.must_view and not seen[ATTACHMENT, one.key] & whole(one)
    ]


def whole(attachment: Attachment) -> set[str]:
    """The hashes of the bytes of which any one shows all of an attachment: the file itself, and its
    picture unless there are more pages than that."""
    found = {attachment.sha256}
    if attachment.shown_sha256 is not None and attachment.pages <= 1:
        found.add(attachment.shown_sha256)
    return found


def keep_blob(session: Session, request: Request, blob: Mapping[str, Any], now: datetime) -> None:
    """The row of bytes that are stored."""
    values = {"id": new_id(), "workspace_id": request.workspace_id, "created_at": now, **blob}
    insert_new(session, Blob, values, ("workspace_id", "sha256"))


def _pages(
    session: Session, documents: tuple[Document, ...], texts: bool
) -> dict[str, tuple[DocumentPage, ...]]:
    found: dict[str, list[DocumentPage]] = defaultdict(list)
    ids = [one.id for one in documents]
    query = select(DocumentPage).where(DocumentPage.document_id.in_(ids))
    if not texts:
        query = query.options(defer(DocumentPage.text, raiseload=True))
    for page in session.scalars(query.order_by(DocumentPage.number)):
        found[page.document_id].append(page)
    return {key: tuple(pages) for key, pages in found.items()}
