"""The part of ``FakeCases`` that deals with documents, lines, people, remarks and the canvas."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hub.contracts.requests import ClientContext, RequestState
from hub.kernel.errors import Refused, Unfit
from hub.services.document_views import (
    CodeView,
    EnclosedView,
    FileView,
    GivenFile,
    PageView,
    PapersView,
    PersonView,
    RemarkView,
    TotalsView,
)
from hub.services.views import CaseView, LinkInvalid, Look, NotReady, SigningStatus, SigningView
from tests.web.pages.offer import AT, INK, page_picture, photo, tag, totals
from tests.web.pages.offer import WORDS as WRITTEN

CODE = "123456"
# A provider brings its own words.
WORDS = {
    "name_missing": {"en": "Write your name.", "sv": "Skriv ditt namn."},
    "ink_missing": {"en": "Draw your signature in the field.", "sv": "Rita din underskrift."},
}


class FakePapers:
    """Documents and what is done with them, in memory."""

    case: CaseView
    orders: dict[str, Any]
    texts: dict[int, str]  # of pages that say something else
    enclosures: dict[str, GivenFile]
    talk_trouble: Exception | None

    def _check(self, token: str) -> None:
        raise NotImplementedError

    def _change(self, token: str) -> None:
        raise NotImplementedError

    def _order(self, order_id: str, session: str) -> Any:
        raise NotImplementedError

    def finish(self, state: RequestState) -> None:
        raise NotImplementedError

    @property
    def papers(self) -> PapersView:
        return self.case.papers

    def set_papers(self, **changes: Any) -> None:
        """What tests change about the papers."""
        self.case = replace(self.case, papers=replace(self.papers, **changes))

    def choose_lines(self, token: str, chosen: Collection[str]) -> TotalsView | None:
        self._change(token)
        if set(chosen) - {one.id for one in self.papers.lines if one.optional}:
            raise Refused("no such line")
        lines = tuple(
            replace(one, chosen=one.id in chosen or not one.optional) for one in self.papers.lines
        )
        self.set_papers(lines=lines, totals=totals(lines))
        return self.papers.totals

    def page_image(
        self, token: str, document: str, version: int, number: int, look: Look
    ) -> FileView:
        self._check(token)
        known = {one.key: one for one in self.papers.documents}
        found = known.get(document)
        if found is None or version != found.version or not 1 <= number <= len(found.pages):
            raise LinkInvalid
        self._seen(f"{document}:{number}", look)
        content = page_picture(number)
        return FileView(f"{document}-{number}.webp", "image/webp", content, tag(content))

    def page_text(self, token: str, document: str, version: int, number: int) -> str:
        self._check(token)
        known = {one.key: one for one in self.papers.documents}
        found = known.get(document)
        if found is None or version != found.version or not 1 <= number <= len(found.pages):
            raise LinkInvalid
        return self.texts.get(number, WRITTEN)

    def former_pages(self, token: str, document: str, version: int) -> tuple[PageView, ...]:
        self._check(token)
        return (PageView(1, 1240, 1754),)

    def attachment(self, token: str, key: str, look: Look, *, original: bool) -> FileView:
        self._check(token)
        found = {one.key: one for one in self.papers.attachments}.get(key)
        if found is None or not (original or found.picture):
            raise LinkInvalid
        self._seen(key, look)
        if original:
            return FileView(found.file_name, found.media_type, b"as it came", tag(b"as it came"))
        return FileView(f"{key}.webp", "image/webp", photo(), tag(photo()))

    def download(self, token: str, what: str, look: Look) -> FileView:
        self._check(token)
        if what in ("signed", "proof") and what not in self.papers.files:
            raise NotReady(what)
        names = {"signed": "Offert åäö 4711.pdf", "proof": "proof.zip", "offer": "Offer 4711.pdf"}
        if what not in names:
            raise LinkInvalid
        content = f"%PDF {what}".encode()
        return FileView(names[what], "application/pdf", content, tag(content))

    def sign_here(
        self,
        token: str,
        order_id: str,
        session: str,
        answer: Mapping[str, Any],
        client: ClientContext,
        language: str,
    ) -> SigningView:
        self._change(token)
        order = self._order(order_id, session)
        if self.papers.unseen:
            raise NotReady("documents")
        for wrong, code, field in (
            (not answer["name"].strip(), "name_missing", "name"),
            (answer["method"] == "drawn" and not answer["ink"], "ink_missing", "ink"),
            (bool(self.papers.offer.consent) and not answer["consent"], "no_consent", "consent"),
            (bool(self.papers.offer.code) and answer["code"] != CODE, "wrong_code", "code"),
        ):
            if wrong:
                raise Unfit(code, words=WORDS.get(code), field=field)
        order.view = replace(order.view, status=SigningStatus.ACCEPTED, step=None)
        self.act("signed", INK if answer["method"] == "drawn" else "")
        return order.view  # type: ignore[no-any-return]

    def approve(self, token: str, client: ClientContext) -> None:
        self._change(token)
        if self.papers.unseen:
            raise NotReady("documents")
        self.act("approved")

    def send_code(self, token: str, session: str, purpose: str) -> CodeView:
        self._change(token)
        return CodeView("+46 70 *** ** 67", 60)

    def forward(
        self, token: str, session: str, data: Mapping[str, str], client: ClientContext
    ) -> None:
        self._change(token)
        if not data["name"]:
            raise Unfit("no_name", field="name")
        if not (data["email"] or data["mobile"]):
            raise Unfit("no_address", field="email")
        if data["code"] != CODE:
            raise Unfit("wrong_code", field="code")
        new = PersonView(data["name"], "signer", "invited")
        me = PersonView("Alice Andersson", "signer", "forwarded", me=True)
        rest = tuple(one for one in self.papers.people if not one.me)
        self.set_papers(people=(new, me, *rest), act="read", forwarded_to=data["name"])

    def remark(
        self, token: str, text: str, client: ClientContext, files: Sequence[GivenFile] = ()
    ) -> None:
        self._check(token)
        if self.talk_trouble is not None:
            raise self.talk_trouble
        if not text and not files:
            raise Unfit("empty", field="text")
        if len(text) > 2000:
            raise Unfit("too_long", field="text")
        if len(files) > 3:
            raise Unfit("too_many_files", field="files", limit=3)
        sent = tuple(
            EnclosedView(f"file-{number}", one.name, len(one.content), picture=False)
            for number, one in enumerate(files)
        )
        self.enclosures |= {one.id: file for one, file in zip(sent, files, strict=True)}
        self.set_papers(remarks=(*self.papers.remarks, RemarkView(True, text, AT, sent)))

    def read_remarks(self, token: str) -> None:
        self._check(token)
        self.set_papers(remarks=tuple(replace(one, new=False) for one in self.papers.remarks))

    def enclosed(self, token: str, file_id: str) -> FileView:
        self._check(token)
        found = self.enclosures.get(file_id)
        if found is None:
            raise LinkInvalid
        return FileView(found.name, "text/plain", found.content, tag(found.content))

    def act(self, state: str, ink: str = "") -> None:
        """The holder of the link has acted; the next one is asked, or all is done."""
        people, asked = [], False
        for one in self.papers.people:
            if one.me:
                people.append(replace(one, state=state, at=AT, ink=ink))
            elif one.state == "waiting" and not asked:
                people.append(replace(one, state="invited"))
                asked = True
            else:
                people.append(one)
        self.set_papers(people=tuple(people), act="done", locked=self.papers.in_person)
        if not asked:
            self.finish(RequestState.COMPLETED)

    def _seen(self, key: str, look: Look) -> None:
        if not look.person:
            return
        attachments = tuple(
            replace(one, seen=one.seen or one.key == key) for one in self.papers.attachments
        )
        unseen = tuple(one for one in self.papers.unseen if one != key)
        self.set_papers(attachments=attachments, unseen=unseen)
