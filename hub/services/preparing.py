"""Fetches, makes, inspects and stores what a request is about, before anybody is invited.

The outgoing calls and the rendering happen with no transaction open; the rows that come of it, the
event and the first invitations are one commit. The same handler reads everything again while a
request is open: what differs becomes a new version, and the former one is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import Reason
from hub.engine.outbox import owe
from hub.engine.retry import UNEXPECTED
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import ConfigurationError, Refused
from hub.kernel.ids import new_id
from hub.services import (
    endings,
    history,
    in_hand,
    order_data,
    owed_kinds,
    paper_sources,
    papers,
    turns,
)
from hub.services.core import Core
from hub.services.paper_sources import ReadyAttachment, ReadyDocument, ReadyPage
from hub.storage.models import (
    Acceptance,
    Attachment,
    Delivery,
    Document,
    DocumentPage,
    Request,
)

KIND = owed_kinds.PREPARE


@dataclass(frozen=True)
class Ready:
    """Everything that was asked for, stored in the object store and not yet in the database."""

    documents: tuple[ReadyDocument, ...]
    attachments: tuple[ReadyAttachment, ...]


def owe_papers(core: Core, session: Session, request: Request, number: int = 1) -> None:
    """Owe the papers of a request; the ``number``-th time that they are read."""
    owe(
        session,
        workspace_id=request.workspace_id,
        request_id=request.id,
        entity=f"{request.id}:papers",
        kind=KIND,
        step=f"papers.{number}",
        destination=request.source_instance,
        payload={"number": number},
        key=f"{request.id}:papers:{number}",
        seq=number,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )


class PaperHandler(Handler):
    """Makes a request's papers ready."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Ready:
        """Fetch or typeset, inspect, render, store the bytes. Raises ``Unfit`` with what is wrong
        with a document."""
        core = self._core
        with core.db.read() as session:
            request = session.get_one(Request, work.request_id)
        if not history.is_open(request):
            raise Refused("nothing was prepared: the request is over", code="request_over")
        plan = request.plan
        source = paper_sources.Source(core, request)
        return Ready(
            tuple(starmap(source.document, enumerate(plan.get("documents", ()), 1))),
            tuple(starmap(source.attachment, enumerate(plan.get("attachments", ()), 1))),
        )

    def delivered(self, session: Session, work: Work, result: Ready) -> None:
        """Rows, event and invitations, in one commit."""
        core = self._core
        request = session.get_one(Request, work.request_id)
        again = work.payload["number"] > 1
        if not history.is_open(request) or _is_signed(session, request):
            return  # what was signed while they were read must stay what it was
        now = core.clock.now()
        fresh = [_keep_document(session, request, one, now) for one in result.documents]
        for other in result.attachments:
            fresh += _keep_attachment(session, request, other, now)
        if again and not any(fresh):
            return
        if not _tell(session, request, work, result, now):
            return  # done again by a replay
        endings.owe_steps(core, session, request, EventKind.PREPARED.value)
        if again:
            order_data.cancel_pending(session, request, "documents_changed")
        else:
            turns.invite(core, session, request)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """A first reading that fails ends the request, in words; a later one changes nothing."""
        if failure.code == "request_over":
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))
            return
        if work.payload["number"] > 1:
            return
        request = session.get_one(Request, work.request_id)
        reason = endings.giving_up(self._core, work)
        ours = failure.code in (UNEXPECTED, ConfigurationError.code)
        if (
            reason is not Reason.GAVE_UP and not ours
        ):  # what is refused at once is the paper's fault
            reason = Reason.BAD_DOCUMENT
        endings.fail(self._core, session, request, reason, detail=failure.detail)


def read_again(core: Core, workspace_id: str, request_id: str) -> int:
    """Have the papers of an open request read once more; the how many-th time that is. Raises
    ``NotFound``, and ``Refused`` when it is over, has no papers or somebody has signed already:
    what was signed must stay what it was."""
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        if not history.is_open(request) or not papers.has_papers(request):
            raise Refused("the request is over or has no documents", code="request_over")
        if _is_signed(session, request):
            raise Refused(
                "somebody has signed what is there: clear that acceptance, or begin a new request",
                code="signed_already",
            )
        number = int(request.plan.get("papers_read", 1)) + 1
        request.plan = {**request.plan, "papers_read": number}
        owe_papers(core, session, request, number)
    core.wake()
    return number


def _is_signed(session: Session, request: Request) -> bool:
    """Whether somebody's signature is here, judged or not."""
    signed = select(Acceptance.id).where(
        Acceptance.request_id == request.id, Acceptance.current.is_(True)
    )
    return session.scalar(signed.limit(1)) is not None or in_hand.held(session, request.id)


def _keep_document(session: Session, request: Request, ready: ReadyDocument, now: datetime) -> bool:
    """A version of a document; False when it is what is there already."""
    former = session.scalar(
        select(Document).where(
            Document.request_id == request.id,
            Document.key == ready.key,
            Document.current.is_(True),
        )
    )
    if former is not None and former.sha256 == ready.blob["sha256"]:
        return False
    if former is not None:
        session.execute(update(Document).where(Document.id == former.id).values(current=None))
    for blob in (ready.blob, *(page.blob for page in ready.pages)):
        papers.keep_blob(session, request, blob, now)
    document = Document(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        key=ready.key,
        version=former.version + 1 if former is not None else 1,
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
    return True


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
) -> list[bool]:
    """Whether it is another file than the one that was there."""
    for blob in filter(None, (ready.blob, ready.shown)):
        papers.keep_blob(session, request, blob, now)
    values = {
        "position": ready.position,
        "title": ready.title,
        "file_name": ready.file_name,
        "media_type": ready.blob["media_type"],
        "sha256": ready.blob["sha256"],
        "shown_sha256": ready.shown["sha256"] if ready.shown else None,
        "size": ready.blob["size"],
        "must_view": ready.must_view,
    }
    known = session.scalar(
        select(Attachment).where(Attachment.request_id == request.id, Attachment.key == ready.key)
    )
    if known is None:
        place = {"workspace_id": request.workspace_id, "request_id": request.id}
        session.add(Attachment(**place, key=ready.key, created_at=now, **values))
        return [True]
    other = known.sha256 != values["sha256"]
    for name, value in values.items():
        setattr(known, name, value)
    return [other]


def _tell(session: Session, request: Request, work: Work, ready: Ready, now: datetime) -> bool:
    data = {
        "documents": [
            {"key": one.key, "sha256": one.blob["sha256"], "pages": len(one.pages)}
            for one in ready.documents
        ],
        "attachments": [
            {"key": one.key, "sha256": one.blob["sha256"]} for one in ready.attachments
        ],
    }
    return history.append(session, request, EventKind.PREPARED, now, dedupe=work.key, data=data)
