"""The record changed upstream and its papers are read again: what is shown follows the record."""

from __future__ import annotations

import pytest

from hub.kernel.errors import Refused
from hub.services import preparing
from hub.services.views import NotReady
from hub.storage.models import Attachment, Blob, Document, SigningOrder
from tests.services.documents.made import pdf
from tests.services.paper_case import PERSON, RECORD, encoded, picture

SOME = """
    - {key: paper, title: Paper, base64: {from: paper}}
    - {key: extra, title: Extra, base64: {from: extra}, when: extra != ""}"""
PHOTO = "base64: {from: photo}, must_view: true}"
MORE = {"        photo: aGVq": "        photo: aGVq\n        state: Open\n        paper: aGVq"}
WHEN = {**MORE, "request:\n  kind": 'when: state != "Closed"\nrequest:\n  kind'}
SOMETIMES = {**MORE, PHOTO: 'base64: {from: photo}, must_view: true, when: photo != ""}'}
LINES = [
    {"id": "work", "text": "Work", "price": "2000"},
    {"id": "hose", "text": "Hose", "price": "99.50", "optional": True},
    {"id": "pump", "text": "Pump", "price": "500", "optional": True},
]


def refresh(case, record=None):
    preparing.read_again(case.core, case.workspace, case.request().id, record)
    case.work()
    return case.deliveries("prepare")[-1]


def shown(case, who="alice"):
    token = case.token(who)
    view = case.desk.view(token)
    first = view.papers.documents[0]
    text = case.desk.page_text(token, first.key, first.version, 1)
    return view.title, str(view.papers.totals.gross), text


def test_title_lines_and_what_is_typeset_follow_the_record(offer):
    offer.look("alice")
    order = offer.begin("alice")
    changed = {"number": "O-1B", "intro": "As we spoke about yesterday.", "lines": LINES}
    offer.upstream.put("offer", "1", changed)
    assert refresh(offer).state == "delivered"
    title, gross, text = shown(offer)
    assert (title, gross) == ("Offer O-1B", "2500.00")
    assert "spoke about yesterday" in text
    assert "2,000.00" in text
    assert [(one.version, one.current) for one in offer.rows(Document)] == [(1, None), (2, True)]
    assert offer.events().count("prepared") == 2
    assert [one.code for one in offer.rows(SigningOrder)] == ["documents_changed"]
    assert offer.give("alice", order).status == "failed"
    with pytest.raises(NotReady):
        offer.begin("alice")
    offer.sign("alice")
    offer.sign("bob")
    assert offer.request().record["number"] == "O-1B"
    kept = offer.acceptances()[0].shown
    assert [one["id"] for one in kept["lines"]] == ["work", "hose", "pump"]


def test_what_was_chosen_stays_for_lines_that_are_still_there(offer):
    offer.upstream.put("offer", "1", {"lines": LINES})
    refresh(offer)
    offer.desk.choose_lines(offer.token("alice"), ["hose", "pump"])
    offer.upstream.put("offer", "1", {"lines": LINES[:2]})
    refresh(offer)
    view = offer.desk.view(offer.token("alice")).papers
    assert [(one.id, one.chosen) for one in view.lines] == [("work", True), ("hose", True)]
    assert str(view.totals.gross) == "2624.38"


def test_lines_alone_that_changed_end_what_would_sign_the_former_ones(papers):
    case = papers(documents=SOME, more=MORE)
    case.upstream.put("offer", "1", {"paper": encoded(pdf()), "extra": ""})
    case.send()
    case.look("alice")
    case.begin("alice")
    case.upstream.put("offer", "1", {"lines": LINES})
    refresh(case)
    assert [one.code for one in case.rows(SigningOrder)] == ["documents_changed"]
    assert [one.version for one in case.rows(Document)] == [1]
    case.sign("alice")
    assert case.acceptances()[0].shown["totals"]["net"] == "2000.00"


