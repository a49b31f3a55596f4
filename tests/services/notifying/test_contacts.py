"""What a customer's contacts are told of documents that are shared with them."""

from __future__ import annotations

from sqlalchemy import event

from hub.services.portal import contact_news
from hub.services.told import told_of
from hub.storage.models import HeldNotice, Preference, Request
from tests.services.portal.published_case import SECOND, paper
from tests.services.portal.test_sharing import BOB, FIRM

DAVE = {"key": "c3", "name": "Dave", "mobile": "+4520123499"}
ALL = {**FIRM, "audience": "customer"}


def told(case, to):
    """The texts of what somebody was told, codes and invitations apart."""
    return [one.text for one in case.messages(to) if "Sign in" in one.text]


def change(case, request_id):
    with case.core.db.write() as session:
        told_of(case.core, session, session.get_one(Request, request_id), "changed")
    case.work()


def test_who_was_not_asked_learns_of_a_shared_document_with_a_way_to_it(shared):
    case = shared()
    request = case.share(**ALL, contacts=[BOB, DAVE])
    (mail,) = case.messages("bob@example.com")
    assert mail.text.startswith("Alice has shared Offer O-1 with you. Sign in to read it:")
    assert f"https://hub.example/p/alice/documents/{request}" in mail.text
    assert mail.unsubscribe.startswith("https://hub.example/n/")
    (sms,) = case.messages(DAVE["mobile"])  # no e-mail: by SMS
    assert "https://hub.example/p/alice/documents/" in sms.text
    assert told(case, "alice@example.com") == []  # she was sent the link itself


def test_a_document_that_is_replaced_is_told_to_both_sides(replaced):
    people = {**ALL, "contacts": [BOB]}
    replaced.source.put("offer", "1", {**replaced.source.records("offer")["1"], **people})
    replaced.trigger("button")
    assert replaced.messages("bob@example.com") == []
    fields = {**replaced.source.records("offer")["1"], "paper": paper(SECOND)}
    replaced.source.put("offer", "1", fields)
    replaced.trigger("button")
    assert replaced.events("replaced") == ["replaced"]
    (mail,) = replaced.messages("bob@example.com")
    assert mail.text.startswith("Alice has changed Offer O-1. Sign in to read it as it is now:")
    (news,) = replaced.messages("owner@example.com")
    assert news.text.startswith("Offer O-1 (O-1) has been changed")


def test_nobody_is_told_where_the_mapping_tells_nobody(shared):
    case = shared(tell="[]")
    request = case.share(**ALL, contacts=[BOB])
    change(case, request)
    assert case.messages("bob@example.com") == []


def test_a_document_for_one_contact_is_told_to_no_other(shared):
    case = shared()
    case.share(**FIRM, audience="customer", contacts=[BOB])
    other = case.share(**FIRM, audience="contact", contacts=[BOB])
    assert len(case.messages("bob@example.com")) == 1
    change(case, other)
    assert len(case.messages("bob@example.com")) == 1
    assert "has changed Offer O-2" in told(case, "alice@example.com")[0]


def test_a_contact_without_any_address_is_left_out(shared):
    case = shared()
    request = case.share(**ALL, contacts=[{"key": "c9", "name": "Nobody"}, BOB])
    change(case, request)
    assert len(case.messages("bob@example.com")) == 2


def test_who_has_left_is_told_nothing_more_and_what_waits_goes(shared):
    case = shared()
    request = case.share(**ALL, contacts=[BOB])
    browser = case.signed_in("bob@example.com")
    browser.post("/p/alice/notices", {"changed": "digest"})
    change(case, request)
    with case.core.db.read() as session:
        assert session.query(HeldNotice).count() == 1
    case.share(**ALL, contacts=[DAVE])  # the upstream names Bob no more
    before = len(case.messages("bob@example.com"))
    change(case, request)
    case.later(days=1)
    assert len(case.messages("bob@example.com")) == before
    with case.core.db.read() as session:
        assert session.query(HeldNotice).count() == 0


def test_quiet_hours_of_reminders_hold_for_contacts_too(shared):
    case = shared(quiet=', quiet: "11:00-14:00"')
    case.share(**ALL, contacts=[BOB])
    assert case.messages("bob@example.com") == []
    case.later(hours=2)
    assert len(case.messages("bob@example.com")) == 1


def test_a_contact_chooses_in_the_portal(shared):
    case = shared()
    request = case.share(**ALL, contacts=[BOB])
    browser = case.signed_in("bob@example.com")
    assert "/p/alice/notices" in browser.get("/p/alice/").text
    page = browser.get("/p/alice/notices")
    assert page.status_code == 200
    assert "All documents" in page.text
    saved = browser.post("/p/alice/notices", {"changed": "none"})
    assert "Your choice is saved" in browser.get(saved.location).text
    before = len(case.messages("bob@example.com"))
    change(case, request)
    assert len(case.messages("bob@example.com")) == before
    stopped = browser.post("/p/alice/notices", {"stop": "1"})
    assert "no more notices" in browser.get(stopped.location).text
    with case.core.db.read() as session:
        (row,) = session.query(Preference).filter(Preference.choices.contains("none")).all()
    assert set(row.choices.values()) == {"none"}


def test_the_portals_page_needs_a_sign_in_and_a_portal(shared):
    case = shared()
    case.share(**ALL, contacts=[BOB])
    stranger = case.browser()
    assert stranger.get("/p/alice/notices").location.endswith("/p/alice/sign-in")
    assert stranger.get("/p/nowhere/notices").status_code == 404
    denied = stranger.post("/p/alice/notices", {"stop": "1"}, page="/p/alice/sign-in")
    assert denied.location.endswith("/p/alice/sign-in")


def test_one_contact_of_two_customers_chooses_once(shared):
    case = shared()
    case.share(**ALL, contacts=[BOB])
    other = case.share(audience="customer", customer="K2", customer_name="Two", contacts=[BOB])
    case.signed_in("bob@example.com").post("/p/alice/notices", {"changed": "none"})
    before = len(case.messages("bob@example.com"))
    change(case, other)
    assert len(case.messages("bob@example.com")) == before


def test_workspaces_know_nothing_of_each_others_choices(shared):
    case = shared()
    case.share(**ALL, contacts=[BOB])
    case.share(**ALL, contacts=[BOB], workspace="bob")
    case.signed_in("bob@example.com").post("/p/alice/notices", {"stop": "1"})
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request("bob").id)
        told_of(case.core, session, request, "changed")
    case.work()
    assert "has changed" in case.messages("bob@example.com", "bob")[-1].text


def test_telling_many_contacts_asks_the_database_as_often_as_for_few(shared):
    case = shared()
    many = [
        {"key": f"k{number}", "name": "N", "email": f"n{number}@example.com"}
        for number in range(12)
    ]
    few = asked(case, case.share(**ALL, contacts=many[:2]))
    whole = {**ALL, "customer": "K9"}
    assert asked(case, case.share(**whole, contacts=many, email="carol@example.com")) == few


def asked(case, request_id):
    """How many questions telling of a change takes."""
    statements = []

    def note(connection, cursor, statement, *more):
        if statement.lstrip().startswith("SELECT"):
            statements.append(statement)

    with case.core.db.write() as session:
        request = session.get_one(Request, request_id)
        event.listen(case.core.db.engine, "before_cursor_execute", note)
        try:
            assert contact_news.tell(case.core, session, request, "changed") > 2
        finally:
            event.remove(case.core.db.engine, "before_cursor_execute", note)
    return len(statements)
