"""In a real browser: the signing page's script, the story without any script, and axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.contracts.steps import ScanCode
from hub.services.views import SigningStatus
from tests.web.pages.axe import findings
from tests.web.pages.conftest import BASE
from tests.web.pages.paper_scenes import SCENES as PAPER_SCENES
from tests.web.pages.record_scenes import SCENES as RECORD_SCENES
from tests.web.pages.repair_form import CONTACT_ANSWERS
from tests.web.pages.scenes import SCENES as FORM_SCENES
from tests.web.pages.scenes import Stage, served

# The same templates with nothing new in them; ``look`` draws these too.
_ALIKE = {"approved", "document-forwarded", "document-missing", "signed-preparing", "sign-here"}
SCENES = {
    **FORM_SCENES,
    **RECORD_SCENES,
    **{k: act for k, act in PAPER_SCENES.items() if k not in _ALIKE},
}

# What can be tapped and is no part of a sentence.
SMALL = """() => [...document.querySelectorAll(
    "a, button:not([aria-hidden]), summary, select, input[type=text]")]
  .filter((one) => one.offsetParent && getComputedStyle(one).display !== "inline")
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 100))"""

pytestmark = pytest.mark.browser


def test_the_signing_page_follows_the_order_by_itself(page: Page) -> None:
    page.set_default_timeout(15_000)
    with served(page) as stage:
        stage.sign("other_device")
        code = page.locator(".code img")
        first = code.get_attribute("src")
        expect(code).not_to_have_attribute("src", str(first), timeout=15_000)
        stage.cases.turn(SigningStatus.PENDING, "Enter your code.", ScanCode({"en": "x"}))
        expect(page.locator("[data-message]")).to_have_text("Enter your code.", timeout=15_000)
        expect(code).to_be_hidden()
        stage.cases.turn(SigningStatus.ACCEPTED)
        page.wait_for_url(f"**{BASE}/done")
        expect(page.locator("h1")).to_have_text("Thank you, it is signed")


def test_a_lost_connection_is_said_and_survived(page: Page) -> None:
    with served(page) as stage:
        stage.sign("other_device")
        page.route("**/status", lambda route: route.abort())
        message = page.locator("[data-message]")
        expect(message).to_have_text("No connection. Trying again …", timeout=20_000)
        page.unroute("**/status")
        expect(message).to_have_text("Open the BankID app.", timeout=20_000)


def test_a_failed_order_shows_its_reason_without_a_click(page: Page) -> None:
    with served(page) as stage:
        stage.sign("this_device")
        stage.cases.turn(SigningStatus.FAILED, "You cancelled in the app.")
        expect(page.locator("h1")).to_have_text("It is not signed yet", timeout=15_000)
        assert "You cancelled in the app." in page.content()


def test_the_story_works_without_javascript(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    with served(context.new_page()) as stage:
        page = stage.page
        stage.go(BASE)
        stage.press("form .button")
        expect(page.locator("#email")).to_be_focused()
        for name in ("email", "street"):
            page.fill(f"#{name}", CONTACT_ANSWERS[name])
        stage.press("form .button")
        page.select_option("#kind", "mower")
        page.fill("#fault", "It stops.")
        page.check("#delivery")
        stage.press("form .button")
        stage.press("button[value=other_device]")
        assert "JavaScript is off" in page.content()
        stage.cases.turn(SigningStatus.ACCEPTED)
        stage.press("noscript a")
        assert page.url.endswith(f"{BASE}/done")
    context.close()


@pytest.mark.parametrize("scene", list(SCENES))
def test_axe_has_nothing_against_any_page(page: Page, scene: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    with served(page) as stage:
        SCENES[scene](stage)
        assert _faults(stage, "light") == []
        assert _faults(stage, "dark") == []


def _faults(stage: Stage, mode: str) -> list[str]:
    stage.page.emulate_media(color_scheme=mode)
    wide = stage.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    small = [f"too small to tap: {one}" for one in stage.page.evaluate(SMALL)]
    return findings(stage.page) + (["wider than the window"] if wide else []) + small
