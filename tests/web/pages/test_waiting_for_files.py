"""The page after the last signature waits for the signed PDF: by its script, or by a link."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import lxml.html
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from hub.contracts.requests import RequestState
from tests.web.pages.axe import findings
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.paper_scenes import SCENES
from tests.web.pages.scenes import Stage, served

MINUTES = 7
READY = "The signed PDF is ready."


@pytest.fixture
def cases() -> FakeCases:
    cases = new_offer()
    cases.finish(RequestState.COMPLETED)
    return cases


def test_the_script_is_told_which_files_are_there(visitor: Browser, cases: FakeCases) -> None:
    answer = visitor.get(f"{BASE}/files")
    assert (answer.json, answer.headers["Cache-Control"]) == ({"files": []}, "no-store")
    cases.set_papers(files=("signed", "proof"))
    assert visitor.get(f"{BASE}/files").json == {"files": ["signed", "proof"]}
    cases.set_papers(offer=replace(cases.papers.offer, download=False))
    assert visitor.get(f"{BASE}/files").json == {"files": []}
    assert cases.looked == []


def test_links_are_hidden_until_their_files_are_made(visitor: Browser, cases: FakeCases) -> None:
    page = lxml.html.fromstring(visitor.get(BASE).text)
    (waiting,) = page.xpath("//section[@data-waiting]")
    assert waiting.get("data-waiting") == f"{BASE}/files"
    assert waiting.xpath(".//*[@data-downloads]/@hidden") != []
    assert waiting.xpath(".//*[@role='status' and @aria-live='polite']") != []
    assert waiting.xpath(".//p[@data-again]/a/@href") == [BASE]
    cases.set_papers(files=("signed", "proof"))
    text = visitor.get(BASE).text
    page = lxml.html.fromstring(text)
    assert page.xpath("//*[@data-waiting or @hidden or @data-told]") == []
    assert len(page.xpath("//*[@data-file]")) == 2
    assert "done.js" not in text


def test_who_waits_for_others_does_not_ask(visitor: Browser, cases: FakeCases) -> None:
    cases.case = replace(cases.case, state=RequestState.SIGNED)
    text = visitor.get(BASE).text
    assert "data-waiting" not in text
    assert "done.js" not in text


@pytest.fixture
def stage(page: Page) -> Iterator[Stage]:
    page.set_default_timeout(10_000)
    with served(page) as stage:
        yield stage


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_signed_pdf_appears_by_itself(stage: Stage, width: int) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    SCENES["signed-preparing"](stage)
    link = page.get_by_role("link", name="Download the signed PDF")
    expect(page.locator("[data-told]")).to_contain_text("is being prepared")
    expect(page.locator("[data-again]")).to_be_hidden()
    expect(link).to_be_hidden()
    assert findings(page) == []
    before = page.url
    stage.cases.set_papers(files=("signed", "proof"))
    expect(link).to_be_visible()
    expect(page.get_by_role("link", name="Download the proof")).to_be_visible()
    expect(page.locator("[data-told]")).to_have_text(READY)
    assert findings(page) == []
    assert page.url == before
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "Offert åäö 4711.pdf"


@pytest.mark.browser
def test_the_pauses_grow_and_the_questions_end(stage: Stage) -> None:
    page, asked = stage.page, []
    page.clock.install()
    page.route("**/files", lambda route: (asked.append(route), route.abort()))
    SCENES["signed-preparing"](stage)
    at = []
    for second in range(MINUTES * 60):
        count = len(asked)
        page.clock.run_for(1000)
        page.evaluate("fetch('/static/icon.svg').then(one => one.status)")  # others come before
        at += [second] * (len(asked) - count)
    pauses = [later - one for one, later in itertools.pairwise(at)]
    assert pauses[0] <= 3
    assert max(pauses) <= 17
    assert sorted(pauses[:8]) == pauses[:8]
    assert 15 <= len(asked) <= 30
    assert at[-1] < (MINUTES - 1) * 60
    expect(page.locator("[data-told]")).to_contain_text("It takes longer than usual.")
    expect(page.locator("[data-again] a")).to_be_visible()


@pytest.mark.browser
def test_a_lost_connection_is_survived(stage: Stage) -> None:
    page, lost = stage.page, []
    page.route("**/files", lambda route: (lost.append(route), route.abort()))
    SCENES["signed-preparing"](stage)
    page.wait_for_timeout(1)
    while len(lost) < 1:
        page.wait_for_timeout(50)
    stage.cases.set_papers(files=("signed", "proof"))
    page.unroute("**/files")
    expect(page.get_by_role("link", name="Download the signed PDF")).to_be_visible()


@pytest.mark.browser
def test_without_javascript_a_link_loads_the_page_anew(browser: Chromium) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    with served(context.new_page()) as stage:
        stage.cases.case = replace(new_offer().case, language="en")
        stage.cases.finish(RequestState.COMPLETED)
        stage.go(BASE)
        stage.cases.set_papers(files=("signed", "proof"))
        stage.press("[data-again] a")
        expect(stage.page.get_by_role("link", name="Download the signed PDF")).to_be_visible()
    context.close()
