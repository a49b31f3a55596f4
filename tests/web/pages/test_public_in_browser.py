"""A public link in a real browser: from the password to the document, by keyboard alone, without
JavaScript, on a telephone and on a desk, in Danish, French and Romanian."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from hub.sandbox.ports import calm_port
from hub.services.portal import public, words
from tests.services.portal.portal_case import PortalCase
from tests.services.portal.public_links import SECRET, SHARED, link_of
from tests.web.pages.good_pages import good, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.heavy]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A house behind a real server, with a public link that works and one whose time is over."""
    folder, port = tmp_path_factory.mktemp("public"), calm_port()
    url = f"http://127.0.0.1:{port}"
    with capture_logs():
        case = PortalCase(folder, f"sqlite:///{folder / 'paraph.db'}", url=url)
        over = case.share(number="T-1", **SHARED)
        case.later(days=15)  # it expires,
        case.later(days=61)  # and is removed from the portal
        link = case.share(number="T-2", **SHARED)
        server = make_server("127.0.0.1", port, case.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield case, url + link_of(case, link), url + link_of(case, over)
        server.shutdown()
        thread.join()
        server.server_close()
        case.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["da", "fr", "ro"])
def test_from_the_password_to_the_document(page: Page, stage, language, width):
    case, link, over = stage
    case.clock.advance(public.HOUR)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{link}?lang={language}")
    good(page, language)
    _look(page, f"ask-{language}-{width}")
    page.fill("#password", "wrong horse")
    page.locator(".bar .button").click()
    page.wait_for_selector("#password-error")
    good(page, language)
    _look(page, f"wrong-{language}-{width}")
    page.fill("#password", SECRET)
    page.locator(".bar .button").click()
    page.wait_for_url("**/s/**")
    page.wait_for_selector("main h1")
    good(page, language)
    assert page.locator(".back").count() == 0
    assert words.anybody(language) in page.locator(".people").inner_text()
    _look(page, f"read-{language}-{width}")
    place = page.url
    page.context.clear_cookies()
    page.goto(f"{place}?lang={language}")
    page.wait_for_selector(".ending")
    good(page, language)
    _look(page, f"over-{language}-{width}")
    page.goto(f"{over}?lang={language}")
    page.wait_for_selector(".ending")
    good(page, language)
    _look(page, f"gone-{language}-{width}")


def test_by_keyboard_alone(page: Page, stage):
    case, link, _ = stage
    case.clock.advance(timedelta(hours=1))
    page.goto(link)
    tab_to(page, "password")
    page.keyboard.type("wrong horse")
    page.keyboard.press("Enter")
    page.wait_for_selector("#password-error")
    assert page.evaluate("document.activeElement.id") == "password"
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/**")


def test_without_javascript(browser: Browser, stage):
    _, link, _ = stage
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.fill("#password", SECRET)
    page.locator(".bar .button").click()
    page.wait_for_url("**/s/**")
    assert "T-2" in page.locator("body").inner_text()
    context.close()


def _look(page: Page, name: str) -> None:
    """A picture to look at, where a folder for them is named."""
    folder = os.environ.get("PARAPH_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"public-{name}.png", full_page=True)
