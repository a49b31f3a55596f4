"""The album that every journey relies on finds what is wrong with a page's looks."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.album import Album
from tests.journeys.conftest import DEVICES

HEAD = """<!doctype html><html lang="en"><title>x</title>
<meta name="viewport" content="width=device-width">"""
WIDE = f'{HEAD}<main><h1>x</h1><p style="width: 900px">wide</p></main>'
DARK = "<style>@media (prefers-color-scheme: dark) { p { color: #eee } }</style>"
PALE = f"{HEAD}{DARK}<main><h1>x</h1><p>pale</p></main>"


@pytest.mark.parametrize("device", ["phone", "computer"])
def test_a_page_that_is_wider_than_a_window_is_found_on_every_device(
    browser: Browser, device: str
) -> None:
    assert _looked_at(browser, WIDE, DEVICES[device]) == [
        "page is 908 px wide on 390 px",
        "page is 908 px wide on 820 px",
    ]


def test_words_that_cannot_be_read_in_the_dark_are_found(browser: Browser) -> None:
    assert _looked_at(browser, PALE, DEVICES["phone"]) == ["page, dark: color-contrast: ['p']"]


def _looked_at(browser: Browser, content: str, device: dict[str, Any]) -> list[str]:
    context = browser.new_context(**device)
    page = context.new_page()
    page.set_content(content)
    album = Album("album", None)
    album.look(page, "page")
    assert page.viewport_size == device["viewport"]
    context.close()
    return album.faults
