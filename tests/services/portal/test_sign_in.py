"""Signing in to the portal: by code, by link, for whom, how often, and until when."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.services.portal import entering
from hub.storage.models import Delivery, PortalEntry, PortalSession
from tests.services.portal.portal_case import HOST

SIGN_IN = "/p/alice/sign-in"


def test_a_code_leads_to_the_list(portal):
    portal.share()
    browser = portal.browser()
    assert browser.get("/p/alice/").location == SIGN_IN
    assert browser.ask(" Alice@Example.com ").location == "/p/alice/code?way=email"
    entered = browser.enter(browser.code("alice@example.com"))
    assert (entered.status_code, entered.location) == (303, "/p/alice/")
    assert browser.shelf() == ["Offer O-1"]


def test_a_mobile_number_signs_in_by_an_sms_with_the_code_alone(portal):
    portal.share(email=None, mobile="+4520123456")
    browser = portal.browser()
    assert browser.ask("20 12 34 56").location == "/p/alice/code?way=sms"
    assert "http" not in portal.messages("+4520123456")[-1].text
    browser.enter(browser.code("+4520123456"))
    assert browser.shelf() == ["Offer O-1"]


def test_the_link_in_the_mail_works_once_in_any_browser_and_looking_uses_nothing_up(portal):
    portal.share()
    portal.browser().ask("alice@example.com")
    phone = portal.browser()
    link = phone.link("alice@example.com")
    for _ in range(2):
        assert "The link works once." in phone.get(link).text
    assert phone.post(link, {}).location == "/p/alice/"
    assert phone.shelf() == ["Offer O-1"]
    again = portal.browser()
    assert again.get(link).status_code == 410
    assert again.post(link, {}, page=SIGN_IN).status_code == 410


def test_nobody_is_told_whether_an_address_is_known(portal):
    portal.share()
    known, unknown = portal.browser(), portal.browser()
    answers = [one.ask(who) for one, who in ((known, "alice@example.com"), (unknown, "x@y.se"))]
    assert len({(one.status_code, one.location, one.text) for one in answers}) == 1
    pages = [
        one.get("/p/alice/code?way=email").text.replace(_csrf(one), "") for one in (known, unknown)
    ]
    assert pages[0] == pages[1]
    assert portal.messages("x@y.se") == []
    with portal.core.db.read() as session:
        assert len(session.scalars(select(PortalEntry)).all()) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Please give an e-mail address or a mobile number."),
        ("alice@", "This does not look like an e-mail address."),
        ("a@b@c", "This does not look like an e-mail address."),
        ("12", "This does not look like a mobile number."),
        ("x" * 5000, "This does not look like a mobile number."),
        ("<script>alert(1)</script>", "This does not look like a mobile number."),
    ],
)
def test_what_is_no_address_is_told_at_the_field(portal, typed, said):
    answer = portal.browser().ask(typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>alert" not in answer.text


def test_a_code_works_only_in_the_browser_that_asked_and_for_five_tries(portal):
    portal.share()
    mine, other = portal.browser(), portal.browser("198.51.100.9")
    mine.ask("alice@example.com")
    code = mine.code("alice@example.com")
    assert "There is no valid code" in other.enter(code).text
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(entering.MOST_TRIES):
        assert "This is not the right code" in mine.enter(wrong).text
    assert "There is no valid code" in mine.enter(code).text


def test_whoever_guesses_locks_nobody_out(portal):
    portal.share()
    stranger = portal.browser("198.51.100.9")
    for _ in range(entering.MOST_OF_BOTH + 3):
        portal.later(seconds=entering.AGAIN + 1)
        stranger.ask("alice@example.com")
        for _ in range(entering.MOST_TRIES):
            stranger.enter("000000")
    assert len(portal.messages("alice@example.com")) == entering.MOST_OF_BOTH
    mine = portal.browser("192.0.2.1")
    mine.ask("alice@example.com")
    mine.enter(mine.code("alice@example.com"))
    assert mine.shelf() == ["Offer O-1"]


def test_nobody_is_flooded_from_many_networks(portal):
    portal.share()
    for number in range(entering.MOST_FOR_ADDRESS + 5):
        portal.browser(f"198.51.100.{number}").ask("alice@example.com")
    assert len(portal.messages("alice@example.com")) == entering.MOST_FOR_ADDRESS


def test_one_network_asks_for_so_many_and_no_more(portal):
    for number in range(entering.MOST_FROM_NETWORK):
        assert portal.browser().ask(f"x{number}@example.com").status_code == 303
    assert portal.browser().ask("y@example.com").status_code == 422
    assert portal.browser("198.51.100.9").ask("y@example.com").status_code == 303
    portal.later(hours=1, seconds=1)
    assert portal.browser().ask("y@example.com").status_code == 303


def test_a_double_tap_sends_one_code(portal):
    portal.share()
    browser = portal.browser()
    browser.ask("alice@example.com")
    browser.ask("alice@example.com")
    assert len(portal.messages("alice@example.com")) == 1


def test_a_code_dies_after_a_quarter_of_an_hour(portal):
    portal.share()
    browser = portal.browser()
    browser.ask("alice@example.com")
    code, link = browser.code("alice@example.com"), browser.link("alice@example.com")
    portal.later(minutes=15)
    assert "There is no valid code" in browser.enter(code).text
    assert browser.get(link).status_code == 410


def test_a_session_ends_when_nobody_is_there_and_after_its_time(portal):
    portal.share()
    browser = portal.signed_in()
    lived = 0
    while browser.get("/p/alice/").status_code == 200:
        portal.later(minutes=50)
        lived += 1
    assert lived == 15  # the twelve hours were over
    browser = portal.signed_in()
    portal.later(minutes=59)
    assert browser.shelf() == ["Offer O-1"]
    portal.later(minutes=61)
    assert browser.get("/p/alice/").location == SIGN_IN


def test_signing_out_here_and_everywhere(portal):
    portal.share()
    here, there, phone = (portal.signed_in() for _ in range(3))
    out = here.post("/p/alice/sign-out", {}, page="/p/alice/")
    assert "You are signed out" in out.text
    assert here.get("/p/alice/").location == SIGN_IN
    assert there.shelf() == ["Offer O-1"]
    there.post("/p/alice/sign-out", {"everywhere": "1"}, page="/p/alice/")
    assert phone.get("/p/alice/").location == SIGN_IN
    with portal.core.db.read() as session:
        assert all(one.ended_at for one in session.scalars(select(PortalSession)))


def test_the_cookie_is_for_this_host_and_no_script(portal):
    portal.share()
    browser = portal.browser()
    browser.ask("alice@example.com")
    answer = browser.enter(browser.code("alice@example.com"))
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if "portal" in one]
    assert cookie.startswith("__Host-paraph_portal_alice=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie


def test_a_session_of_one_workspace_is_none_of_another(portal):
    portal.share()
    portal.share(workspace="bob")
    browser = portal.signed_in()
    assert browser.get("/p/bob/").location == "/p/bob/sign-in"
    token = next(c.value for c in browser.client._cookies.values() if "portal" in c.key)
    browser.client.set_cookie("__Host-paraph_portal_bob", token, domain="hub.example")
    assert browser.get("/p/bob/").location == "/p/bob/sign-in"


def test_a_workspace_without_a_portal_is_like_one_that_is_not_there(tmp_path, portal):
    pages = [portal.browser().get(path) for path in ("/p/nobody/", "/p/nobody/sign-in")]
    assert {one.status_code for one in pages} == {404}
    assert portal.browser().get("/p/alice").status_code in (308, 404)


def test_neither_code_nor_address_stands_in_the_database(portal):
    portal.share()
    browser = portal.browser()
    browser.ask("alice@example.com")
    code = browser.code("alice@example.com")
    with portal.core.db.engine.connect() as connection:
        rows = [*connection.exec_driver_sql("SELECT * FROM portal_entry")]
        rows += connection.exec_driver_sql("SELECT * FROM contact")
        rows += connection.exec_driver_sql("SELECT payload FROM delivery")
    text = repr(rows)
    assert code not in text
    assert "alice@example.com" not in text


def test_a_code_is_owed_and_tried_again_like_any_message(portal):
    portal.share()
    portal.browser().ask("alice@example.com")
    with portal.core.db.read() as session:
        owed = session.scalars(select(Delivery).where(Delivery.step == "sign_in")).one()
    assert (owed.kind, owed.state, owed.request_id) == ("notice", "delivered", None)


def _csrf(browser):
    return browser.client.get(SIGN_IN, base_url=HOST).text.partition('name="csrf" value="')[2][:43]


def test_the_mail_has_a_button_and_a_text_that_can_be_read_without_it(portal):
    portal.share(language="da")
    portal.browser().ask("alice@example.com")
    mail = portal.messages("alice@example.com")[-1]
    assert ">Log ind</a>" in mail.html
    assert mail.text.count("https://hub.example/p/alice/enter/") == 1
    assert mail.subject == "Alice: dine dokumenter"
