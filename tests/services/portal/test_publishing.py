"""Publishing (B1): by which triggers a document gets into the portal, and how it follows its
record."""

from __future__ import annotations

import pytest

from hub.services import preparing
from hub.services.portal import sharing
from hub.services.views import NotReady
from hub.storage.models import Delivery
from tests.services.documents.made import pdf
from tests.services.portal.published_case import SECOND, paper

TRIGGERS = ["button", "webhook", "api", "poll"]


@pytest.mark.parametrize("by", TRIGGERS)
def test_every_kind_of_trigger_shares_it_in_the_portal(published, by):
    published.trigger(by)
    assert published.signed_in().shelf() == ["Offer O-1"]


@pytest.mark.parametrize("by", TRIGGERS)
def test_a_changed_document_becomes_a_new_version_of_the_same_request(published, by):
    published.trigger("button")
    token = published.token()
    published.record(paper=paper(SECOND), number="O-1B")
    published.trigger(by)
    assert published.versions() == [(1, None), (2, True)]
    assert published.events("replaced") == ["replaced"]
    assert published.told("state") == "Replaced"
    assert (len(published.requests()), published.token()) == (1, token)
    assert published.signed_in().shelf() == ["Offer O-1B"]


def test_the_same_document_again_does_nothing(published):
    published.trigger("button")
    before = published.source.records("offer")["1"]
    for by in TRIGGERS:
        published.record(remark=by)  # bookkeeping of the upstream, which nobody is shown
        published.trigger(by)
    assert published.versions() == [(1, True)]
    assert published.events("replaced", "change_refused") == []
    assert published.source.records("offer")["1"] == {**before, "remark": "poll"}


def test_what_the_hub_writes_of_it_asks_for_no_other_version(published):
    published.trigger("poll")
    published.record(paper=paper(SECOND))
    for _ in range(5):
        published.trigger("poll")
    assert published.events("replaced") == ["replaced"]
    read = [one.step for one in published.rows(Delivery) if one.kind == preparing.KIND]
    assert read == ["papers.1", "papers.2", "papers.3"]  # the write that told of it, and no more


def test_a_call_with_the_same_words_may_be_about_another_change(published):
    published.trigger("webhook")
    for count in (2, 3):
        published.record(paper=paper(pdf(count=count)))
        published.trigger("webhook")
    assert published.versions() == [(1, None), (2, None), (3, True)]


def test_a_signature_that_was_begun_on_the_former_version_is_void(published):
    published.trigger("button")
    published.look()
    order = published.begin()
    published.record(paper=paper(SECOND))
    published.trigger("webhook")
    assert published.orders() == [("cancelled", "documents_changed")]
    assert published.give(order) == "failed"
    with pytest.raises(NotReady):  # the new version is to be read first
        published.begin()
    published.sign()
    assert published.request().state == "completed"


def test_what_was_signed_is_not_replaced_and_the_record_is_told_once(published_for_two):
    case = published_for_two
    case.trigger("button")
    case.sign()
    case.record(paper=paper(SECOND))
    for by in TRIGGERS:
        case.trigger(by)
    assert case.versions() == [(1, True)]
    assert case.events("replaced", "change_refused") == ["change_refused"]
    assert case.told("state") == "Kept"
    assert "already signed" in case.told("why")


def test_a_signed_document_whose_record_says_the_same_is_told_nothing(published_for_two):
    published_for_two.trigger("button")
    published_for_two.sign()
    published_for_two.trigger("webhook")
    assert published_for_two.events("replaced", "change_refused") == []


