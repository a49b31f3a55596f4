"""Who sees what in the portal (B2), in which order, until when (B4)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from hub.contracts.requests import ClientContext
from hub.services.portal import sharing
from hub.services.withdrawals import withdraw
from hub.storage.models import Contact, Request, Share

BOB = {"key": "c2", "name": "Bob", "email": "bob@example.com"}
CAROL = {"key": "c3", "name": "Carol", "email": "carol@example.com"}
FIRM = {"customer": "K1", "customer_name": "Firm"}
CLIENT = ClientContext("192.0.2.7")


def test_a_named_contact_sees_it_and_others_of_the_customer_do_not(portal):
    portal.share(**FIRM, contacts=[BOB])
    assert portal.signed_in().shelf() == ["Offer O-1"]
    assert portal.signed_in("bob@example.com").shelf() == []


def test_all_contacts_of_a_customer_see_what_is_shared_with_it(portal):
    portal.share(**FIRM, audience="customer", contacts=[BOB])
    assert portal.signed_in().shelf() == ["Offer O-1"]
    assert portal.signed_in("bob@example.com").shelf() == ["Offer O-1"]


def test_who_left_the_customer_sees_nothing_from_that_moment_on(portal):
    portal.share(**FIRM, audience="customer", contacts=[BOB, CAROL])
    bob = portal.signed_in("bob@example.com")
    assert bob.shelf() == ["Offer O-1"]
    opened = bob.open(portal.request().id).location
    assert bob.get(opened, follow_redirects=True).status_code == 200
    portal.share(**FIRM, audience="customer", contacts=[CAROL])
    assert bob.get(opened).status_code == 403  # a page that stood open, too
    assert bob.get("/p/alice/").location == "/p/alice/sign-in"
    before = len(portal.messages("bob@example.com"))
    assert portal.browser().ask("bob@example.com").status_code == 303
    assert len(portal.messages("bob@example.com")) == before  # nobody is told, nothing is sent


def test_two_customers_with_one_address_are_told_apart_in_one_list(portal):
    portal.share(**FIRM)
    portal.share(customer="K2", customer_name="Other firm")
    browser = portal.signed_in()
    assert browser.shelf() == ["Offer O-2", "Offer O-1"]
    page = browser.get("/p/alice/").text
    assert "Firm" in page
    assert "Other firm" in page


def test_a_contact_who_got_another_address_signs_in_by_that_one(portal):
    portal.share(**FIRM, audience="customer", contacts=[BOB])
    portal.share(**FIRM, audience="customer", contacts=[{**BOB, "email": "new@example.com"}])
    assert portal.signed_in("new@example.com").shelf() == ["Offer O-2", "Offer O-1"]
    assert portal.browser().ask("bob@example.com").status_code == 303
    assert portal.messages("bob@example.com") == []
    with portal.core.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2


def test_what_another_workspace_shares_with_the_same_address_stays_there(portal):
    portal.share()
    portal.share(workspace="bob")
    assert portal.signed_in().shelf() == ["Offer O-1"]
    assert portal.signed_in(workspace="bob").shelf("bob") == ["Offer O-2"]


def test_the_list_is_narrowed_by_state(portal):
    first, second, third = portal.share(), portal.share(), portal.share()
    _decline(portal, first)
    withdraw(portal.core, portal.core.workspace_ids["alice"], second, by="test")
    browser = portal.signed_in()
    assert browser.shelf() == ["Offer O-3", "Offer O-2", "Offer O-1"]
    assert browser.shelf(show="open") == ["Offer O-3"]
    assert browser.shelf(show="ended") == ["Offer O-2", "Offer O-1"]
    assert browser.shelf(show="signed") == []
    assert browser.get("/p/alice/?show=nonsense").location == "/p/alice/"
    assert third


def test_what_has_ended_goes_to_the_archive_and_then_away(portal):
    request = portal.share()
    _decline(portal, request)
    assert portal.signed_in().shelf() == ["Offer O-1"]
    portal.later(days=30)
    browser = portal.signed_in()
    assert browser.shelf() == []
    assert browser.shelf(show="archive") == ["Offer O-1"]
    assert browser.open(request).status_code == 302
    portal.later(days=30)
    browser = portal.signed_in()
    assert browser.shelf(show="archive") == []
    assert browser.open(request).status_code == 404


def test_what_failed_before_it_was_sent_is_not_shared(portal):
    portal.share(mobile="")  # no number that a message could go to
    with portal.core.db.read() as session:
        shares = session.scalar(select(func.count()).select_from(Share))
    assert shares == 0 or portal.request().state != "failed"


def test_pages_of_a_long_list_hold_everything_once(portal):
    for _ in range(45):
        portal.share()
    browser, seen, path = portal.signed_in(), [], "/p/alice/"
    for _ in range(5):
        page = browser.get(path).text
        seen += _titles(page)
        more = page.partition('class="button second" href="')[2].partition('"')[0]
        if not more:
            break
        path = more.replace("&amp;", "&")
    assert seen == [f"Offer O-{n}" for n in range(45, 0, -1)]


@pytest.mark.parametrize("after", ["", "x", "'", "f" * 400])
def test_a_made_up_cursor_shows_nothing_of_others(portal, after):
    portal.share()
    portal.share(email="other@example.com")
    assert set(portal.signed_in().shelf(after=after)) <= {"Offer O-1"}


def test_sharing_again_shares_once(portal):
    request = portal.share(**FIRM, audience="customer", contacts=[BOB])
    with portal.core.db.write() as session:
        sharing.publish(portal.core, session, session.get_one(Request, request))
    with portal.core.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Share)) == 2


def test_an_older_request_brings_nobody_back_and_sends_nobody_away(portal):
    older = portal.share(**FIRM, audience="customer", contacts=[BOB])
    portal.share(**FIRM, audience="customer", contacts=[CAROL])
    with portal.core.db.write() as session:  # as when its second signer is invited
        sharing.publish(portal.core, session, session.get_one(Request, older))
    assert portal.browser().ask("bob@example.com").status_code == 303
    assert portal.messages("bob@example.com") == []
    assert portal.signed_in("carol@example.com").shelf() == ["Offer O-2", "Offer O-1"]


def test_the_longest_name_of_a_customer_fits(portal):
    portal.share(customer="K" * 100, customer_name="Firm", audience="customer", contacts=[BOB])
    assert portal.signed_in("bob@example.com").shelf() == ["Offer O-1"]


def test_a_record_without_its_customer_cannot_be_shared_with_all_of_it(portal):
    portal.share(audience="customer")
    assert portal.request().state == "failed"


def _decline(portal, request):
    person = portal.people(request)[0]
    token = portal.core.links.customer_token(person.id)
    portal.house.customers.decline(token, "no", CLIENT)
    portal.work()


def _titles(page):
    return re.findall(r'<strong dir="auto">(Offer [^<]+)</strong>', page)


def test_the_list_speaks_the_contacts_language_until_another_is_chosen_and_stays_narrowed(portal):
    portal.share(language="da")
    browser = portal.signed_in()
    assert 'lang="da"' in browser.get("/p/alice/").text
    page = browser.get("/p/alice/?show=open").text
    assert "?show=open&amp;lang=fr" in page
    assert 'lang="fr"' in browser.get("/p/alice/?show=open&lang=fr").text
    assert "Vos documents" in browser.get("/p/alice/").text


def test_somebody_of_very_many_customers_sees_everything_once(portal):
    for number in range(60):
        portal.share(customer=f"K{number}", customer_name=f"Firm {number}", audience="customer")
    browser, seen, path = portal.signed_in(), [], "/p/alice/"
    while path:
        page = browser.get(path).text
        seen += _titles(page)
        more = page.partition('class="button second" href="')[2].partition('"')[0]
        path = more.replace("&amp;", "&")
    assert seen == [f"Offer O-{n}" for n in range(60, 0, -1)]
