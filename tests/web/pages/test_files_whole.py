"""Files are given whole, since what was given counts as having been seen."""

from __future__ import annotations

import pytest

from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer


@pytest.fixture
def cases() -> FakeCases:
    return new_offer()


@pytest.mark.parametrize("asked", [{"Range": "bytes=0-0"}, {"If-None-Match": "*"}])
def test_who_asks_for_less_than_a_file_is_given_all_of_it(
    visitor: Browser, asked: dict[str, str]
) -> None:
    for path in ("d/offer/1/1.webp", "a/photo/picture", "a/photo/file"):
        whole = visitor.get(f"{BASE}/{path}")
        answer = visitor.get(f"{BASE}/{path}", **asked)
        assert (answer.status_code, answer.data) == (200, whole.data), path
        assert len(answer.data) > 1
