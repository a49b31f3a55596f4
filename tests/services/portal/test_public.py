"""Public links (B2): whoever has the link and its password reads one document, and no more."""

from __future__ import annotations

from datetime import timedelta

import orjson
from sqlalchemy import func, select, text

from connectors.simulated.upstream import upstream
from hub.services.portal import public
from hub.services.withdrawals import withdraw
from hub.storage.models import PortalSession, PublicLink, Recipient, RequestEvent
from tests.services.portal.portal_case import HOST
from tests.services.portal.public_links import SECRET, SHARED, WRONG, link_of, read


def test_whoever_has_link_and_password_reads_the_document(portal):
    link = link_of(portal, portal.share(**SHARED))
    asked = portal.browser().get(link)
    assert asked.status_code == 200
    assert "Enter the password" in asked.text
    assert "O-1" not in asked.text  # nothing of the document before the password
    page = read(portal.browser("198.51.100.9"), link, " correct  horse ")
    assert page.status_code == 200
    assert "Offer O-1" in page.text


def test_the_password_once_given_opens_the_link_again_in_that_browser_only(portal):
    link = link_of(portal, portal.share(**SHARED))
    browser = portal.browser()
    place = browser.give(link, SECRET).location
    assert browser.get(link).location == place
    assert "Enter the password" in portal.browser().get(link).text
    over = portal.browser().get(place)  # the document's address was sent on
    assert over.status_code == 403
    assert "O-1" not in over.text
    assert link in over.text


def test_the_upstream_is_told_the_link_when_it_is_sent(portal):
    link = link_of(portal, portal.share(**SHARED))
    record = upstream(portal._place("alice")).records("offer")["1"]
    assert record["public_link"] == HOST + link
    portal.share()
    assert upstream(portal._place("alice")).records("offer")["2"].get("public_link") is None


def test_no_request_without_a_good_password_is_sent(portal):
    for number, password in enumerate((None, "short", "x" * 200), start=1):
        request = portal.share(audience="public", link_password=password)
        assert portal.request().state == "failed"
        assert link_of(portal, request) == ""
        assert len(portal.messages(f"+4520{0:06d}")) == 0, number
    with portal.core.db.read() as session:
        assert session.scalar(select(func.count()).select_from(PublicLink)) == 0


def test_a_request_that_is_not_public_has_no_link(portal):
    request = portal.share()
    assert link_of(portal, request) == ""
    with portal.core.db.read() as session:
        token = public.token_of(portal.core, session, portal.core.workspace_ids["alice"], request)
    assert token == ""


def test_the_password_lies_nowhere_in_the_clear(portal):
    request = portal.share(**SHARED)
    read(portal.browser(), link_of(portal, request))
    portal.browser().give(link_of(portal, request), "wrong horses")
    with portal.core.db.read() as session:
        assert SECRET not in str(orjson.dumps(portal.request().plan))
        row = session.scalars(select(PublicLink)).one()
        assert row.password.startswith("$argon2id$")
        names = session.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            if session.get_bind().dialect.name == "postgresql"
            else text("SELECT name FROM sqlite_master WHERE type = 'table'")
        ).all()
        rows = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names]
    stored = str([tuple(one) for table in rows for one in table])
    assert request in stored
    assert SECRET not in stored
    assert "wrong horses" not in stored


def test_an_archived_document_is_still_read_and_a_removed_one_says_so(portal):
    request = portal.share(**SHARED)
    link = link_of(portal, request)
    browser = portal.browser()
    withdraw(portal.core, portal.core.workspace_ids["alice"], request, by="test")
    portal.later(days=31)
    assert "Offer O-1" in read(browser, link).text
    portal.clock.advance(timedelta(days=28, hours=23, minutes=30))
    read(browser, link)
    place = browser.get(link).location
    portal.later(hours=0.6)
    gone = portal.browser().get(link)
    assert gone.status_code == 410
    assert "not shared any more" in gone.text
    late = portal.browser().post(link, {"password": SECRET}, page="/p/alice/sign-in")
    assert late.status_code == 410  # of a page that stood open
    assert browser.get(link).status_code == 410  # also where the password was given before
    over = browser.get(place)  # and on a page that stood open
    assert (over.status_code, "Offer" in over.text) == (403, False)


