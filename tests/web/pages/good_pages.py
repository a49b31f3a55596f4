"""What every page of a customer must be in a browser, and how the keyboard gets around in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.web.pages.axe import findings
from tests.web.pages.look import sideways


def good(page: Page, language: str) -> None:
    """Nothing for axe to find, nothing to scroll sideways for, in that language."""
    assert findings(page) == []
    assert not sideways(page)
    assert page.locator("html").get_attribute("lang") == language


def tab_to(page: Page, ident: str) -> None:
    """Press the tabulator until an element has the focus."""
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == ident:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"#{ident} cannot be reached")
