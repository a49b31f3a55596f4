"""The pages of a record's buttons: a look changes nothing, one click does it once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser as RealBrowser
from playwright.sync_api import Page, expect

from hub.kernel.errors import Refused
from hub.services.record_views import HERE, IN_HAND, NOTHING, OVER, PLACING
from tests.web.pages.conftest import Browser
from tests.web.pages.fake_records import AGREEMENT, REQUEST, FakeRecords, address
from tests.web.pages.scenes import served

ACTIONS = ("check", "cancel", "decide")
ANSWER = {"request": REQUEST, "decision": "accepted", "how": "phone", "by": "Bob Berg"}
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def press(visitor: Browser, action: str, **data: str):
    """Send the form of the action's page."""
    found = _CSRF.search(visitor.get(address("cancel")).text)
    token = found.group(1) if found else visitor.token()
    given = {"request": REQUEST, **data, "csrf": token}
    return visitor.client.post(address(action), data=given)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_look_changes_nothing(visitor: Browser, records: FakeRecords, action: str) -> None:
    page = visitor.get(address(action))
    assert page.status_code == 200
    assert "Service of a robotic mower (Q1001)" in page.text
    assert f'name="request" value="{REQUEST}"' in page.text
    assert records.done == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_head_gets_no_page(visitor: Browser, records: FakeRecords, action: str) -> None:
    answer = visitor.client.head(address(action))
    assert (answer.status_code, answer.data) == (200, b"")
    bad = address(action).replace("good", "bad")
    assert visitor.client.head(bad).status_code == 404
    assert records.done == []


def test_how_it_stands_is_told_with_the_people_and_the_provider(visitor: Browser) -> None:
    page = visitor.get(address("check")).text
    for said in (
        "The customer has opened it.",
        "At GetAccept",
        "https://app.getaccept.com/document/view/krahm7ne",
        "28 November 2026 13:41 CET",
        "Alice Andersson",
        "is to sign now",
        "https://erp.example.com/quotes/Q1001",
    ):
        assert said in page
    assert 'http-equiv="refresh"' not in page


def test_a_check_follows_the_reading_and_a_reload_owes_no_other(
    visitor: Browser, records: FakeRecords
) -> None:
    answer = press(visitor, "check")
    assert (answer.status_code, records.done) == (303, ["check"])
    page = visitor.get(answer.location).text
    assert "Looking at GetAccept now" in page
    assert '<noscript><meta http-equiv="refresh" content="2">' in page
    assert "<form" not in page
    assert records.done == ["check"]
    records.turn("completed")
    page = visitor.get(answer.location).text
    assert "Signed" in page
    assert 'http-equiv="refresh"' not in page


def test_a_provider_that_does_not_answer_is_said(visitor: Browser, records: FakeRecords) -> None:
    away = replace(AGREEMENT, reading=True, away=True)
    records.shown = replace(records.shown, agreement=away)
    page = visitor.get(address("check")).text
    assert "GetAccept does not answer just now" in page
    assert 'content="30"' in page
    assert "Look at GetAccept now" in page


def test_one_click_withdraws(visitor: Browser, records: FakeRecords) -> None:
    answer = press(visitor, "cancel")
    assert (answer.status_code, records.done) == (303, ["cancel"])
    page = visitor.get(answer.location).text
    assert "<h1>It is withdrawn</h1>" in page
    assert "has not signed" in page
    assert "<form" not in page


def test_the_page_that_withdraws_leads_to_noting_the_answer(visitor: Browser) -> None:
    page = visitor.get(address("cancel")).text
    link = re.search(r'href="(/r/erp/decide[^"]+)"', page)
    assert link is not None
    form = visitor.get(link.group(1).replace("&amp;", "&"))
    assert "What did the customer say?" in form.text


def test_an_answer_is_noted_with_its_lines(visitor: Browser, records: FakeRecords) -> None:
    answer = press(visitor, "decide", **ANSWER, remark="Ring\r\nfirst", line="seal")
    assert answer.status_code == 303
    (said,) = records.said
    assert (said.decision, said.how, said.by) == ("accepted", "phone", "Bob Berg")
    assert (said.remark, said.lines) == ("Ring\nfirst", frozenset({"seal"}))
    page = visitor.get(answer.location).text
    assert "<h1>The answer is noted</h1>" in page
    for told in ("Yes, the customer accepts", "By telephone", "Bob Berg", "Ring\nfirst"):
        assert told in page


def test_lines_stand_as_the_customer_left_them_and_the_whole_is_no_choice(
    visitor: Browser,
) -> None:
    page = visitor.get(address("decide")).text
    assert 'value="wash" checked' in page
    assert 'value="seal">' in page
    assert 'value="brakes"' not in page
    assert "New brakes, front and rear" in page


