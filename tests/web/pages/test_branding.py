"""A workspace's accent: kept where it can be read, bent where it nearly can, else left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.web
from hub.services.accents import READABLE, accent_hex, contrast, dark_theme, light_theme
from hub.web.pages.branding import stylesheet
from tests.web.pages.conftest import BASE, Browser

TOKENS = (Path(hub.web.__file__).parent / "static" / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")


def rgb(text: str) -> tuple[int, int, int]:
    digits = text.lstrip("#")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def token(css: str, name: str) -> tuple[int, int, int]:
    match = re.search(rf"--{name}: (#[0-9a-f]{{6}});", css)
    assert match, name
    return rgb(match.group(1))


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((9, 9, 9), (9, 9, 9)) == pytest.approx(1)


@pytest.mark.parametrize("css", [LIGHT, DARK])
@pytest.mark.parametrize("surface", ["paper", "surface", "sunk"])
def test_our_own_colours_can_be_read(css: str, surface: str) -> None:
    back = token(css, surface)
    assert contrast(token(css, "ink"), back) >= 7
    assert contrast(token(css, "soft"), back) >= 7
    for name in ("accent-default", "good", "bad", "warn"):
        assert contrast(token(css, name), back) >= READABLE
    assert contrast(token(css, "edge"), back) >= 3


@pytest.mark.parametrize("css", [LIGHT, DARK])
def test_coloured_areas_can_be_read(css: str) -> None:
    for name in ("good", "bad", "warn"):
        assert contrast(token(css, name), token(css, f"{name}-back")) >= READABLE
    assert contrast(token(css, "accent-default"), token(css, "on-accent-default")) >= READABLE


@given(st.integers(0, 0xFFFFFF))
def test_whatever_the_accent_is_it_can_be_read_or_is_left_out(number: int) -> None:
    digits = f"{number:06x}"
    for theme, css in ((light_theme(digits), LIGHT), (dark_theme(digits), DARK)):
        if theme is None:
            continue
        for surface in ("paper", "surface", "sunk"):
            assert contrast(rgb(theme.accent), token(css, surface)) >= READABLE
        assert contrast(rgb(theme.accent), rgb(theme.on_accent)) >= READABLE


def test_a_good_accent_stays_as_it_is() -> None:
    theme = light_theme("1f6f54")
    assert theme is not None
    assert (theme.accent, theme.on_accent) == ("#1f6f54", "#ffffff")


def test_white_is_no_accent_for_light_pages() -> None:
    assert light_theme("ffffff") is None
    assert stylesheet("ffffff").startswith("@media (prefers-color-scheme:dark)")


def test_black_gives_the_dark_default_back() -> None:
    assert dark_theme("000000") is None
    assert "var(--accent-default)" in stylesheet("000000")


@pytest.mark.parametrize("text", [None, "", "red", "#12345", "#1234567", "url(x)", "#12345g"])
def test_what_is_no_colour_is_left_out(text: str | None) -> None:
    assert accent_hex(text) is None


def test_the_theme_is_a_style_sheet_of_its_own(visitor: Browser) -> None:
    assert 'href="/static/theme/1f6f54.css"' in visitor.get(f"{BASE}/form/contact").text
    sheet = visitor.get("/static/theme/1f6f54.css")
    assert sheet.mimetype == "text/css"
    assert "--accent:#1f6f54" in sheet.text
    assert "immutable" in sheet.headers["Cache-Control"]
    assert visitor.get("/static/theme/body{}.css").status_code == 404