def test_people_and_their_links_stay(papers):
    people = """
    - {key: alice, rows: [{to: name, from: name}, {to: mobile, value: "+46701740605"}]}"""
    case = papers(
        people=people, more={"        photo: aGVq": "        photo: aGVq\n        name: A"}
    )
    case.upstream.put("offer", "1", {"name": "Alice"})
    case.send()
    token = case.token("alice")
    case.upstream.put("offer", "1", {"name": "Mallory", "intro": "Other words."})
    refresh(case)
    assert case.token("alice") == token
    assert case.person("alice").contact["name"] == "Alice"
    assert len(case.messages()) == 1
    assert "Other words." in shown(case)[2]


def test_papers_that_the_record_gives_no_more_are_not_shown_and_may_come_back(papers):
    case = papers(documents=SOME, more=SOMETIMES)
    both = {"paper": encoded(pdf()), "extra": encoded(pdf(count=2))}
    case.upstream.put("offer", "1", both)
    case.send()
    assert len(case.unseen("alice")) == 4
    case.upstream.put("offer", "1", {"extra": "", "photo": ""})
    refresh(case)
    assert case.unseen("alice") == ["paper:1"]
    view = case.desk.view(case.token("alice")).papers
    assert [one.key for one in view.documents] == ["paper"]
    assert (view.attachments, case.rows(Attachment)) == ((), [])
    case.desk.page_image(case.token("alice"), "extra", 1, 1, PERSON)  # the former version
    case.upstream.put("offer", "1", {**both, "photo": encoded(picture("blue"))})
    refresh(case)
    versions = [(one.key, one.version, one.current) for one in case.rows(Document)]
    assert versions == [("paper", 1, True), ("extra", 1, None), ("extra", 2, True)]
    assert len(case.rows(Attachment)) == 1
    assert {one.sha256 for one in case.rows(Attachment)} < {one.sha256 for one in case.rows(Blob)}
    case.sign("alice")
    case.sign("bob")
    case.work()
    assert case.verdict(case.blob(case.proofs()[0].bundle_sha256)).ok


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"lines": [{"id": "work", "text": "Work", "price": "much"}]}, "bad_record"),
        ({"paper": encoded(picture())}, "not_pdf"),
        (None, "not_found"),
    ],
)
def test_a_record_that_does_not_fit_any_more_changes_nothing(papers, changed, code):
    case = papers(documents=SOME, more=WHEN)
    case.upstream.put("offer", "1", {"paper": encoded(pdf()), "extra": "", "state": "Open"})
    case.send()
    before = case.request()
    if changed is None:
        del case.upstream._tables["offer"]["1"]
    else:
        case.upstream.put("offer", "1", changed)
    delivery = refresh(case)
    assert (delivery.state, delivery.error_code) == ("gave_up", code)
    after = case.request()
    assert (after.state, after.title, after.record) == (before.state, before.title, before.record)
    assert after.plan == {**before.plan, "papers_read": 2}
    assert [one.version for one in case.rows(Document)] == [1]
    case.look("alice")
    case.give("alice", case.begin("alice"))


def test_what_was_written_back_does_not_stop_a_refresh(papers):
    case = papers(documents=SOME, more=WHEN)
    case.upstream.put("offer", "1", {"paper": encoded(pdf()), "extra": "", "state": "Open"})
    case.send()
    case.upstream.put("offer", "1", {"paper": encoded(pdf()), "extra": "", "state": "Closed"})
    assert refresh(case).state == "delivered"
    assert case.request().record["state"] == "Closed"


def test_a_record_that_is_sent_along_is_taken_instead(offer):
    refresh(offer, {**RECORD, "intro": "Sent along."})
    assert "Sent along." in shown(offer)[2]
    assert offer.record()["intro"] == RECORD["intro"]


def test_no_record_is_sent_along_to_a_source_that_is_read_by_id(offer, monkeypatch):
    manifest = type(offer.core.registry.manifest(offer.core.instance(offer.workspace, "source")))
    monkeypatch.setattr(manifest, "can", lambda self, capability: capability != "inline")
    with pytest.raises(Refused) as refused:
        preparing.read_again(offer.core, offer.workspace, offer.request().id, {"intro": ""})
    assert refused.value.code == "no_inline"
    assert offer.request().plan.get("papers_read") is None
