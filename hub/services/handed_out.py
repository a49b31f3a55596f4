"""Files of a request as operators and upstreams get them: documents and attachments as they were
sent, the sealed PDF, the proof. They are not the customer's downloads and count as none."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.requests import RequestState
from hub.kernel.errors import NotFound, Refused
from hub.services import enclosures, file_names, proofs, turns
from hub.services.core import Core
from hub.services.document_views import FileView
from hub.services.views import NotReady
from hub.storage.models import Attachment, Delivery, Document, Evidence, Request

PDF, ZIP = "application/pdf", "application/zip"
SIGNED, PROOF = "signed", "proof"
_PREPARING = (RequestState.DRAFT, RequestState.PREPARING)


def made(
    core: Core, workspace_id: str, request_id: str, what: str, number: int | None = None
) -> FileView:
    """The sealed PDF (``SIGNED``) or the bundle (``PROOF``) of the present completion, or of the
    ``number``-th one. Raises ``NotFound``; ``NotReady`` while it is being made; ``Refused`` when
    making it was given up."""
    with core.db.read() as session:
        request = turns.own(session, workspace_id, request_id)
        found = _evidence(session, request, number)
    if what == SIGNED:
        name, media_type, sha256 = file_names.signed(request), PDF, found.pdf_sha256
    else:
        name, media_type, sha256 = file_names.proof(request), ZIP, found.bundle_sha256
    return FileView(name, media_type, core.workshop.blobs.get(workspace_id, sha256), sha256)


def document(
    core: Core, workspace_id: str, request_id: str, key: str, version: int | None = None
) -> FileView:
    """A document, in its current version or another one. Raises ``NotFound``; ``NotReady`` while
    the request's documents are being fetched."""
    with core.db.read() as session:
        request = turns.own(session, workspace_id, request_id)
        mine = select(Document).where(Document.request_id == request.id, Document.key == key)
        which = Document.current.is_(True) if version is None else Document.version == version
        found = session.scalar(mine.where(which))
        if found is None:
            raise _missing(session, request, key, version)
        name = file_names.document(request, found)
    content = core.workshop.blobs.get(workspace_id, found.sha256)
    return FileView(name, PDF, content, found.sha256)


def attachment(core: Core, workspace_id: str, request_id: str, key: str) -> FileView:
    """An attachment as it came. Raises ``NotFound``; ``NotReady`` while the request's documents are
    being fetched."""
    with core.db.read() as session:
        request = turns.own(session, workspace_id, request_id)
        mine = select(Attachment).where(Attachment.request_id == request.id, Attachment.key == key)
        found = session.scalar(mine)
        if found is None:
            raise _no_attachment(session, request, key)
        name = file_names.attachment(found)
    content = core.workshop.blobs.get(workspace_id, found.sha256)
    return FileView(name, found.media_type, content, found.sha256)


def _no_attachment(session: Session, request: Request, key: str) -> NotReady | NotFound:
    known = [one["key"] for one in request.plan.get("attachments", ())]
    if key in known and request.state in _PREPARING:
        return NotReady("documents")
    there = select(Attachment.key).where(Attachment.request_id == request.id)
    names = ", ".join(session.scalars(there.order_by(Attachment.position))) or "none"
    return NotFound(f"there is no attachment '{key[:40]}'; there are: {names}")


def enclosed(core: Core, workspace_id: str, request_id: str, file_id: str) -> FileView:
    """A file that came with a message. Raises ``NotFound``."""
    found = enclosures.one_of(core, workspace_id, request_id, file_id)
    content = core.workshop.blobs.get(workspace_id, found.sha256)
    return FileView(found.name, found.media_type, content, found.sha256)


def _evidence(session: Session, request: Request, number: int | None) -> Evidence:
    mine = select(Evidence).where(Evidence.request_id == request.id)
    if number is not None:
        found = session.scalar(mine.where(Evidence.number == number))
        if found is None:
            raise NotFound(f"there is no proof number {number}", code="no_such_proof")
        return found
    if request.state != RequestState.COMPLETED:
        raise NotFound(f"nothing is sealed: the request is {request.state}", code="not_signed")
    found = proofs.of_now(session, request)
    if found is not None:
        return found
    key = f"{request.id}:evidence:{proofs.number(request)}"
    query = select(Delivery).where(
        Delivery.workspace_id == request.workspace_id, Delivery.key == key
    )
    owed = session.scalar(query)
    if owed is not None and owed.state in ("gave_up", "discarded"):
        raise Refused(
            f"the proof could not be made ({owed.error_code}): replay the delivery {owed.id}",
            code="proof_given_up",
        )
    raise NotReady("evidence")


def _missing(
    session: Session, request: Request, key: str, version: int | None
) -> NotReady | NotFound:
    """That a document is not there, or not yet."""
    known = [one["key"] for one in request.plan.get("documents", ())]
    there = select(Document.id).where(Document.request_id == request.id).limit(1)
    if key in known and request.state in _PREPARING and session.scalar(there) is None:
        return NotReady("documents")
    which = "" if version is None else f" in version {version}"
    names = ", ".join(known) or "none"
    return NotFound(f"there is no document '{key[:40]}'{which}; there are: {names}")
