"""A link whose document is read and signed at a provider that keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.contracts.requests import RequestState
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer

THERE = "https://sign.example/v/abc?secret=1"


@pytest.fixture
def cases() -> FakeCases:
    return new_offer(elsewhere=True, address=THERE)


def test_the_link_leads_there_and_is_not_kept(visitor: Browser) -> None:
    answer = visitor.get(BASE)
    assert answer.status_code == 302
    assert answer.location == THERE
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["document", "review", "decline", "sign"])
def test_nothing_is_signed_or_declined_here(visitor: Browser, path: str) -> None:
    answer = visitor.get(f"{BASE}/{path}")
    assert answer.status_code in (302, 303, 404), answer.status
    assert THERE not in answer.text


def test_while_it_is_made_ready_there_the_page_says_so_and_looks_again(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.case = replace(cases.case, address="")
    answer = visitor.get(BASE)
    assert answer.status_code == 200
    assert "The file is being prepared" in answer.text
    assert 'http-equiv="refresh"' in answer.text


def test_when_it_is_over_the_page_says_how(visitor: Browser, cases: FakeCases) -> None:
    cases.case = replace(cases.case, state=RequestState.CANCELLED)
    answer = visitor.get(BASE)
    assert answer.status_code == 410
    assert "withdrawn" in answer.text
