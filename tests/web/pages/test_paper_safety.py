"""Pages with documents: what strangers type is no markup, and every answer keeps the headers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.contracts.requests import RequestState
from hub.services.document_views import RemarkView
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.offer import ALICE, AT, BOB
from tests.web.pages.test_safety import NASTY

PLACES = ("document", "d/offer/text/1", "a/photo", "a/manual", "forward", "decline", "file/signed")
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def cases() -> FakeCases:
    return new_offer()


def _spoil(cases: FakeCases) -> None:
    """Everything that somebody else wrote is markup."""
    papers = cases.papers
    cases.texts[1] = NASTY
    page = papers.documents[0].pages[0]
    cases.set_papers(
        documents=(replace(papers.documents[0], title=NASTY, pages=(page,)),),
        attachments=tuple(replace(one, title=NASTY, file_name=NASTY) for one in papers.attachments),
        lines=tuple(replace(one, text=NASTY, unit=NASTY) for one in papers.lines),
        people=(replace(ALICE, name=NASTY, ink=SVG), replace(BOB, name=NASTY, state="invited")),
        remarks=(RemarkView(False, NASTY, AT),),
        offer=replace(papers.offer, consent=NASTY, code="sms", code_to=NASTY),
        unseen=(),
    )


def test_what_others_wrote_is_never_markup(visitor: Browser, cases: FakeCases) -> None:
    _spoil(cases)
    pages = [visitor.get(f"{BASE}/{place}").text for place in PLACES]
    data = {"lines": "shown", "line": ["battery", "cover"]}
    order = visitor.post(f"{BASE}/document", data).location
    pages += [visitor.get(order).text, visitor.post(order, {"name": NASTY}).text]
    pages.append(visitor.post(f"{BASE}/remark", {"text": NASTY + "x" * 2000}).text)
    pages.append(visitor.post(f"{BASE}/forward", {"name": NASTY}).text)
    cases.finish(RequestState.COMPLETED)
    pages.append(visitor.get(BASE).text)
    for text in pages:
        assert "<img src=x" not in text
        assert "<script>alert" not in text
    assert sum("&lt;script&gt;" in text for text in pages) >= 9


@pytest.mark.parametrize("place", PLACES)
def test_no_page_has_inline_style_or_script_and_each_has_the_headers(
    visitor: Browser, place: str
) -> None:
    answer = visitor.get(f"{BASE}/{place}")
    for inline in ("<style", " style=", " onclick=", "<script>", 'src="http'):
        assert inline not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_form_wants_this_session_s_token(visitor: Browser, cases: FakeCases) -> None:
    cases.set_papers(unseen=())
    headers = {"User-Agent": visitor.agent}
    for place in ("document", "lines", "remark", "forward", "sign/order-1", "sign/order-1/code"):
        answer = visitor.client.post(f"{BASE}/{place}", data={"text": "x"}, headers=headers)
        assert answer.status_code == 403
    assert cases.begun == []
    assert len(cases.papers.remarks) == 2
