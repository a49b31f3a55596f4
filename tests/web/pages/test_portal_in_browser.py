"""The portal in a real browser: nothing for axe to find, by keyboard alone, without JavaScript, on
a telephone and on a desk, in Danish, French and Romanian."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Browser, Page
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from hub.contracts.requests import ClientContext
from hub.sandbox.ports import calm_port
from tests.services.portal.portal_case import PortalCase
from tests.web.pages.good_pages import good, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
LONG = "Ventilation til produktionshallen med varmegenvinding og styring af fugt i alle rum"
FIRM = {"customer": "K1", "customer_name": "Bageriet Solsikken ApS"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A house behind a real server, with documents in several states."""
    folder, port = tmp_path_factory.mktemp("portal"), calm_port()
    url = f"http://127.0.0.1:{port}"
    with capture_logs():
        case = PortalCase(folder, f"sqlite:///{folder / 'paraph.db'}", url=url)
        first = case.share(number="T-1", name="Alice Andersen", **FIRM)
        case.share(number=LONG, name="Alice Andersen", **FIRM)
        case.share(number="T-3", name="Alice", customer="K2", customer_name="Andersen privat")
        token = case.core.links.customer_token(case.people(first)[0].id)
        case.house.customers.decline(token, "", ClientContext("192.0.2.7"))
        case.work()
        server = make_server("127.0.0.1", port, case.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield case, url
        server.shutdown()
        thread.join()
        server.server_close()
        case.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["da", "fr", "ro"])
def test_from_the_address_to_signing_out(page: Page, stage, language, width):
    case, url = stage
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{url}/p/alice/sign-in?lang={language}")
    good(page, language)
    page.fill("#address", "alice@")
    page.keyboard.press("Enter")
    page.wait_for_selector("#address-error")
    good(page, language)
    _sign_in(case, page)
    good(page, language)
    assert page.locator(".card").count() == 3
    for group in ("open", "ended", "archive"):
        page.goto(f"{url}/p/alice/?show={group}")
        good(page, language)
    page.goto(f"{url}/p/alice/")
    page.locator(".card").nth(1).click()
    page.wait_for_url("**/s/**")
    good(page, language)
    document = page.url
    page.locator(".back a").click()
    page.locator("form.out button").first.click()
    page.wait_for_url("**/sign-out")
    good(page, language)
    page.goto(document)
    good(page, language)
    assert page.locator(".card").count() == 0


def test_by_keyboard_alone(page: Page, stage):
    case, url = stage
    page.goto(f"{url}/p/alice/sign-in")
    tab_to(page, "address")
    page.keyboard.type("alice@example.com")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    case.work()
    tab_to(page, "code")
    page.keyboard.type(case.browser().code("alice@example.com"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".card")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "card":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/**")


def test_without_javascript(browser: Browser, stage):
    case, url = stage
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/p/alice/")
    _sign_in(case, page)
    page.locator(".card").first.click()
    page.wait_for_url("**/s/**")
    context.close()


def _sign_in(case: PortalCase, page: Page) -> None:
    case.clock.advance(case.again)
    page.fill("#address", "alice@example.com")
    page.locator(".bar .button").click()
    page.wait_for_selector("#code")
    case.work()
    page.fill("#code", case.browser().code("alice@example.com"))
    page.locator(".bar .button").click()
    page.wait_for_selector(".shelf")
