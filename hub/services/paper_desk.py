"""Hands out page images, attachments and files, and keeps what this server saw being fetched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from hub.contracts.events import EventKind
from hub.contracts.requests import RequestState
from hub.engine.outbox import insert_new
from hub.kernel.ids import new_id
from hub.services import endings, file_names, former, history, news, offers, papers, places, proofs
from hub.services.core import Core
from hub.services.document_views import FileView, PageView
from hub.services.views import LinkInvalid, Look, NotReady
from hub.storage.models import Attachment, Document, DocumentPage, Recipient, Viewing

WEBP, PDF, ZIP = "image/webp", "application/pdf", "application/zip"
SIGNED, PROOF = "signed", "proof"


class PaperDesk:
    """Part of ``views.CustomerCases``."""

    _core: Core

    def page_image(
        self, token: str, document: str, version: int, number: int, look: Look
    ) -> FileView:
        """See ``CustomerCases.page_image``."""
        core = self._core
        with core.db.read() as rows:
            place = places.find_shown(self._core, rows, token)
            paper, page = _page(rows, place, document, version, number)
        content = core.workshop.blobs.get(place.request.workspace_id, page.sha256)
        subject = papers.page_subject(paper, number)
        again = self._saw(place.recipient, papers.PAGE, subject, page.sha256, look)
        name = f"{document}-{number}.webp"
        return FileView(name, WEBP, content, page.sha256, again)

    def page_text(self, token: str, document: str, version: int, number: int) -> str:
        """See ``CustomerCases.page_text``."""
        with self._core.db.read() as rows:
            place = places.find_shown(self._core, rows, token)
            return _page(rows, place, document, version, number, text=True)[1].text

    def former_pages(self, token: str, document: str, version: int) -> tuple[PageView, ...]:
        """See ``CustomerCases.former_pages``."""
        with self._core.db.read() as rows:
            place = places.find_shown(self._core, rows, token)
            found = former.pages(rows, place.request, document, version)
        if not found:
            raise LinkInvalid("there is no such version")
        return found

    def attachment(self, token: str, key: str, look: Look, *, original: bool) -> FileView:
        """See ``CustomerCases.attachment``."""
        core = self._core
        with core.db.read() as rows:
            place = places.find_shown(self._core, rows, token)
            found = rows.scalar(
                select(Attachment).where(
                    Attachment.request_id == place.request.id, Attachment.key == key
                )
            )
        if found is None or (found.shown_sha256 is None and not original):
            raise LinkInvalid("there is no such attachment")
        shown = found.sha256 if original else found.shown_sha256 or found.sha256
        content = core.workshop.blobs.get(place.request.workspace_id, shown)
        again = self._saw(place.recipient, papers.ATTACHMENT, key, shown, look)
        if original:
            self._downloaded(token, f"attachment:{key}", look)
        media_type = found.media_type if original else WEBP
        return FileView(found.file_name, media_type, content, shown, again)

    def download(self, token: str, what: str, look: Look) -> FileView:
        """See ``CustomerCases.download``."""
        core = self._core
        with core.db.read() as rows:
            place = places.find(self._core, rows, token)
            if not offers.signing(place.request).get("download", True) or place.in_person:
                raise LinkInvalid("nothing may be taken along")
            file = (
                _made(rows, place, what) if what in (SIGNED, PROOF) else _paper(rows, place, what)
            )
        name, media_type, sha256 = file
        content = core.workshop.blobs.get(place.request.workspace_id, sha256)
        self._downloaded(token, what, look)
        return FileView(name, media_type, content, sha256)

    def _saw(self, who: Recipient, kind: str, subject: str, sha256: str, look: Look) -> bool:
        """Whether it was once more; a robot's looks are kept apart."""
        now = self._core.clock.now()
        mine = {"kind": kind, "subject": subject[:80], "sha256": sha256, "robot": not look.person}

        def keep(rows: Session) -> bool:
            return _keep_viewing(rows, who, mine, now)

        return self._core.group.run(keep)

    def _downloaded(self, token: str, what: str, look: Look) -> None:
        """A person took a file along: its own event, with time (E5). One that was opened on the
        sender's own tablet is kept apart and owes neither steps nor news."""
        core = self._core
        if not look.person:
            return
        with core.db.write() as rows:
            place = places.find(self._core, rows, token)
            now = core.clock.now()
            key = f"downloaded:{place.recipient.key}:{what}:{int(now.timestamp())}"
            history.append(
                rows,
                place.request,
                EventKind.DOWNLOADED,
                now,
                dedupe=place.kept_apart(key),
                data={**place.whose, "what": what},
                personal={"ip": look.client.ip, "user_agent": look.client.user_agent[:300]},
            )
            if place.in_person:
                return
            about = {"recipient": place.recipient.key, "what": what}
            endings.owe_steps(core, rows, place.request, EventKind.DOWNLOADED.value, about=about)
            news.tell(core, rows, place.request, EventKind.DOWNLOADED.value, place.name)


def _page(
    rows: Session,
    place: places.Place,
    document: str,
    version: int,
    number: int,
    *,
    text: bool = False,
) -> tuple[Document, DocumentPage]:
    """A page of a document; without ``text`` that stays sealed."""
    query = select(Document, DocumentPage).join(
        DocumentPage, DocumentPage.document_id == Document.id
    )
    if not text:
        query = query.options(defer(DocumentPage.text, raiseload=True))
    found = rows.execute(
        query.where(
            Document.request_id == place.request.id,
            Document.key == document,
            Document.version == version,
            DocumentPage.number == number,
        )
    ).one_or_none()
    if found is None:
        raise LinkInvalid("there is no such page")
    return found.Document, found.DocumentPage


def _keep_viewing(rows: Session, who: Recipient, mine: dict[str, object], now: datetime) -> bool:
    row = {
        "id": new_id(),
        "workspace_id": who.workspace_id,
        "request_id": who.request_id,
        "recipient_id": who.id,
        **mine,
        "times": 1,
        "first_at": now,
        "last_at": now,
    }
    unique = ("recipient_id", "kind", "subject", "sha256", "robot")
    if insert_new(rows, Viewing, row, unique):
        return False
    same = [getattr(Viewing, name) == value for name, value in mine.items()]
    again = update(Viewing).where(Viewing.recipient_id == who.id, *same)
    rows.execute(again.values(times=Viewing.times + 1, last_at=now))
    return True


def _made(rows: Session, place: places.Place, what: str) -> tuple[str, str, str]:
    """The signed PDF or the proof."""
    if place.request.state != RequestState.COMPLETED:
        raise LinkInvalid("it is not signed by everybody")
    found = proofs.of_now(rows, place.request)
    if found is None:
        raise NotReady("evidence")
    if what == PROOF and place.public:
        raise LinkInvalid("it holds what not everybody may know")
    if what == SIGNED:
        return file_names.signed(place.request), PDF, found.pdf_sha256
    return file_names.proof(place.request), ZIP, found.bundle_sha256


def _paper(rows: Session, place: places.Place, key: str) -> tuple[str, str, str]:
    found = rows.scalar(
        select(Document).where(
            Document.request_id == place.request.id,
            Document.key == key,
            Document.current.is_(True),
        )
    )
    if found is None:
        raise LinkInvalid("there is no such document")
    return file_names.document(place.request, found), PDF, found.sha256
