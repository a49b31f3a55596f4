"""A document that is opened from the portal: the same pages, for one session in one browser."""

from __future__ import annotations

from sqlalchemy import select

from hub.storage.models import AccessToken
from tests.services.portal.test_sharing import BOB, FIRM


def test_a_recipient_opens_the_page_where_it_is_answered(portal):
    request = portal.share()
    browser = portal.signed_in()
    opened = browser.open(request)
    assert opened.location.startswith("/s/")
    page = browser.get(browser.get(opened.location).location or opened.location)
    assert page.status_code == 200
    assert "All documents" in page.text
    assert [one.key for one in portal.people(request)] == ["signer"]
    assert browser.open(request).location == opened.location


def test_the_address_alone_leads_nowhere(portal):
    request = portal.share()
    browser = portal.signed_in()
    address = browser.open(request).location
    sent_on = portal.browser().get(address)
    assert sent_on.status_code == 403
    assert "Please sign in" in sent_on.text
    assert "Offer" not in sent_on.text
    stranger = portal.browser().post(f"{address}/decline", {"reason": ""}, page="/p/alice/sign-in")
    assert stranger.status_code == 403
    assert portal.request().state == "sent"


def test_who_signs_out_closes_the_documents_too(portal):
    request = portal.share()
    browser = portal.signed_in()
    address = browser.open(request).location
    browser.post("/p/alice/sign-out", {}, page="/p/alice/")
    assert browser.get(address).status_code == 403
    again = portal.signed_in()
    assert again.open(request).location != address


def test_another_contact_of_the_customer_reads_and_cannot_sign(portal):
    request = portal.share(**FIRM, audience="customer", contacts=[BOB])
    browser = portal.signed_in("bob@example.com")
    address = browser.open(request).location
    page = browser.get(browser.get(address).location or address)
    assert page.status_code == 200
    assert [(one.role, one.contact["name"]) for one in portal.people(request)] == [
        ("signer", "Alice"), ("viewer", "Bob"),
    ]  # fmt: skip
    browser.post(f"{address}/decline", {"reason": "no"}, page="/p/alice/")
    assert portal.request().state in ("sent", "opened")
    assert portal.messages("bob@example.com")[-1].text.count("code")  # and nothing but the code


def test_what_is_not_shared_is_like_what_is_not_there(portal):
    mine, other = portal.share(), portal.share(email="other@example.com")
    elsewhere = portal.share(workspace="bob")
    browser = portal.signed_in()
    assert browser.open(mine).status_code == 302
    wrong = (other, elsewhere, "0" * 36, "x-x")
    answers = [(browser.open(one), one) for one in wrong]
    assert {answer.status_code for answer, _ in answers} == {404}
    assert len({answer.text.replace(one, "") for answer, one in answers}) == 1
    with portal.core.db.read() as session:
        opened = session.scalars(select(AccessToken).where(AccessToken.purpose == "portal")).all()
    assert [one.request_id for one in opened] == [mine]


def test_opening_from_the_portal_counts_as_opened_and_the_record_is_told(portal):
    request = portal.share()
    browser = portal.signed_in()
    browser.get(browser.open(request).location)
    portal.work()
    assert portal.request().state == "opened"
