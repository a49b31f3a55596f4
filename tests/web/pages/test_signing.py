"""The BankID step, from the button to the done page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.contracts.requests import RequestState
from hub.contracts.steps import Form, Redirect, ScanCode, Wait
from hub.kernel.errors import Refused, Retryable, Unsupported
from hub.services.views import NotReady, SigningStatus, SigningView
from hub.web.pages.signing import screen_of
from tests.web.pages.conftest import BASE, PHONE, Browser
from tests.web.pages.fakes import START_URL, FakeCases

S = SigningStatus


def test_signing_starts_by_a_post_and_shows_the_code(visitor: Browser, cases: FakeCases) -> None:
    address = visitor.begin("other_device")
    assert address == f"{BASE}/sign/order-1"
    page = visitor.get(address).text
    assert f'src="{address}/qr.svg"' in page
    assert 'role="status"' in page
    assert "Open the BankID app." in page
    assert "Approve in the app, then refresh the page." in page
    assert "http-equiv" not in page, "a code of two seconds cannot be scanned"
    assert f'action="{address}/cancel"' in page
    assert START_URL not in page
    picture = visitor.get(f"{address}/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert picture.data.startswith(b"<svg")


def test_a_get_starts_nothing(visitor: Browser, cases: FakeCases) -> None:
    visitor.fill_in()
    assert visitor.get(f"{BASE}/sign").location == BASE
    assert cases.begun == []


def test_on_this_device_the_app_is_a_link_that_tells_only_the_origin(
    visitor: Browser, cases: FakeCases
) -> None:
    page = visitor.get(visitor.begin("this_device")).text
    assert f'href="{START_URL.replace("&", "&amp;")}" referrerpolicy="origin"' in page
    assert "qr.svg" not in page.split('data-code="')[1].split('"', 1)[1]
    assert visitor.get(f"{BASE}/sign/order-1/qr.svg").status_code == 204


def test_an_unknown_flow_becomes_the_device_s_own(
    new_visitor: Callable[..., Browser], cases: FakeCases
) -> None:
    new_visitor(PHONE).begin("telepathy")
    assert cases.begun[0][0] == "this_device"


def test_the_order_gets_what_the_provider_needs_to_know_of_the_browser(
    visitor: Browser, cases: FakeCases
) -> None:
    visitor.begin()
    _, session, client = cases.begun[0]
    assert len(session) == len(client.device_id) == 43
    assert session != client.device_id
    assert (client.ip, client.host) == ("127.0.0.1", "localhost")
    assert client.user_agent == visitor.agent


def test_the_script_is_told_what_to_show(visitor: Browser, cases: FakeCases) -> None:
    address = visitor.begin()
    assert visitor.get(f"{address}/status").json == {
        "screen": "scan",
        "message": "Open the BankID app.",
        "code": True,
        "link": False,
        "poll_after": 2.0,
    }
    cases.turn(S.PENDING, "Enter your code.", ScanCode({"en": "x"}, qr_content=None))
    answer = visitor.get(f"{address}/status")
    assert answer.json is not None
    assert (answer.json["message"], answer.json["code"]) == ("Enter your code.", False)
    assert answer.headers["Cache-Control"] == "no-store"
    cases.turn(S.ACCEPTED)
    assert (visitor.get(f"{address}/status").json or {})["screen"] == "done"


@pytest.mark.parametrize("status", [S.FAILED, S.REFUSED])
def test_a_failed_order_says_why_and_can_be_started_again(
    visitor: Browser, cases: FakeCases, status: SigningStatus
) -> None:
    address = visitor.begin()
    cases.turn(status, "You cancelled.")
    page = visitor.get(address).text
    assert "You cancelled." in page
    assert "Your answers are kept" in page
    again = visitor.post(f"{BASE}/sign", {"flow": "other_device"})
    assert again.location == f"{BASE}/sign/order-2"


def test_an_accepted_order_leads_to_the_done_page(visitor: Browser, cases: FakeCases) -> None:
    address = visitor.begin()
    cases.turn(S.ACCEPTED)
    assert visitor.get(address).location == f"{BASE}/done"
    page = visitor.get(f"{BASE}/done").text
    for said in (
        "Thank you, it is signed",
        "Alice Andersson",
        "22 November 2026 14:05 CET",
        "131daac9-16c6-4618-beb0-365768f37288",
        "What happens next",
    ):
        assert said in page
    assert "This is already signed" in visitor.get(BASE).text


def test_the_done_page_shows_nothing_before_it_is_done(visitor: Browser) -> None:
    assert visitor.get(f"{BASE}/done").location == BASE


def test_the_browser_that_started_can_come_back_from_the_app(
    visitor: Browser, cases: FakeCases
) -> None:
    address = visitor.begin("this_device")
    assert visitor.get(f"{BASE}/return?n=nonce-1").location == address
    cases.turn(S.RETURN_NEEDED, "Approved.")
    assert "Almost done" in visitor.get(address).text
    cases.turn(S.ACCEPTED)
    assert visitor.get(f"{BASE}/return?n=nonce-1").location == f"{BASE}/done"


def test_another_browser_cannot_take_over_an_order(
    visitor: Browser, new_visitor: Callable[..., Browser], cases: FakeCases
) -> None:
    address = visitor.begin("this_device")
    stranger = new_visitor()
    known = stranger.get(address)
    unknown = stranger.get(f"{BASE}/sign/order-99")
    assert known.status_code == unknown.status_code == 403
    assert "started in another browser" in known.text
    assert stranger.get(f"{address}/status").status_code == 404
    assert stranger.get(f"{address}/qr.svg").status_code == 404
    assert stranger.get(f"{BASE}/return?n=nonce-1").status_code == 403
    assert stranger.post(f"{address}/cancel").status_code == 404
    assert "order-1" in cases.orders


def test_a_prefetch_does_not_use_up_the_way_back(visitor: Browser, cases: FakeCases) -> None:
    visitor.begin("this_device")
    cases.turn(S.ACCEPTED)
    ahead = visitor.get(f"{BASE}/return?n=nonce-1", **{"Sec-Purpose": "prefetch;prerender"})
    assert ahead.location == BASE


def test_cancelling_withdraws_the_order_and_goes_back(visitor: Browser, cases: FakeCases) -> None:
    address = visitor.begin()
    assert visitor.post(f"{address}/cancel").location == BASE
    assert cases.orders == {}
    assert visitor.get(BASE).location == f"{BASE}/review"


def test_a_skipped_step_comes_first(visitor: Browser, cases: FakeCases) -> None:
    early = visitor.post(f"{BASE}/sign", {"flow": "this_device"})
    assert (early.status_code, early.location) == (303, BASE)
    visitor.fill_in()
    cases.trouble = NotReady("repair")
    assert visitor.post(f"{BASE}/sign").location == f"{BASE}/form/repair"


def test_a_provider_that_is_down_is_temporary_trouble(visitor: Browser, cases: FakeCases) -> None:
    visitor.fill_in()
    cases.trouble = Retryable("appapi2: connection refused", retry_after=11.2)
    answer = visitor.post(f"{BASE}/sign")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "12"
    assert "what you have saved is kept" in answer.text
    assert f'href="{BASE}"' in answer.text
    assert "appapi2" not in answer.text


def test_a_refusal_says_what_the_customer_may_know(visitor: Browser, cases: FakeCases) -> None:
    visitor.fill_in()
    cases.trouble = Refused("alreadyInProgress", customer="Something is in progress already.")
    answer = visitor.post(f"{BASE}/sign")
    assert answer.status_code == 409
    assert "Something is in progress already." in answer.text
    assert "alreadyInProgress" not in answer.text


def test_an_order_of_an_ended_case_shows_how_it_ended(visitor: Browser, cases: FakeCases) -> None:
    address = visitor.begin()
    cases.case = replace(cases.case, state=RequestState.CANCELLED)
    assert (visitor.get(f"{address}/status").json or {})["screen"] == "done"
    assert visitor.get(address).location == BASE
    assert visitor.get(BASE).status_code == 410


def test_waiting_uses_the_provider_s_pace_and_words() -> None:
    step = Wait({"en": "One moment", "sv": "Ett ögonblick"}, poll_after=5)
    screen = screen_of(SigningView("o", S.PENDING, "", "this_device", step), "sv")
    assert (screen.kind, screen.message, screen.poll_after) == ("wait", "Ett ögonblick", 5)
    assert screen_of(SigningView("o", S.PENDING, "m", "this_device"), "sv").kind == "wait"


def test_a_provider_s_own_page_is_a_link() -> None:
    step = Redirect("https://provider.example.com/x")
    screen = screen_of(SigningView("o", S.PENDING, "m", "this_device", step), "en")
    assert (screen.kind, screen.start_url) == ("leave", step.url)


def test_a_step_that_the_pages_cannot_show_is_said_loudly() -> None:
    with pytest.raises(Unsupported, match="Form"):
        screen_of(SigningView("o", S.PENDING, "m", "this_device", Form("extra")), "en")