def test_what_is_missing_stands_at_its_field_and_nothing_is_lost(
    visitor: Browser, records: FakeRecords
) -> None:
    answer = press(visitor, "decide", how="counter", remark="Said so", line="seal")
    assert (answer.status_code, records.done) == (422, [])
    assert "Choose what the customer said." in answer.text
    assert "Write who took the answer." in answer.text
    assert "Choose how the answer came." not in answer.text
    assert answer.text.count("autofocus") == 1
    assert 'value="counter" checked' in answer.text
    assert 'value="seal" checked' in answer.text
    assert 'value="wash">' in answer.text
    assert "Said so</textarea>" in answer.text


def test_a_remark_that_is_too_long_stands_at_its_field(visitor: Browser) -> None:
    answer = press(visitor, "decide", **ANSWER, remark="x" * 1001)
    assert answer.status_code == 422
    assert 'id="remark-error"' in answer.text


def test_a_yes_to_no_line_stands_at_the_lines(visitor: Browser, records: FakeRecords) -> None:
    records.refusal = Refused("no line is accepted", code="nothing_accepted")
    answer = press(visitor, "decide", **ANSWER)
    assert answer.status_code == 422
    assert 'id="lines-error"' in answer.text
    assert answer.text.count("autofocus") == 1


@pytest.mark.parametrize("action", ["cancel", "decide"])
@pytest.mark.parametrize(
    ("code", "obstacle", "heading"),
    [
        ("request_over", OVER, "It is over already"),
        ("signature_in_hand", IN_HAND, "The customer has just signed"),
    ],
)
def test_what_happened_meanwhile_is_a_conflict_in_words(
    visitor: Browser, records: FakeRecords, action: str, code: str, obstacle: str, heading: str
) -> None:
    token = visitor.token()
    records.refusal = Refused("no", code=code)
    state = "completed" if obstacle == OVER else "opened"
    records.shown = replace(records.shown, obstacle=obstacle, state=state)
    data = {**ANSWER, "csrf": token}
    answer = visitor.client.post(address(action), data=data)
    assert answer.status_code == 409
    assert f"<h1>{heading}</h1>" in answer.text
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    ("action", "obstacle", "said"),
    [
        ("check", HERE, "signed on our own pages"),
        ("check", PLACING, "on its way to the provider"),
        ("check", NOTHING, "Nothing has been sent"),
        ("cancel", NOTHING, "Nobody has been asked to sign this record yet"),
        ("decide", NOTHING, "Nothing has been sent"),
    ],
)
def test_why_there_is_nothing_to_press_is_said(
    visitor: Browser, records: FakeRecords, action: str, obstacle: str, said: str
) -> None:
    nothing = {"request_id": "", "people": ()} if obstacle == NOTHING else {}
    records.shown = replace(records.shown, agreement=None, obstacle=obstacle, **nothing)
    page = visitor.get(address(action)).text
    assert said in page
    assert "<form" not in page


def test_another_open_request_is_offered(visitor: Browser, records: FakeRecords) -> None:
    records.shown = replace(records.shown, obstacle=OVER, state="cancelled", others=True)
    page = visitor.get(address("cancel")).text
    assert "Another request of this record is still open." in page


@pytest.mark.parametrize("wrong", ["k=bad", "/r/crm/", "/erase?"])
def test_a_wrong_link_gives_no_hint(visitor: Browser, wrong: str) -> None:
    good = {"k=bad": "k=good", "/r/crm/": "/r/erp/", "/erase?": "/cancel?"}[wrong]
    token = visitor.token()
    path = address("cancel").replace(good, wrong)
    for answer in (visitor.get(path), visitor.client.post(path, data={"csrf": token})):
        assert answer.status_code == 404
        assert "Q1001" not in answer.text


def test_a_click_from_another_site_does_nothing(visitor: Browser, records: FakeRecords) -> None:
    for action in ACTIONS:
        answer = visitor.client.post(address(action), data={**ANSWER, "csrf": "guess"})
        assert answer.status_code == 403
        assert address(action).replace("&", "&amp;") in answer.text  # the way on
    assert records.done == []


def test_the_address_takes_only_what_belongs_to_the_link(visitor: Browser) -> None:
    path = f"{address('cancel')}&_external=1&_scheme=javascript&other=1"
    page = visitor.get(path).text
    assert "javascript" not in page
    assert "other=1" not in page


@pytest.mark.browser
def test_the_page_follows_the_reading_by_itself(page: Page) -> None:
    with served(page) as stage:
        stage.go(address("check"))
        stage.press("form .button")
        said = page.locator("[data-said]")
        expect(said).to_have_text("Looking at GetAccept now …")
        stage.records.turn("completed")
        expect(said).to_be_hidden(timeout=15_000)
        expect(page.locator("[data-standing]")).to_contain_text("Signed")
        expect(page.get_by_role("button", name="Look at GetAccept now")).to_be_visible()
        stage.press("form .button")
        assert stage.records.done == ["check", "check"]


@pytest.mark.browser
def test_the_page_follows_the_reading_without_script(browser: RealBrowser) -> None:
    context = browser.new_context(java_script_enabled=False)
    with served(context.new_page()) as stage:
        stage.go(address("check"))
        stage.press("form .button")
        stage.records.turn("completed")
        expect(stage.page.locator("[data-said]")).to_be_hidden(timeout=15_000)
    context.close()