def test_a_link_works_in_its_own_workspace_only(portal):
    link = link_of(portal, portal.share(**SHARED))
    assert WRONG in portal.browser().give(link.replace("/alice/", "/bob/"), SECRET).text
    assert portal.browser().get(link.replace("/alice/", "/nobody/")).status_code == 404


def test_the_password_of_another_link_opens_nothing(portal):
    first = link_of(portal, portal.share(**SHARED))
    second = link_of(portal, portal.share(audience="public", link_password="battery staple"))
    browser = portal.browser()
    read(browser, first)
    assert "Enter the password" in browser.get(second).text
    assert WRONG in browser.give(second, SECRET).text
    assert "Offer O-2" in read(browser, second, "battery staple").text
    assert "Offer O-1" in browser.get(first, follow_redirects=True).text  # both are open


def test_the_session_of_a_link_opens_no_list(portal):
    request = portal.share(**SHARED)
    browser = portal.browser()
    read(browser, link_of(portal, request))
    assert browser.get("/p/alice/").location == "/p/alice/sign-in"
    held = next(one for one in browser.client._cookies.values() if "portal_alice." in one.key)
    browser.client.set_cookie(held.key.partition(".")[0], held.value, domain="hub.example")
    assert browser.get("/p/alice/").location == "/p/alice/sign-in"
    assert browser.open(request).location == "/p/alice/sign-in"


def test_a_sign_in_to_the_portal_stays_when_a_public_link_is_opened(portal):
    portal.share("bob@example.com")
    link = link_of(portal, portal.share(**SHARED))
    bob = portal.signed_in("bob@example.com")
    read(bob, link)
    assert bob.shelf() == ["Offer O-1"]


def test_signing_out_everywhere_ends_nobody_who_came_by_a_link(portal):
    link = link_of(portal, portal.share(**SHARED))
    reader, alice = portal.browser(), portal.signed_in()
    read(reader, link)
    alice.post("/p/alice/sign-out", {"everywhere": "1"}, page="/p/alice/")
    assert reader.get(link).status_code == 303
    with portal.core.db.read() as session:
        still = PortalSession.ended_at.is_(None)
        left = session.scalars(select(PortalSession).where(still))
        assert [one.way for one in left] == ["public"]


def test_the_session_ends_when_it_is_idle(portal):
    link = link_of(portal, portal.share(**SHARED))
    browser = portal.browser()
    place = browser.give(link, SECRET).location
    portal.clock.advance(portal.again * 4)
    assert "Please enter the password" in browser.get(place).text
    assert "Enter the password" in browser.get(link).text


def test_all_who_come_by_the_link_are_one_reader_who_does_nothing(portal):
    request = portal.share(**SHARED)
    link = link_of(portal, request)
    browsers = portal.browser(), portal.browser("198.51.100.9")
    places = [browser.give(link, SECRET).location for browser in browsers]
    assert places[0] != places[1]
    readers = [one for one in portal.people(request) if one.role == "viewer"]
    assert [(one.key, one.contact["name"]) for one in readers] == [
        ("portal.public", "Anybody with the link")
    ]
    for browser, place in zip(browsers, places, strict=True):
        page = browser.get(place).text
        assert "All documents" not in page
        assert "This link is personal" not in page
        for path in ("decline", "sign", "remarks", "forward"):
            answer = browser.post(f"{place}/{path}", {"reason": "x", "text": "x"}, page=link)
            assert answer.status_code in (303, 400, 403, 404, 405, 409, 422), path
    with portal.core.db.read() as session:
        kinds = set(session.scalars(select(RequestEvent.kind)))
        assert session.scalar(select(func.count()).select_from(Recipient)) == 2
    assert not kinds & {"opened", "declined", "remarked", "signed"}
    assert portal.request().state == "sent"


def test_a_link_stays_the_same_when_the_master_key_changes(portal, monkeypatch):
    request = portal.share(**SHARED)
    before, core = link_of(portal, request), portal.core
    macs = core.vault.macs
    monkeypatch.setattr(core.vault, "macs", lambda use, words: ["N" * 43, *macs(use, words)])
    assert link_of(portal, request) == before
