"""Where somebody chooses what to be told, in a real browser: nothing for axe to find, by keyboard
alone, without JavaScript, on a telephone and on a desk."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Browser, Page
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from hub.sandbox.ports import calm_port
from tests.services.portal.portal_case import MAPPING, PortalCase
from tests.services.portal.test_sharing import BOB, FIRM
from tests.web.pages.axe import findings
from tests.web.pages.look import sideways

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
OWNER = "bjorn.hammarskjold.oxenstierna@norrby.example"
NOTIFY = f"""\
  notify:
    email: {{value: {OWNER}}}
    mobile: {{value: "+4520123499"}}
    about: [invited, viewed, completed]
    ways: {{completed: sms, viewed: digest}}
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A house behind a real server; whose page is where."""
    folder, port = tmp_path_factory.mktemp("notices"), calm_port()
    url = f"http://127.0.0.1:{port}"
    text = MAPPING.replace("    archive_after", "    tell: [shared]\n    archive_after")
    text = text.replace("  recipient:\n", f"{NOTIFY}  recipient:\n")
    with capture_logs():
        case = PortalCase(folder, f"sqlite:///{folder / 'paraph.db'}", url=url, mapping=text)
        case.share(**FIRM, audience="customer", contacts=[BOB])
        server = make_server("127.0.0.1", port, case.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield {who: _page_of(case, who) for who in (OWNER, "bob@example.com")}
        server.shutdown()
        thread.join()
        server.server_close()
        case.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["da", "fr", "ro"])
def test_a_choice_is_made_and_all_is_stopped(page: Page, stage, language, width):
    page.set_viewport_size({"width": width, "height": 844})
    for who, event in ((OWNER, "viewed"), ("bob@example.com", "shared")):
        page.goto(f"{stage[who]}?lang={language}")
        _good(page, language)
        page.select_option(f"#{event}", "none")
        page.locator(".bar .button").click()
        page.wait_for_url("**done=saved")
        _good(page, language)
        assert page.locator(f"#{event}").input_value() == "none"
        page.locator("button[name=stop]").click()
        page.wait_for_url("**done=stopped")
        _good(page, language)
        values = page.locator("select").evaluate_all("all => all.map(one => one.value)")
        assert set(values) == {"none"}


def test_by_keyboard_alone(page: Page, stage):
    page.goto(f"{stage[OWNER]}?lang=en")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "declined":
            break
    page.keyboard.press("Home")  # by e-mail, at once
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "button":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**done=saved")
    assert page.locator("#declined").input_value() == "email"


def test_without_javascript(browser: Browser, stage):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(stage[OWNER])
    page.select_option("#failed", "sms")
    page.locator(".bar .button").click()
    page.wait_for_url("**done=saved")
    assert page.locator("#failed").input_value() == "sms"
    context.close()


def _page_of(case: PortalCase, who: str) -> str:
    return case.messages(who)[-1].unsubscribe.removesuffix("/unsubscribe")


def _good(page: Page, language: str) -> None:
    assert findings(page) == []
    assert not sideways(page)
    assert page.locator("html").get_attribute("lang") == language
