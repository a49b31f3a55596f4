"""The workshop's screen in a real browser, mounted as the sandbox mounts it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from playwright.sync_api import expect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.tools.ensure_browser import find_browser
from tests.web.pages.axe import findings

pytestmark = pytest.mark.browser

PATHS = ("/", "/quotes", "/customers/K10040", "/orders/VO1001", "/orders/VO1001/edit",
         "/lists/job-lines/active")  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, which asks nobody for anything."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": flags}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        return None


@pytest.fixture(scope="module")
def mounted(site):
    """The address under which the sandbox process shows it."""

    def nothing(environ, start_response):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b""]

    app = DispatcherMiddleware(nothing, {"/dynamics_nav": site.sandbox.wsgi()})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}/dynamics_nav"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_page_follows_what_the_hub_writes(page, nav, mounted):
    page.goto(f"{mounted}/orders/VO1001")
    page.get_by_label("Ny anteckning").fill("halvskriven")
    hub = nav.soap("SigningHub")
    hub.SetDigitalStatus("Order", "VO1001", "Seen", "", "ga-7", "https://portal.example/d/ga-7")
    hub.AddChatLine("Order", "VO1001", "Elsa Lindqvist", "Kan ni vänta?", nav.clock.now(), "")
    page.get_by_text("Kan ni vänta?").wait_for()
    assert page.locator("#digital-status").inner_text() == "Digitalt: läst"
    link = page.get_by_role("link", name="ga-7", exact=True)
    assert link.get_attribute("href") == "https://portal.example/d/ga-7"
    assert page.get_by_label("Ny anteckning").input_value() == "halvskriven"


def test_the_buttons_come_to_life_when_the_hub_has_told_their_addresses(page, nav, mounted):
    nav.sandbox.connect({})
    page.goto(f"{mounted}/orders/VO1001")
    send = page.get_by_role("button", name="Skicka för signering")
    expect(send).to_be_disabled()
    nav.sandbox.connect({"button.optional_sale": f"{mounted}/customers?q={{id}}"})
    expect(send).to_be_enabled()
    expect(page.get_by_text("inte lämnat sin adress")).to_have_count(0)


def test_a_person_chooses_kind_and_files_and_lands_at_the_hub(page, nav, mounted):
    nav.sandbox.connect({"button.optional_sale": f"{mounted}/customers?q={{id}}"})
    page.goto(f"{mounted}/orders/VO1001")
    page.get_by_role("radio", name="Tillval").check()
    card = page.locator("#files li", has_text="kniv.png")
    card.get_by_label("Skicka med").check()
    card.get_by_label("Måste ses").check()
    page.get_by_role("button", name="Skicka för signering").click()
    page.wait_for_url(f"{mounted}/customers?q=VO1001")
    files = nav.soap("DocumentAttachment").ReadMultiple(
        filter=[{"Field": "Must_View", "Criteria": "true"}], setSize=0
    )
    assert [file.File_Name for file in files] == ["sprucken-kapa.png", "kniv.png"]


@pytest.mark.parametrize("path", PATHS)
def test_a_screen_reader_finds_its_way(page, nav, mounted, path):
    nav.soap("SigningHub").SetDigitalStatus("Order", "VO1001", "Sent", "", "", "")
    page.goto(f"{mounted}{path}")
    assert findings(page) == []


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_stands_out_of_the_window(page, nav, mounted, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in PATHS:
        page.goto(f"{mounted}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


SMALL = """() => [...document.querySelectorAll(
    "main a, main button, main summary, main select, main .tick, main input[type=search], nav a")]
  .filter((one) => one.offsetParent && getComputedStyle(one).display !== "inline")
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)"""
CUT = """() => [...document.querySelectorAll(".scroll")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"""


@pytest.mark.parametrize("path", PATHS)
def test_on_a_phone_no_list_is_cut_off_and_all_can_be_tapped(page, nav, mounted, path):
    nav.soap("SigningHub").SetDigitalStatus("Order", "VO1001", "Sent", "", "", "")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{mounted}{path}")
    assert page.evaluate(CUT) == []
    assert page.evaluate(SMALL) == []
    for link in page.locator("td a, dd a").all():
        assert link.bounding_box()["height"] >= 44
