"""E-mails in a real browser: nothing is wider than a telephone, and everything can be read, also
in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.services.mail_looks import MODES, WIDTHS, pages
from tests.web.pages.axe import findings
from tests.web.pages.look import sideways

pytestmark = [pytest.mark.browser, pytest.mark.heavy]


@pytest.fixture(scope="module")
def drawn():
    return pages()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_mails_fit_and_can_be_read(page: Page, drawn, width, mode):
    page.set_viewport_size({"width": width, "height": 600})
    page.emulate_media(color_scheme=mode)
    for name, shown in drawn.items():
        page.set_content(shown)
        assert not sideways(page), name
        for button in page.locator("a.button").all():  # a digest has none
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 48, name  # what a thumb hits
            assert box["x"] + box["width"] <= width, name
        assert page.locator("a.button").count() == (0 if "digest" in name else 1), name
        assert findings(page) == [], name
