"""Every page with documents in every state, as steps on a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hub.contracts.requests import RequestState
from hub.contracts.steps import Wait
from hub.kernel.errors import Unfit
from hub.services.document_views import EnclosedView, RemarkView
from hub.services.views import SigningStatus
from tests.web.pages.conftest import BASE
from tests.web.pages.fakes import new_offer
from tests.web.pages.offer import ALICE, AT, BOB, INK

LONG = "Wolfeschlegelsteinhausenbergerdorff الأندلسية 👩‍🔧 " * 5
Act = Callable[[Any], None]


def on_offer(stage: Any, **papers: Any) -> None:
    """The case becomes an offer in the language of the scene."""
    new = new_offer(language=stage.cases.case.language)
    stage.cases.case, stage.cases.title = new.case, new.title
    stage.cases.set_papers(**papers)


def read_all(stage: Any) -> None:
    """Everything has been looked at."""
    attachments = tuple(replace(one, seen=True) for one in stage.cases.papers.attachments)
    stage.cases.set_papers(unseen=(), attachments=attachments)


def show_all(page: Any) -> None:
    """Lazy pages are fetched for a picture."""
    page.evaluate("document.querySelectorAll('img[loading]').forEach(i => i.loading = 'eager')")
    page.evaluate("Promise.all([...document.images].map(one => one.decode()))")


def _document(stage: Any) -> None:
    on_offer(stage)
    stage.go(BASE)
    show_all(stage.page)


def _missing(stage: Any) -> None:
    on_offer(stage)
    stage.go(BASE)
    show_all(stage.page)
    stage.press("#act .button")


def _long(stage: Any) -> None:
    on_offer(stage)
    papers = stage.cases.papers
    me = replace(ALICE, name=LONG)
    document = replace(papers.documents[0], title=LONG)
    files = tuple(replace(one, title=LONG) for one in papers.attachments)
    lines = tuple(replace(one, text=LONG, unit="x" * 20) for one in papers.lines)
    stage.cases.set_papers(
        documents=(document,), attachments=files, lines=lines, people=(me, BOB), unseen=()
    )
    stage.cases.title = {"en": LONG, "sv": LONG}
    stage.go(BASE)
    show_all(stage.page)


def _bare(stage: Any) -> None:
    on_offer(stage)
    papers = stage.cases.papers
    offer = replace(papers.offer, remarks=False, forward=False, download=False)
    stage.cases.set_papers(
        attachments=(), lines=(), totals=None, people=(), remarks=(), offer=offer
    )
    stage.go(BASE)


def _remark_error(stage: Any) -> None:
    on_offer(stage)
    stage.go(BASE)
    show_all(stage.page)
    stage.press("#remarks .button")


def talk(stage: Any) -> None:
    """Messages with files, two of which are new."""
    on_offer(stage)
    photo = EnclosedView("f1", "Station-i-trädgården.jpg", 1_240_000, picture=True)
    long = EnclosedView("f2", "x" * 76 + ".pdf", 84_000, picture=False)
    stage.cases.set_papers(
        remarks=(
            RemarkView(True, "Does the new battery fit the old station?", AT, (photo,)),
            RemarkView(False, "Yes, it does. See the plan.", AT, (long,), new=True),
            RemarkView(False, "<script>alert(1)</script> & so on", AT, new=True),
        )
    )


def _talk(stage: Any) -> None:
    talk(stage)
    stage.go(BASE)
    show_all(stage.page)


def _talk_refused(stage: Any) -> None:
    talk(stage)
    stage.go(BASE)
    stage.cases.talk_trouble = Unfit("bad_type", field="files", name="invoice.exe")
    stage.page.fill("#text", "Here is the invoice.")
    exe = {"name": "invoice.exe", "mimeType": "application/pdf", "buffer": b"MZ"}
    stage.page.set_input_files("#files", exe)
    stage.press("#remarks .button")
    show_all(stage.page)


def _waiting(stage: Any) -> None:
    bob = replace(BOB, state="invited")
    on_offer(stage, act="wait", people=(bob, replace(ALICE, state="waiting")), unseen=())
    stage.go(BASE)
    show_all(stage.page)


def _reading(stage: Any) -> None:
    me = replace(ALICE, state="forwarded")
    bob = replace(BOB, state="invited")
    on_offer(stage, act="read", role="viewer", people=(bob, me), forwarded_to="Bob Berg")
    stage.go(BASE)
    show_all(stage.page)


def _approve(stage: Any) -> None:
    on_offer(stage, act="approve", role="approver", people=(replace(ALICE, role="approver"), BOB))
    read_all(stage)
    stage.go(BASE)
    show_all(stage.page)


def _approved(stage: Any) -> None:
    _approve(stage)
    stage.press("#act .button")
    show_all(stage.page)


def _attachment(stage: Any) -> None:
    on_offer(stage)
    stage.go(f"{BASE}/a/photo")


def _file(stage: Any) -> None:
    on_offer(stage)
    stage.go(f"{BASE}/a/manual")


def _text(stage: Any) -> None:
    on_offer(stage)
    stage.go(f"{BASE}/d/offer/text/1")


def _forward(stage: Any) -> None:
    on_offer(stage)
    stage.go(f"{BASE}/forward")


def _forward_error(stage: Any) -> None:
    _forward(stage)
    stage.page.fill("#name", "Bob Berg")
    stage.press(".bar .button")


def to_canvas(stage: Any, **offer: Any) -> None:
    """Read everything and be on the page to sign."""
    on_offer(stage)
    read_all(stage)
    stage.cases.set_papers(offer=replace(stage.cases.papers.offer, **offer))
    stage.go(BASE)
    stage.press("#act .button")


def _sign_here(stage: Any) -> None:
    to_canvas(stage)


def _sign_code(stage: Any) -> None:
    to_canvas(stage, code="sms", code_to="+46 70 *** ** 67")
    stage.page.click("[data-send-code]")
    stage.page.wait_for_function("document.querySelector('[data-told]').textContent !== ''")


def draw(page: Any) -> None:
    """A signature by real pointer events."""
    page.locator("canvas").evaluate("one => one.scrollIntoView({block: 'center'})")
    box = page.locator("canvas").bounding_box()
    left, top = box["x"], box["y"]
    page.mouse.move(left + 30, top + 80)
    page.mouse.down()
    for step in range(24):
        page.mouse.move(left + 30 + step * 10, top + 80 + (30 if step % 4 < 2 else -30))
    page.mouse.up()


def _checking(stage: Any) -> None:
    to_canvas(stage)
    stage.turn(SigningStatus.PENDING, "Checking the signature …", Wait({"en": "Wait"}))


def _mine_done(stage: Any) -> None:
    to_canvas(stage)
    draw(stage.page)
    stage.page.check("input[name=consent]")
    stage.press(".bar .button")
    show_all(stage.page)
    stage.page.wait_for_timeout(900)


def _all_done(stage: Any) -> None:
    on_offer(stage, files=("signed", "proof"))
    read_all(stage)
    people = (
        replace(ALICE, state="signed", at=AT, ink=INK),
        replace(BOB, state="signed", at=AT, ink=INK),
    )
    stage.cases.set_papers(people=people, act="done")
    stage.cases.finish(RequestState.COMPLETED)
    stage.go(BASE)
    show_all(stage.page)


def _preparing(stage: Any) -> None:
    _all_done(stage)
    alice = replace(ALICE, state="signed", at=AT, ink=INK)
    stage.cases.set_papers(files=(), people=(alice,))
    stage.go(BASE)
    show_all(stage.page)


def _file_preparing(stage: Any) -> None:
    on_offer(stage)
    stage.go(f"{BASE}/file/signed")


def _in_person(stage: Any) -> None:
    on_offer(stage, in_person=True, people=(ALICE,), remarks=())
    stage.go(BASE)
    show_all(stage.page)


def _locked(stage: Any) -> None:
    on_offer(stage, in_person=True, locked=True, act="done")
    stage.go(BASE)


SCENES: dict[str, Act] = {
    "document": _document,
    "document-missing": _missing,
    "document-long": _long,
    "document-bare": _bare,
    "remark-error": _remark_error,
    "talk": _talk,
    "talk-refused": _talk_refused,
    "document-waiting": _waiting,
    "document-forwarded": _reading,
    "approve": _approve,
    "approved": _approved,
    "attachment": _attachment,
    "attachment-file": _file,
    "document-text": _text,
    "forward": _forward,
    "forward-error": _forward_error,
    "sign-here": _sign_here,
    "sign-code": _sign_code,
    "sign-checking": _checking,
    "signed-waiting": _mine_done,
    "signed-all": _all_done,
    "signed-preparing": _preparing,
    "file-preparing": _file_preparing,
    "in-person": _in_person,
    "locked": _locked,
}
