"""Style sheets and scripts: cached for ever under their hash, small, and free of cookies."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.web.pages.conftest import BASE, Browser

_FILE = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def test_files_are_kept_for_ever_under_their_present_hash(visitor: Browser) -> None:
    files = _FILE.findall(visitor.get(f"{BASE}/form/contact").text)
    assert any("pages.css?v=" in name for name in files)
    for name in files:
        answer = visitor.get(name)
        if "?v=" in name:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_old_or_invented_hash_is_not_kept_for_ever(visitor: Browser) -> None:
    answer = visitor.get("/static/pages.css?v=000000000000")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("accepted", ["", "gzip"])
def test_nothing_outside_the_folder_is_served(visitor: Browser, accepted: str) -> None:
    wrong = ("../__init__.py", "%2e%2e/__init__.py", "no-such.css", "%2e%2e/frontend/src/canvas.js")
    for name in (*wrong, "%2e%2e/static/pages.css"):
        answer = visitor.get(f"/static/{name}", **{"Accept-Encoding": accepted})
        assert answer.status_code == 404


def test_texts_travel_packed_where_the_browser_takes_that(visitor: Browser) -> None:
    files = _FILE.findall(visitor.get(f"{BASE}/form/contact").text)
    sheet = next(name for name in files if "pages.css?v=" in name)
    plain, packed = visitor.get(sheet), visitor.get(sheet, **{"Accept-Encoding": "gzip, br"})
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (
        None,
        "gzip",
    )
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.mimetype == plain.mimetype == "text/css"
    assert "immutable" in packed.headers["Cache-Control"]
    assert packed.headers["ETag"] != plain.headers["ETag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert visitor.get(sheet, **known).status_code == 304


def test_pages_with_secrets_in_them_are_not_packed(visitor: Browser) -> None:
    page = visitor.get(f"{BASE}/form/contact", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers


def test_a_whole_page_weighs_little(visitor: Browser) -> None:
    visitor.fill_in()
    page = visitor.get(f"{BASE}/review")
    files = _FILE.findall(page.text)
    weight = sum(
        len(gzip.compress(answer.data))
        for answer in (page, *(visitor.get(name) for name in files))
        if answer.status_code == 200
    )
    assert len(files) <= 6
    assert weight <= 20_000


def test_no_style_sheet_asks_another_server() -> None:
    folder = Path(__file__).parents[3] / "hub" / "web" / "static"
    for sheet in folder.glob("*.css"):
        assert "url(" not in sheet.read_text()
        assert "@import" not in sheet.read_text()
