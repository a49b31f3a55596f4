"""Scanners, cookies, headers and what strangers type."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.services.views import SigningStatus
from tests.web.pages.conftest import BASE, BUTTON, DESKTOP, PHONE, Browser, make_app
from tests.web.pages.fake_buttons import FakeButtons
from tests.web.pages.fakes import TOKEN, FakeCases
from tests.web.pages.repair_form import CONTACT_ANSWERS

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.mark.parametrize("agent", [DESKTOP, PHONE])
def test_a_person_s_look_counts_as_opened(
    new_visitor: Callable[..., Browser], cases: FakeCases, agent: str
) -> None:
    new_visitor(agent).get(BASE)
    assert len(cases.looked) == 1


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.5.0",
        "python-requests/2.34",
        "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "WhatsApp/2.24",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (compatible; MSIE 9.0; Microsoft Office Outlook)",
        "Slackbot-LinkExpanding 1.0",
        "Mozilla/5.0 BarracudaCentral",
    ],
)
def test_scanners_and_previews_do_not_count(
    new_visitor: Callable[..., Browser], cases: FakeCases, agent: str
) -> None:
    assert new_visitor(agent).get(BASE).status_code == 302
    assert cases.looked == []


@pytest.mark.parametrize(
    "headers",
    [{"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"X-Purpose": "preview"}],
)
def test_fetching_ahead_does_not_count(
    visitor: Browser, cases: FakeCases, headers: dict[str, str]
) -> None:
    visitor.get(BASE, **headers)
    assert cases.looked == []


def test_head_changes_nothing(visitor: Browser, cases: FakeCases) -> None:
    answer = visitor.client.head(BASE, headers={"User-Agent": DESKTOP})
    assert answer.status_code == 302
    assert cases.looked == []


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(
    cases: FakeCases, buttons: FakeButtons
) -> None:
    app = make_app(cases, buttons, "https://sign.example.com")
    client = app.test_client()
    answer = client.get(f"{BASE}?lang=sv", base_url="https://sign.example.com")
    cookies = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {
        "__Host-paraph_session",
        "__Host-paraph_device",
        "__Host-paraph_language",
    }
    for line in cookies.values():
        for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert flag in line
    assert "Max-Age=34473600" in cookies["__Host-paraph_device"]
    assert "Max-Age" not in cookies["__Host-paraph_session"]


def test_a_session_id_that_is_not_ours_is_replaced(visitor: Browser) -> None:
    visitor.client.set_cookie("paraph_session", "chosen-by-somebody")
    visitor.get(BASE)
    cookie = visitor.client.get_cookie("paraph_session")
    assert cookie is not None
    assert len(cookie.value) == 43


def test_a_known_browser_gets_no_new_cookies(visitor: Browser) -> None:
    visitor.get(BASE)
    assert "Set-Cookie" not in visitor.get(BASE).headers


@pytest.mark.parametrize(
    "path", [BASE, f"{BASE}/form/contact", f"{BASE}/decline", "/s/unknown", BUTTON]
)
def test_every_page_carries_the_security_headers(visitor: Browser, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_https_is_kept(cases: FakeCases, buttons: FakeButtons) -> None:
    client = make_app(cases, buttons, "https://sign.example.com").test_client()
    assert "max-age=" in client.get(BASE).headers["Strict-Transport-Security"]


def test_no_page_has_inline_script_style_or_a_stranger_s_address(visitor: Browser) -> None:
    address = visitor.begin()
    for path in (f"{BASE}/form/contact", f"{BASE}/review", address, f"{BASE}/decline", BUTTON):
        text = visitor.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "javascript:" not in text
        assert 'src="http' not in text
        assert "<script>" not in text


def test_what_customers_type_is_never_markup(visitor: Browser, cases: FakeCases) -> None:
    cases.title = {"en": NASTY, "sv": NASTY}
    wrong = visitor.post(f"{BASE}/form/contact", {**CONTACT_ANSWERS, "name": NASTY, "phone": ""})
    assert wrong.status_code == 422
    visitor.fill_in()
    visitor.post(f"{BASE}/form/contact", {**CONTACT_ANSWERS, "name": NASTY})
    pages = [wrong.text, visitor.get(f"{BASE}/review").text]
    visitor.post(f"{BASE}/sign", {"flow": "other_device"})
    cases.turn(SigningStatus.FAILED, NASTY)
    pages.append(visitor.get(f"{BASE}/sign/order-1").text)
    visitor.post(f"{BASE}/decline", {"reason": NASTY})
    pages.append(visitor.get(BASE).text)
    for text in pages:
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_link_s_token_never_leaves_in_a_page_of_another_link(visitor: Browser) -> None:
    visitor.get(BASE)
    assert TOKEN not in visitor.get("/s/unknown").text
