"""Messages with files in a real browser: by keyboard alone, without JavaScript, and what is typed
stays when a file is refused, also one that is far too large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.kernel.errors import Unfit
from tests.web.pages.axe import findings
from tests.web.pages.conftest import BASE
from tests.web.pages.look import sideways
from tests.web.pages.paper_scenes import talk
from tests.web.pages.scenes import Stage, served

pytestmark = pytest.mark.browser
TYPED = "Here is what I mean."
NOTE = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"Blue"}


@pytest.fixture
def stage(page: Page) -> Iterator[Stage]:
    page.set_default_timeout(10_000)
    with served(page) as stage:
        talk(stage)
        yield stage


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "da", "fr", "ro"])
def test_new_messages_and_a_refused_file_on_every_width(
    stage: Stage, language: str, width: int
) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 844})
    stage.go(f"{BASE}/document?lang={language}")
    expect(page.locator(".fresh-note a")).to_contain_text("2 ")
    expect(page.locator(".fresh")).to_have_count(2)
    _good(page)
    stage.cases.talk_trouble = Unfit("bad_type", field="files", name="x" * 76 + ".exe")
    _write(page, {**NOTE, "name": "x.exe"})
    stage.press("#remarks .button")
    expect(page.locator("#files")).to_be_focused()
    expect(page.locator("#text")).to_have_value(TYPED)
    expect(page.locator(".fresh")).to_have_count(0)
    _good(page)


def test_the_keyboard_sends_a_message_with_a_file_and_fetches_one(stage: Stage) -> None:
    page = stage.page
    stage.go(BASE)
    page.locator(".fresh-note a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#remarks")).to_be_focused()
    page.locator("#text").focus()
    page.keyboard.type(TYPED)
    page.keyboard.press("Tab")
    expect(page.locator("#files")).to_be_focused()
    page.set_input_files("#files", NOTE)
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    sent = page.locator(".remark").last
    expect(sent).to_contain_text(TYPED)
    with page.expect_download() as download:
        sent.get_by_role("link").focus()
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "note.txt"


def test_without_javascript_a_message_goes_and_a_film_is_refused_with_words(
    browser: Browser, tmp_path: Any
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(44_000_000))
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    with served(context.new_page()) as stage:
        page = stage.page
        talk(stage)
        stage.go(BASE)
        page.fill("#text", TYPED)
        page.set_input_files("#files", film)
        stage.press("#remarks .button")
        expect(page.locator("#files-error")).to_contain_text("too large together")
        expect(page.locator("#text")).to_have_value(TYPED)
        page.set_input_files("#files", NOTE)
        stage.press("#remarks .button")
        expect(page.locator(".remark").last).to_contain_text(TYPED)
        expect(page.locator(".remark").last.get_by_role("link")).to_contain_text("note.txt")
    context.close()


def _write(page: Page, file: Any) -> None:
    page.fill("#text", TYPED)
    page.set_input_files("#files", file)


def _good(page: Page) -> None:
    assert not sideways(page)
    assert findings(page) == []