def test_after_its_end_a_changed_record_is_a_new_wish(published):
    published.trigger("button")
    published.sign()
    assert published.told("state") == "Signed"
    published.record(paper=paper(SECOND))
    published.trigger("webhook")
    assert len(published.requests()) == 1  # the mapping's `when` wants no other
    published.record(state="New")
    published.trigger("button")
    assert [one.state for one in published.requests()] == ["completed", "sent"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"paper": paper(b"no PDF")}, "not a PDF"),
        ({"paper": ""}, "offer"),
        ({"paper": None}, "offer"),
    ],
)
def test_a_change_that_cannot_be_used_leaves_what_was_sent_and_the_record_is_told(
    published, changed, why
):
    published.trigger("button")
    published.look()
    order = published.begin()
    published.record(**changed)
    for by in TRIGGERS:
        published.trigger(by)
    assert published.versions() == [(1, True)]
    assert published.events("replaced", "change_refused", "failed") == ["change_refused"]
    assert published.told("state") == "Kept"
    assert why in published.told("why")
    assert published.give(order) in ("pending", "accepted")
    published.work()
    assert published.request().state == "completed"


def test_a_change_is_refused_again_after_a_good_one(published):
    published.trigger("button")
    for content in (b"no PDF", SECOND, b"no PDF"):
        published.record(paper=paper(content))
        published.trigger("webhook")
    assert published.events("replaced", "change_refused") == [
        "change_refused",
        "replaced",
        "change_refused",
    ]


def test_a_change_is_read_as_soon_as_the_upstream_answers_again(published):
    published.trigger("button")
    published.record(paper=paper(SECOND))
    published.source.fault("unreachable", "read", count=2)
    published.trigger("webhook")
    assert published.versions() == [(1, True)]
    published.later(minutes=10)
    assert published.versions() == [(1, None), (2, True)]


def test_a_mapping_that_keeps_what_was_sent_looks_at_nothing_again(kept):
    kept.trigger("button")
    kept.record(paper=paper(SECOND))
    for by in TRIGGERS:
        kept.trigger(by)
    assert kept.versions() == [(1, True)]
    assert [one for one in kept.rows(Delivery) if one.kind == "follow"] == []


@pytest.mark.parametrize("by", TRIGGERS)
def test_a_closed_record_is_archived_and_an_open_request_ends(published, by):
    published.trigger("button")
    published.look()
    order = published.begin()
    published.record(status="Closed")
    published.trigger(by)
    assert published.request().state == "cancelled"
    assert published.told("state") == "Withdrawn"
    assert published.give_or_closed(order) == "closed"
    browser = published.signed_in()
    assert browser.shelf() == []
    assert browser.shelf(show="archive") == ["Offer O-1"]
    assert browser.open(published.request().id).status_code == 302
    published.trigger(by)
    assert len(published.requests()) == 1  # a closed record is not shared again


def test_a_signed_offer_of_a_closed_record_is_archived_and_stays_signed(published):
    published.trigger("webhook")
    published.sign()
    assert published.signed_in().shelf() == ["Offer O-1"]
    published.record(status="Closed")
    published.trigger("webhook")
    assert published.request().state == "completed"
    assert published.told("state") == "Signed"
    assert published.signed_in().shelf(show="archive") == ["Offer O-1"]


def test_a_signature_that_is_being_checked_is_judged_before_it_is_archived(published):
    published.trigger("button")
    published.look()
    published.give(published.begin())
    published.source.put("offer", "1", {"status": "Closed"})
    published.hook()
    published.work()
    assert published.request().state == "completed"
    assert published.signed_in().shelf(show="archive") == ["Offer O-1"]


def test_the_api_puts_a_request_into_the_archive(published):
    published.trigger("button")
    request = published.request().id
    answer = published.api(f"/requests/{request}/archive")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert published.signed_in().shelf(show="archive") == ["Offer O-1"]
    assert published.api(f"/requests/{request}/archive").status_code == 200  # once more is the same
    assert published.api("/requests/nonsense/archive").status_code == 404


def test_the_api_archives_nothing_that_is_shared_with_nobody(unshared):
    unshared.trigger("button")
    answer = unshared.api(f"/requests/{unshared.request().id}/archive")
    assert (answer.status_code, answer.json["code"]) == (422, "not_shared")
    assert unshared.request().state == "sent"
    assert not sharing.is_shared(unshared.request())
