"""What is written on a page travels when somebody wants to read it, and not before: the document's
page stays light, however dense the document is."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin

import lxml.html
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from hub.contracts.requests import RequestState
from tests.web.pages.axe import findings
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.paper_scenes import on_offer
from tests.web.pages.scenes import Stage, served

DENSE = "Torque 4.7 Nm, clearance 0.12 mm, part 4711-22-B. " * 1760  # 88 kB
MOST_BYTES, MOST_REQUESTS = 60_000, 12
TEXT = f"{BASE}/d/offer/1/2.txt"


@pytest.fixture
def cases() -> FakeCases:
    return new_offer()


def _dense(cases: FakeCases, pages: int) -> None:
    cases.case = replace(new_offer(pages).case)
    cases.texts.update({number + 1: f"{number + 1}: {DENSE}" for number in range(pages)})


def _weight(visitor: Browser, address: str) -> tuple[int, int]:
    """Bytes as they travel, and requests, up to the first page's image."""
    page = visitor.get(address, **{"Accept-Encoding": "gzip"})
    assert page.status_code == 200
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    loaded = [visitor.get(name, **{"Accept-Encoding": "gzip"}) for name in files]
    head = 400  # bytes of an answer's head
    sizes = [len(one.data) + head for one in (page, *loaded)]
    return sum(sizes), len(sizes) + 1  # and the redirect of the link


@pytest.mark.parametrize("pages", [2, 10, 100])
def test_dense_documents_are_as_light_as_others(
    visitor: Browser, cases: FakeCases, pages: int
) -> None:
    _dense(cases, pages)
    size, requests = _weight(visitor, f"{BASE}/document")
    assert size <= MOST_BYTES
    assert requests <= MOST_REQUESTS


def test_what_was_signed_is_light_as_well(visitor: Browser, cases: FakeCases) -> None:
    _dense(cases, 10)
    cases.finish(RequestState.COMPLETED)
    size, requests = _weight(visitor, BASE)
    assert size <= MOST_BYTES
    assert requests <= MOST_REQUESTS


def test_the_text_of_a_page_is_a_file_of_its_own(visitor: Browser, cases: FakeCases) -> None:
    _dense(cases, 10)
    packed = visitor.get(TEXT, **{"Accept-Encoding": "gzip"})
    assert len(packed.data) < len(DENSE) / 10
    assert gzip.decompress(packed.data).decode() == f"2: {DENSE}"
    assert packed.headers["Vary"] == "Accept-Encoding"
    plain = visitor.get(TEXT)
    assert plain.text == f"2: {DENSE}"
    assert plain.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in plain.headers


@pytest.mark.parametrize("path", ["offer/1/3.txt", "offer/2/1.txt", "other/1/1.txt"])
def test_a_text_that_is_not_there_looks_like_a_wrong_link(visitor: Browser, path: str) -> None:
    assert visitor.get(f"{BASE}/d/{path}").status_code == 404


def test_reading_the_words_is_not_seeing_the_page(visitor: Browser, cases: FakeCases) -> None:
    unseen = cases.papers.unseen
    visitor.get(TEXT)
    visitor.get(f"{BASE}/d/offer/text/2")
    assert cases.papers.unseen == unseen


def test_each_page_of_words_leads_to_the_ones_beside_it(visitor: Browser, cases: FakeCases) -> None:
    _dense(cases, 3)
    cases.texts[2] = ""
    page = lxml.html.fromstring(visitor.get(f"{BASE}/d/offer/text/2").text)
    assert "This page holds pictures only." in page.text_content()
    assert page.xpath("//nav[@class='turn']/a/@href") == [
        f"{BASE}/d/offer/text/3", f"{BASE}/d/offer/text/1",
    ]  # fmt: skip
    assert f"{BASE}#offer-2" in page.xpath("//main//a/@href")
    for path in ("offer/text/4", "offer/text/0", "other/text/1"):
        assert visitor.get(f"{BASE}/d/{path}").status_code == 404


def test_addresses_of_pages_hold_wherever_the_document_is_shown(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.finish(RequestState.COMPLETED)
    for place in (BASE, f"{BASE}/done"):
        page = lxml.html.fromstring(visitor.get(place).text)
        first = page.xpath("//figure/img/@src")[0]
        assert urljoin(place, first) == f"{BASE}/d/offer/1/1.webp"
        words = page.xpath("//figure//a[@data-words]/@href")[0]
        assert urljoin(place, words) == f"{BASE}/d/offer/text/1"


@pytest.fixture
def stage(page: Page) -> Iterator[Stage]:
    page.set_default_timeout(10_000)
    with served(page) as stage:
        on_offer(stage)
        stage.cases.texts[2] = ""
        yield stage


@pytest.mark.browser
def test_words_are_fetched_when_they_are_opened(stage: Stage) -> None:
    page, asked = stage.page, []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith(".txt") else None)
    stage.go(BASE)
    assert asked == []
    summary = page.locator("details.words summary").first
    summary.focus()
    page.keyboard.press("Enter")
    words = page.locator("details.words .text")
    expect(words.first).to_contain_text("serial number 4711-22")
    assert findings(page) == []
    summary.click()
    summary.click()
    expect(words.first).to_be_visible()
    assert [one.partition(BASE)[2] for one in asked] == ["/d/offer/1/1.txt"]
    page.locator("details.words summary").nth(1).click()
    expect(words.nth(1)).to_have_text("This page holds pictures only.")


@pytest.mark.browser
def test_where_words_cannot_be_fetched_a_link_leads_to_them(stage: Stage) -> None:
    page = stage.page
    page.route("**/*.txt", lambda route: route.abort())
    stage.go(BASE)
    page.locator("details.words summary").first.click()
    page.locator("details.words .text a").click()
    expect(page.locator("h2")).to_have_text("Page 1 of 2")
    expect(page.locator("main .text")).to_contain_text("serial number 4711-22")


@pytest.mark.browser
def test_words_are_read_without_javascript(browser: Chromium) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    with served(context.new_page()) as stage:
        on_offer(stage)
        stage.go(BASE)
        stage.press("#offer-2 a")
        expect(stage.page.locator("main .text")).to_contain_text("serial number 4711-22")
        stage.press(".turn a")
        expect(stage.page.locator("h2")).to_have_text("Page 1 of 2")
        stage.press(".aside a")
        assert stage.page.url.endswith("/document#offer-1")
    context.close()
