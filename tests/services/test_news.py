"""News to the sender's assigned user: of what, by which way, as the record or the mapping says."""

from __future__ import annotations

import pytest

from hub.storage.models import Delivery
from tests.services.paper_case import CLIENT, PERSON, RECORD

SIGNING = "{remarks: true}"
OWNER = '  notify: {email: {value: "owner@example.com"}, about: [viewed, downloaded, completed]}'
CHOSEN = """\
  notify:
    email: {from: owner.email}
    mobile: {from: owner.mobile}
    about: {from: owner.notify, default: []}
    by: sms"""


@pytest.fixture
def case(papers):
    def make(notify, **owner):
        made = papers(signing=f"{SIGNING}\n{notify}")
        made.upstream.put("offer", "1", {**RECORD, **owner})
        made.send()
        return made

    return make


def test_who_wants_to_know_is_told_of_each_and_of_nothing_else(case):
    one = case(OWNER)
    one.desk.opened(one.token("alice"), CLIENT)
    one.desk.download(one.token("alice"), "offer", PERSON)
    one.desk.remark(one.token("alice"), "Is it blue?", CLIENT)
    one.sign("alice")
    one.sign("bob")
    one.work()
    told = [mail.text.partition("\n")[0] for mail in one.messages("owner@example.com")]
    assert told == [
        "Alice Andersson has looked at Offer O-1 (O-1), 2026-03-02 12:00 CET.",
        "Alice Andersson has downloaded Offer O-1 (O-1), 2026-03-02 12:00 CET.",
        "Offer O-1 (O-1) is signed by Alice, Bob, 2026-03-02 12:00 CET.",
    ]
    assert "Is it blue?" in one.messages("office@example.com")[0].text


def test_the_record_says_what_its_user_chose_and_news_go_by_sms(case):
    owner = {"mobile": "+46701740699", "email": "o@example.com", "notify": "remarked, declined"}
    one = case(CHOSEN, owner=owner)
    one.desk.opened(one.token("alice"), CLIENT)
    one.desk.remark(one.token("alice"), "Is it blue?", CLIENT)
    one.desk.decline(one.token("alice"), "too dear", CLIENT)
    one.work()
    remark, declined = one.messages("+46701740699")
    assert "Is it blue?" in remark.text
    assert declined.text.startswith("Alice Andersson has declined Offer O-1")
    assert one.messages("office@example.com") == []


def test_a_user_who_chose_nothing_or_cannot_be_reached_is_told_nothing(case):
    one = case(CHOSEN, owner={"email": "o@example.com", "notify": ["viewed"]})
    one.desk.opened(one.token("alice"), CLIENT)
    one.work()
    assert [row for row in one.rows(Delivery) if row.kind == "notice"] == []


def test_a_choice_that_nobody_knows_is_told_before_anything_is_sent(case):
    one = case(CHOSEN, owner={"mobile": "+46701740699", "notify": ["viewd"]})
    assert (one.request().state, one.request().reason) == ("failed", "bad_record")
    assert "owner.notify" in one.record()["reason"]
    assert one.messages() == []
