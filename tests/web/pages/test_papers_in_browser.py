"""Documents in a real browser: drawing, ticking, the keyboard alone, no script, every width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.services.views import SigningStatus
from tests.web.pages.conftest import BASE
from tests.web.pages.paper_scenes import SCENES, draw, on_offer, read_all, show_all
from tests.web.pages.scenes import Stage, served

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(page: Page) -> Iterator[Stage]:
    page.set_default_timeout(10_000)
    with served(page) as stage:
        on_offer(stage)
        yield stage


def _total(page: Page) -> Any:
    return page.locator(".totals [data-gross]")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1280, 800)])
def test_read_choose_look_and_sign_by_drawing(stage: Stage, width: int, height: int) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": height})
    stage.go(BASE)
    show_all(page)
    page.get_by_label("Winter cover").uncheck()
    expect(_total(page)).to_contain_text("5,026.56")
    expect(page.locator(".bar [data-gross]")).to_contain_text("5,026.56")
    stage.press("#act .button")
    expect(page.locator("#missing")).to_be_focused()
    stage.press("#missing a")
    page.wait_for_function("document.images[0].complete")
    stage.press(".bar .button")
    expect(page.locator(".pill.good")).to_be_visible()
    stage.press("#act .button")
    draw(page)
    page.check("input[name=consent]")
    stage.press("form .bar .button")
    expect(page.locator("h1")).to_have_text("Thank you, it is signed")
    expect(page.locator("img.ink")).to_be_visible()


def test_a_total_that_cannot_be_saved_says_so_and_leaves_the_button(stage: Stage) -> None:
    page = stage.page
    stage.go(BASE)
    expect(page.locator("[data-update]")).to_be_hidden()
    page.route("**/lines", lambda route: route.abort())
    page.get_by_label("Winter cover").uncheck()
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.unroute("**/lines")
    stage.press("[data-update] button")
    expect(_total(page)).to_contain_text("5,026.56")


def test_the_keyboard_is_enough(stage: Stage) -> None:
    page = stage.page
    read_all(stage)
    stage.go(BASE)
    page.get_by_label("Winter cover").focus()
    page.keyboard.press("Space")
    expect(_total(page)).to_contain_text("5,026.56")
    page.locator("#act .button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#name").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # typed instead of drawn
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you, it is signed")


def test_it_works_without_javascript(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    with served(context.new_page()) as stage:
        page = stage.page
        on_offer(stage)
        stage.go(BASE)
        page.get_by_label("Winter cover").uncheck()
        stage.press("[data-update] button")
        assert "The total is now 5,026.56" in page.inner_text("main").replace("\xa0", " ")
        read_all(stage)
        stage.press("#act .button")
        stage.press("form .bar .button")
        expect(page.locator("section.summary")).to_be_focused()
        page.check("input[name=consent]")
        stage.press("form .bar .button")
        expect(page.locator("h1")).to_have_text("Thank you, it is signed")
    context.close()


def test_the_page_that_waits_goes_on_by_itself_without_javascript(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    with served(context.new_page()) as stage:
        page = stage.page
        SCENES["sign-checking"](stage)
        expect(page.locator("noscript .note")).to_contain_text("You do not need to do anything")
        stage.cases.turn(SigningStatus.ACCEPTED)
        page.wait_for_url(f"**{BASE}/done")
    context.close()


def test_the_bar_leaves_the_end_of_the_page_free(stage: Stage) -> None:
    page = stage.page
    page.set_viewport_size({"width": 390, "height": 700})
    stage.go(BASE)
    show_all(page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    bar = page.locator(".bar").bounding_box()
    last = page.locator("#remarks .button").bounding_box()
    link = page.locator(".aside a").first.bounding_box()
    assert bar is not None
    assert last is not None
    assert link is not None
    assert last["y"] + last["height"] <= bar["y"] < bar["y"] + bar["height"] <= link["y"]
    assert page.locator(".bar .button").bounding_box()["height"] >= 48  # type: ignore[index]
