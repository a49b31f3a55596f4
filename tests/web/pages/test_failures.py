"""Wrong links, ended cases, broken forms: a friendly page with the right status."""

from __future__ import annotations

import pytest
from flask import Flask
from structlog.testing import capture_logs

from hub.contracts.requests import RequestState
from hub.kernel.errors import AuthenticationFailed
from tests.web.pages.conftest import BASE, DESKTOP, Browser
from tests.web.pages.fakes import TOKEN, FakeCases
from tests.web.pages.repair_form import CONTACT_ANSWERS

S = RequestState


@pytest.mark.parametrize(
    "path",
    [
        "/s/unknown",
        f"/s/{TOKEN}x",
        f"/s/{TOKEN[:-1]}",
        "/s/unknown/form/contact",
        "/s/unknown/review",
        "/s/unknown/sign/order-1",
        "/s/unknown/sign/order-1/status",
        "/s/unknown/return?n=1",
        "/s/unknown/decline",
        "/s/unknown/done",
        f"{BASE}/no/such/page",
        "/s/",
        "/s/unknown/%F0%9F%99%88",
    ],
)
def test_every_wrong_link_gives_the_same_page(visitor: Browser, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert "Nordic Garden Machines" not in answer.text
    assert "4711" not in answer.text


def test_wrong_and_withdrawn_links_cannot_be_told_apart(visitor: Browser) -> None:
    one, other = visitor.get("/s/one?lang=en"), visitor.get("/s/other?lang=en")
    assert one.text.replace("/s/one", "") == other.text.replace("/s/other", "")


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        (S.COMPLETED, 200, "This is already signed"),
        (S.SIGNED, 200, "This is already signed"),
        (S.DECLINED, 200, "You said no"),
        (S.EXPIRED, 410, "This link worked until 6 December 2026"),
        (S.CANCELLED, 410, "has withdrawn it"),
        (S.FAILED, 410, "This request is closed"),
    ],
)
def test_an_ended_case_says_how_and_whom_to_call(
    visitor: Browser, cases: FakeCases, state: RequestState, status: int, said: str
) -> None:
    visitor.fill_in()
    cases.finish(state)
    answer = visitor.get(BASE)
    assert answer.status_code == status
    assert said in answer.text
    assert "tel:08-12345678" in answer.text
    for path in ("review", "form/contact", "decline"):
        assert visitor.get(f"{BASE}/{path}").location == BASE


@pytest.mark.parametrize("token", ["", "wrong", "ä", None])
def test_a_form_without_this_session_s_token_is_not_accepted(
    visitor: Browser, cases: FakeCases, token: str | None
) -> None:
    visitor.get(f"{BASE}/form/contact")
    data = dict(CONTACT_ANSWERS) if token is None else {**CONTACT_ANSWERS, "csrf": token}
    answer = visitor.client.post(f"{BASE}/form/contact", data=data, headers={"User-Agent": DESKTOP})
    assert answer.status_code == 403
    assert "This page had become too old" in answer.text
    assert "Nordic Garden Machines" in answer.text
    assert f'href="{BASE}/form/contact"' in answer.text
    assert cases.case.saved_steps == ()


def test_a_token_of_another_session_is_not_accepted(app: Flask, cases: FakeCases) -> None:
    alice, bob = Browser(app.test_client()), Browser(app.test_client())
    bob.get(BASE)
    answer = bob.client.post(f"{BASE}/decline", data={"csrf": alice.token()})
    assert answer.status_code == 403
    assert cases.case.state is S.SENT


def test_too_much_is_refused_before_it_is_read(visitor: Browser, cases: FakeCases) -> None:
    answer = visitor.post(f"{BASE}/form/contact", {**CONTACT_ANSWERS, "name": "x" * 70_000})
    assert answer.status_code == 413
    assert "Please shorten your answer" in answer.text
    assert cases.case.saved_steps == ()


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_other_content_than_a_form_is_refused(visitor: Browser, kind: str) -> None:
    answer = visitor.client.post(f"{BASE}/decline", data=b"{}", content_type=kind)
    assert answer.status_code == 415
    assert "Please fill in the form" in answer.text


def test_a_paused_instance_looks_like_temporary_trouble(visitor: Browser, cases: FakeCases) -> None:
    visitor.fill_in()
    cases.trouble = AuthenticationFailed("certificate of bankid-main")
    answer = visitor.post(f"{BASE}/sign")
    assert answer.status_code == 503
    assert "bankid-main" not in answer.text


def test_an_unexpected_error_is_logged_and_shown_kindly(visitor: Browser, cases: FakeCases) -> None:
    visitor.fill_in()
    cases.trouble = KeyError("order_ref")
    with capture_logs() as logged:
        answer = visitor.post(f"{BASE}/sign")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "order_ref" not in answer.text
    assert [type(entry.get("exc_info")) for entry in logged] == [KeyError]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [BASE, f"{BASE}/review", "/s/unknown", "/s/", "/"])
def test_an_address_that_takes_nothing_answers_with_a_page(
    visitor: Browser, method: str, path: str
) -> None:
    answer = visitor.client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "We could not read that" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_not_even_an_error_forgets_the_headers(visitor: Browser) -> None:
    answer = visitor.get("/s/unknown")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
