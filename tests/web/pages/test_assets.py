"""Style sheets and scripts: cached for ever under their hash, small, and free of cookies."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

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


def test_nothing_outside_the_folder_is_served(visitor: Browser) -> None:
    for name in ("../__init__.py", "%2e%2e/__init__.py", "no-such.css"):
        assert visitor.get(f"/static/{name}").status_code == 404


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
