"""What was written and not read yet: told in the portal's list and on the document's page, for
each person by itself, and to the sender."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from sqlalchemy import event

from hub.kernel.errors import NotFound
from hub.services import conversation, reading, remarks
from hub.services.portal.sharing import PUBLIC_KEY
from hub.storage.models import Recipient, Request
from tests.services.paper_case import CLIENT
from tests.services.portal.public_links import SHARED, link_of, read
from tests.services.portal.talks import LINES, write
from tests.services.portal.test_sharing import BOB, FIRM


@pytest.fixture
def portal(talking):
    """A portal whose documents have a talk beside them."""
    return talking


def answer(portal, request_id, text="Yes.", key="signer"):
    remarks.answer_remark(portal.core, portal.core.workspace_ids["alice"], request_id, key, text)


def shown(browser, request_id):
    address = browser.open(request_id).location
    return browser.get(browser.get(address).location or address).text


def test_the_list_counts_what_was_not_read_until_the_page_was_shown(portal):
    one, other = portal.share(**LINES), portal.share(**LINES)
    browser = portal.signed_in()
    assert "new message" not in browser.get("/p/alice/?lang=en").text
    for text in ("One", "Two"):
        answer(portal, one, text)
    answer(portal, other)
    page = browser.get("/p/alice/?lang=en").text
    assert page.count("2 new messages") == page.count("1 new message<") == 1
    assert "2 new messages from" in shown(browser, one)
    page = browser.get("/p/alice/?lang=en").text
    assert "2 new messages" not in page
    assert "1 new message" in page
    assert 'class="fresh"' not in shown(browser, one)


def test_contacts_of_one_customer_read_one_conversation(portal):
    request = portal.share(**FIRM, **LINES, audience="customer", contacts=[BOB])
    alice, bob = portal.signed_in(), portal.signed_in("bob@example.com")
    write(alice, alice.open(request).location, "In blue?", b"As on this plan.")
    page = shown(bob, request)
    assert "In blue?" in page
    assert '<span dir="auto">Alice</span>' in page
    address = bob.open(request).location
    found = re.search(r'href="([^"]+/m/[^"]+)"', page)
    assert found
    assert b"As on this plan." in bob.get(urljoin(f"{address}/document", found[1])).data


def test_who_was_asked_alone_reads_no_conversation_of_others(portal):
    request = portal.share(**LINES)
    alice = portal.signed_in()
    write(alice, alice.open(request).location, "Only between us")
    with portal.core.db.write() as session:
        asked = session.get_one(Request, request)
        other = asked.recipients[0]
        stranger = Recipient(
            **{column.key: getattr(other, column.key) for column in Recipient.__table__.columns}
            | {"id": "other", "key": "other"}
        )
        assert [one.text for one in conversation.of(session, asked, other)] == ["Only between us"]
        assert conversation.of(session, asked, stranger) == ()


def test_what_is_written_to_one_contact_is_new_to_no_other(portal):
    request = portal.share(**FIRM, **LINES, audience="customer", contacts=[BOB])
    alice, bob = portal.signed_in(), portal.signed_in("bob@example.com")
    shown(bob, request)
    answer(portal, request)
    assert "1 new message" in alice.get("/p/alice/?lang=en").text
    assert "new message" not in bob.get("/p/alice/?lang=en").text
    page = shown(bob, request)
    assert "Yes." in page
    assert 'class="fresh"' not in page
    assert "To Alice" in page
    assert "1 new message" in alice.get("/p/alice/?lang=en").text
    (reader,) = [one.key for one in portal.people(request) if one.role == "viewer"]
    answer(portal, request, "For Bob", reader)
    assert "1 new message" in bob.get("/p/alice/?lang=en").text


def test_the_list_asks_once_however_many_documents_wait(portal):
    asked = []

    @event.listens_for(portal.core.db.engine, "before_cursor_execute")
    def _count(connection, cursor, statement, *_):
        asked.append(statement)

    browser = portal.signed_in(_shared(portal, 1))
    browser.get("/p/alice/")
    asked.clear()
    browser.get("/p/alice/")
    few = len(asked)
    _shared(portal, 6)
    asked.clear()
    browser.get("/p/alice/")
    assert len(asked) == few


def _shared(portal, count):
    for _ in range(count):
        answer(portal, portal.share(**LINES))
    return "alice@example.com"


def test_the_sender_has_read_when_it_has_answered(portal):
    request = portal.share(**LINES)
    desk = portal.house.customers
    (person,) = portal.people(request)
    token = portal.core.links.customer_token(person.id)
    desk.remark(token, "Blue?", CLIENT)
    assert unread(portal, request) == {request: 1}
    answer(portal, request)
    assert unread(portal, request) == {}


def unread(portal, *ids):
    with portal.core.db.read() as session:
        return reading.unread(session, ids)


def test_nobody_writes_by_a_public_link_and_nobody_is_answered_there(portal):
    request = portal.share(**LINES, **SHARED)
    page = read(portal.browser(), link_of(portal, request)).text
    assert "Work" in page
    assert "/remark" not in page
    assert PUBLIC_KEY in [one.key for one in portal.people(request)]
    with pytest.raises(NotFound):
        answer(portal, request, "To everybody", PUBLIC_KEY)
