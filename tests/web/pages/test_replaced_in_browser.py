"""A document that is replaced while somebody has it open, in a real browser: what the pages say, on
a telephone and on a desk, in Danish, French and Romanian."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from hub.sandbox.ports import calm_port
from tests.services.documents.made import pdf
from tests.services.portal.published_case import PublishedCase, paper
from tests.web.pages.axe import findings
from tests.web.pages.look import sideways

pytestmark = [pytest.mark.browser, pytest.mark.heavy]
REPLACED = {
    "da": "Dokumentet er erstattet",
    "fr": "Ce document a été remplacé",
    "ro": "Documentul a fost înlocuit",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A house behind a real server, with one offer that is shared."""
    folder, port = tmp_path_factory.mktemp("replaced"), calm_port()
    url = f"http://127.0.0.1:{port}"
    with capture_logs():
        case = PublishedCase(folder, f"sqlite:///{folder / 'paraph.db'}", url=url)
        case.trigger("button")
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
def test_a_document_is_replaced_while_it_is_open(page: Page, stage, language, width):
    case, url = stage
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{url}/s/{case.token()}?lang={language}")
    _read(page)
    _replace(case)
    page.locator("#act .button").click()
    page.wait_for_url("**/document?replaced=1")
    expect(page.locator("#replaced-title")).to_contain_text(REPLACED[language])
    _good(page, language, f"document-{language}-{width}")
    _read(page)
    page.locator("#act .button").click()
    page.wait_for_url("**/review")
    page.locator("button[name=flow]").first.click()
    page.wait_for_url("**/sign/*")
    _replace(case)
    page.reload()
    expect(page.locator("h1")).to_have_text(REPLACED[language])
    _good(page, language, f"void-{language}-{width}")
    page.locator(".bar .button").click()
    page.wait_for_url("**/document*")
    page.locator("[aria-labelledby=earlier-title] a").first.click()
    page.wait_for_url("**/earlier/offer/*")
    assert page.locator("form").count() == 0
    _read(page)
    _good(page, language, f"former-{language}-{width}")


def _replace(case: PublishedCase) -> None:
    """Another document each time: the upstream counts its pages up and down."""
    count = 1 + len(case.versions()) % 2
    case.record(paper=paper(pdf(count=count)))
    case.trigger("webhook")


def _read(page: Page) -> None:
    """Scroll to the end, so that every page was fetched."""
    for image in page.locator(".leaf img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)
        page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())


def _good(page: Page, language: str, name: str) -> None:
    assert findings(page) == []
    assert not sideways(page)
    assert page.locator("html").get_attribute("lang") == language
    if folder := os.environ.get("PARAPH_PICTURES"):  # to be looked at
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
