"""What the page shows once one's own part is done: who signed, what was signed, what is kept."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

import lxml.html
import pytest

from hub.contracts.requests import RequestState
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.offer import ALICE, AT, BOB, INK


@pytest.fixture
def cases() -> FakeCases:
    cases = new_offer()
    cases.set_papers(unseen=())
    return cases


def test_everybody_signed_shows_all_of_it_again(visitor: Browser, cases: FakeCases) -> None:
    people = tuple(replace(one, state="signed", at=AT, ink=INK) for one in (ALICE, BOB))
    cases.set_papers(people=people, act="done")
    cases.finish(RequestState.COMPLETED)
    page = visitor.get(BASE).text
    assert "This is already signed" in page
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "is being prepared" in page
    first = lxml.html.fromstring(page).xpath("//figure/img/@src")[0]
    assert urljoin(BASE, first) == f"{BASE}/d/offer/1/1.webp"
    cases.set_papers(files=("signed", "proof"))
    page = visitor.get(BASE).text
    assert f'href="{BASE}/file/signed"' in page
    assert f'href="{BASE}/file/proof"' in page


@pytest.mark.parametrize(
    ("title", "shown"), [("Mower", "Mower (4711)"), ("Offer 4711: Mower", "Offer 4711: Mower")]
)
def test_the_number_is_not_said_twice(
    visitor: Browser, cases: FakeCases, title: str, shown: str
) -> None:
    cases.title = {"en": title}
    cases.set_papers(people=(replace(ALICE, state="signed"),), documents=(), act="done")
    cases.finish(RequestState.COMPLETED)
    page = lxml.html.fromstring(visitor.get(BASE).text)
    assert page.xpath("//section[@class='answers']//dd/text()")[0] == shown


def test_who_signed_before_it_expired_learns_that_nothing_was_agreed(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.set_papers(people=(replace(ALICE, state="signed"), BOB), act="done")
    cases.finish(RequestState.EXPIRED)
    answer = visitor.get(BASE)
    assert answer.status_code == 410
    assert "Not everybody had signed" in answer.text
    assert "Nothing was signed" not in answer.text
