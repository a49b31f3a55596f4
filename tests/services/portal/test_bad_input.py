"""What goes wrong around the portal, and the friendly answer to each: contacts without an address,
an address that bounces, time that runs out, documents that are put away."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from hub.storage.models import Delivery, Request
from tests.services.portal.portal_case import MAPPING, PortalCase
from tests.services.portal.test_sharing import BOB, CLIENT, FIRM

BOUNCES = "bob.unknown@example.com"  # the simulated gateway refuses such


def follow(browser, address):
    """Where an address leads in the end."""
    answer = browser.get(address)
    while answer.location:
        answer = browser.get(answer.location)
    return answer


def test_a_contact_without_an_address_is_left_out_and_the_others_see_it(portal):
    nobody = {"key": "c9", "name": "Nobody"}
    portal.share(**FIRM, audience="customer", contacts=[nobody, BOB])
    assert portal.request().state == "sent"
    assert portal.signed_in("bob@example.com").shelf() == ["Offer O-1"]


def test_who_is_asked_and_has_no_email_signs_in_by_the_mobile_number(portal):
    portal.share(email=None, mobile="+4520123456")
    stranger = portal.browser()
    assert stranger.ask("alice@example.com").location == "/p/alice/code?way=email"
    assert portal.messages("alice@example.com") == []
    browser = portal.browser()
    browser.ask("20123456")
    browser.enter(browser.code("+4520123456"))
    assert follow(browser, browser.open(portal.request().id).location).status_code == 200


def test_whose_email_bounces_is_shown_the_same_page_and_spoils_nobody_elses(portal):
    portal.share(**FIRM, audience="customer", contacts=[{**BOB, "email": BOUNCES}])
    browser = portal.browser()
    asked = browser.ask(BOUNCES)
    assert (asked.status_code, asked.location) == (303, "/p/alice/code?way=email")
    assert "Look in your spam folder" in browser.get(asked.location).text
    with portal.core.db.read() as session:
        owed = session.scalars(select(Delivery).where(Delivery.step == "sign_in")).one()
        assert (owed.state, owed.error_code) == ("gave_up", "bad_address")
    assert "There is no valid code" not in browser.get(asked.location).text
    assert portal.signed_in().shelf() == ["Offer O-1"]


def test_a_contact_whose_address_was_mended_gets_the_next_code(portal):
    portal.share(**FIRM, audience="customer", contacts=[{**BOB, "email": BOUNCES}])
    portal.browser().ask(BOUNCES)
    portal.share(**FIRM, audience="customer", contacts=[BOB])
    assert portal.signed_in("bob@example.com").shelf() == ["Offer O-2", "Offer O-1"]


def test_two_customers_with_one_address_each_open_as_what_they_are(portal):
    mine = portal.share(**FIRM)
    al = {"key": "c7", "name": "Al", "email": "alice@example.com"}
    other = {"customer": "K2", "customer_name": "Other firm", "contacts": [al]}
    theirs = portal.share("carol@example.com", audience="customer", **other)
    browser = portal.signed_in()
    assert browser.shelf() == ["Offer O-2", "Offer O-1"]
    for request in (mine, theirs):
        assert follow(browser, browser.open(request).location).status_code == 200
    assert [one.role for one in portal.people(mine)] == ["signer"]
    assert [one.role for one in portal.people(theirs)] == ["signer", "viewer"]


def test_a_code_that_is_guessed_opens_nothing_and_the_page_says_what_to_do(portal):
    portal.share()
    browser = portal.browser()
    browser.ask("alice@example.com")
    right = int(browser.code("alice@example.com"))
    for number in range(1, 9):
        answer = browser.enter(f"{(right + number) % 10**6:06d}")
        assert answer.status_code == 422
    assert "ask for another" in answer.text.lower()
    assert browser.get("/p/alice/").location == "/p/alice/sign-in"


def test_a_link_that_was_sent_on_lets_its_first_reader_in_and_nobody_after(portal):
    portal.share()
    asker = portal.browser()
    asker.ask("alice@example.com")
    link = asker.link("alice@example.com")
    assert asker.post(link, {}).location == "/p/alice/"
    other = portal.browser("198.51.100.9")
    over = other.get(link)
    assert over.status_code == 410
    assert "/p/alice/sign-in" in over.text
    assert other.get("/p/alice/").location == "/p/alice/sign-in"


@pytest.fixture
def patient(tmp_path, database_url):
    """One that waits until the time is over, whether anybody answers or not."""
    waits = MAPPING.replace("limit: 0", "limit: 1").replace("after: 24h", "after: 13d")
    waits = waits.replace("every: 24h", "every: 13d")
    with capture_logs():
        case = PortalCase(tmp_path, database_url, mapping=waits)
        yield case
        case.close()


def test_time_that_runs_out_while_somebody_signs_is_told_on_the_page(patient):
    portal = patient
    request = portal.share()
    portal.later(days=13, hours=23, minutes=45)
    browser = portal.signed_in()
    address = browser.open(request).location
    page = follow(browser, address)
    sign = re.search(r'action="(/s/[^"]+/sign)"', page.text)
    assert sign, page.request.path
    begun = browser.post(sign[1], {"flow": "this_device"}, page=page.request.path)
    form = browser.get(begun.location)
    assert 'name="consent"' in form.text
    portal.later(minutes=20)
    assert portal.request().state == "expired"
    given = {"name": "Alice", "method": "typed", "consent": "1"}
    answer = browser.client.post(
        begun.location, base_url="https://hub.example",
        data={**given, "csrf": re.search(r'name="csrf" value="([^"]+)"', form.text)[1]},
    )  # fmt: skip
    while answer.location:
        answer = browser.get(answer.location)
    assert "The time has run out" in answer.text
    assert "All documents" in answer.text
    assert portal.request().state == "expired"
    assert browser.shelf(show="ended") == ["Offer O-1"]


def test_what_stands_in_the_archive_can_be_read_and_what_was_removed_says_so_politely(portal):
    request = portal.share()
    token = portal.core.links.customer_token(portal.people(request)[0].id)
    portal.house.customers.decline(token, "", CLIENT)
    portal.later(days=31)
    browser = portal.signed_in()
    archived = follow(browser, browser.open(request).location)
    assert archived.status_code == 200
    assert "All documents" in archived.text
    portal.later(days=30)
    browser = portal.signed_in()
    removed = browser.open(request)
    assert removed.status_code == 404
    assert "Offer" not in removed.text
    assert re.search("<h1[^>]*>[^<]+</h1>", removed.text)
    with portal.core.db.read() as session:
        assert session.get_one(Request, request).state == "declined"


def test_who_leaves_while_a_document_is_open_can_do_nothing_on_it_any_more(portal):
    request = portal.share(**FIRM, audience="customer", contacts=[BOB])
    bob = portal.signed_in("bob@example.com")
    address = bob.open(request).location
    page = follow(bob, address)
    assert page.status_code == 200
    portal.share(**FIRM, audience="customer", contacts=[])
    portal.share(**FIRM, audience="customer", contacts=[{**BOB, "key": "c4", "email": "x@y.se"}])
    left = bob.get(address)
    assert left.status_code == 403
    assert "Offer" not in left.text
    assert "/p/alice/sign-in" in left.text
    said = bob.post(f"{address}/remark", {"text": "Hello"}, page="/p/alice/sign-in")
    assert said.status_code == 403


def test_what_is_removed_while_somebody_has_it_open_closes_there_too(portal):
    request = portal.share()
    token = portal.core.links.customer_token(portal.people(request)[0].id)
    portal.house.customers.decline(token, "", CLIENT)
    portal.later(days=59, hours=23, minutes=50)
    browser = portal.signed_in()
    address = browser.open(request).location
    assert follow(browser, address).status_code == 200
    portal.later(minutes=15)
    removed = browser.get(address)
    assert removed.status_code == 403
    assert "Offer" not in removed.text
    assert browser.get("/p/alice/").status_code == 200  # who is signed in stays so
