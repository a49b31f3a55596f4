"""What is read of a document: odd words, people who change, times that are over, a stable trail."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from hub.contracts.agreements import AgreementState, Happened, Placed
from hub.contracts.events import EventKind
from hub.kernel.errors import Retryable
from providers.getaccept import people
from providers.getaccept.settings import TOKEN
from providers.getaccept.survey import standing
from providers.getaccept.trail import trail
from tests.contracts.hosted_driver import ALICE, BOB
from tests.contracts.provider_driver import STARTED, caught

A = AgreementState
HOUR = timedelta(hours=1)


def event(name, second, person=ALICE, **more):
    first, _, last = person.name.partition(" ")
    return {
        "event_name": name, "created_at": f"2026-03-02T09:30:{second:02d}+00:00",
        "email": person.email, "first_name": first, "last_name": last, **more,
    }  # fmt: skip


@pytest.fixture
def told(driver, httpserver: HTTPServer):
    """A survey of a document of which exactly this is told."""
    made = []

    def survey(agreement=None, **answers):
        parts = {
            "": {"id": "abc", "status": "sent"}, "/recipients": {"recipients": [{"id": "r1"}]},
            "/events": [], "/comments": [], "/fields": {"fields": []},
            "/attachments": {"attachments": []},
        }  # fmt: skip
        parts |= {f"/{name}" if name != "document" else "": one for name, one in answers.items()}
        for path, answer in parts.items():
            httpserver.expect_oneshot_request(f"/v1/documents/abc{path}").respond_with_json(answer)
        base = httpserver.url_for("/v1")
        made.append(driver.provider(base_url=base, auth=TOKEN, access_token="t", entity_id=""))
        ids = {ALICE.key: "r1", BOB.key: "r2"}
        state = {"people": ids, "boxes": {"10": "f1", "20": "f2"}}
        return made[-1].survey(agreement or driver.agreement(), Placed("abc", state, ready=True))

    yield survey
    for one in made:
        one.close()


def test_an_unknown_status_is_kept_as_it_came(told, capsys):
    found = told(document={"id": "abc", "status": "Archived"})
    assert (found.state, found.word) == (A.UNKNOWN, "Archived")
    assert "getaccept_unknown_word" in capsys.readouterr().out


def test_a_document_without_a_status_is_asked_for_again(told):
    assert isinstance(caught(lambda: told(document={"id": "abc"})), Retryable)


def test_without_people_nobody_is_taken_for_released(told):
    assert isinstance(caught(lambda: told(recipients={"recipients": []})), Retryable)


def test_parts_that_are_not_found_are_empty_and_the_document_is_there(driver, httpserver):
    row = {"id": "r1", "status": "viewed"}
    path = "/v1/documents/abc"
    httpserver.expect_request(path).respond_with_json({"id": "abc", "status": "viewed"})
    httpserver.expect_request(f"{path}/recipients").respond_with_json({"recipients": [row]})
    for part in ("events", "comments", "fields", "attachments"):
        httpserver.expect_request(f"{path}/{part}").respond_with_json({"code": 404}, status=404)
    more = {"base_url": httpserver.url_for("/v1"), "auth": TOKEN, "access_token": "t"}
    provider = driver.provider(**more)
    agreement = driver.agreement(choices=(driver.choice("10"),), attachments=(driver.file(),))
    found = provider.survey(agreement, Placed("abc", {"people": {ALICE.key: "r1"}}, ready=True))
    assert (found.state, found.trail, found.remarks) == (A.OPENED, (), ())
    assert (found.choices, found.viewed) == ({}, frozenset())
    httpserver.clear()
    httpserver.expect_request(path).respond_with_json({"id": "abc", "status": "viewed"})
    httpserver.expect_request(f"{path}/recipients").respond_with_json({"code": 404}, status=404)
    error = caught(lambda: provider.survey(agreement, Placed("abc", {}, ready=True)))
    assert isinstance(error, Retryable)
    provider.close()


def test_people_are_read_whatever_is_missing(told, driver):
    agreement = driver.agreement(people=(ALICE, BOB))
    rows = [
        {"id": "r2", "email": "bob@example.com", "status": "Hard bounce", "role": "signer"},
        {"id": "r1", "fullname": None, "status": "juggling", "signing_methods": None},
    ]
    found = told(agreement, recipients={"recipients": rows})
    assert [one.status for one in found.people] == ["unknown", "undelivered"]
    gone = told(agreement, recipients={"recipients": rows[:1]})
    assert [one.status for one in gone.people] == ["released", "undelivered"]
    empty = told(agreement, recipients={"recipients": [{"id": "r1"}, {"id": "r2", "status": ""}]})
    assert [one.status for one in empty.people] == ["invited", "invited"]


def test_how_somebody_signed_is_told_in_the_vendors_words(told):
    methods = [
        {"type": "sms", "verified_phone": "+46701740605", "signed_at": "2026-03-02 09:41:00"},
        {"type": "signature", "verified_name": "Alice A.", "signed_at": "0000-00-00 00:00:00"},
    ]
    row = {"id": "r1", "status": "signed", "fullname": "Alice Andersson"}
    (found,) = told(recipients={"recipients": [{**row, "signing_methods": methods}]}).people
    assert found.methods == ("sms", "signature")
    assert found.name == "Alice A."
    assert found.at == STARTED + timedelta(minutes=11)


def test_boxes_of_both_editors_are_read_by_id_or_label(told, driver):
    agreement = driver.agreement(choices=(driver.choice("10"), driver.choice("20")))
    old = [
        {"field_id": "f1", "field_type": "check", "field_label": "x", "field_value": 1},
        {"field_id": "f2", "field_type": "check", "field_label": "y", "field_value": "0"},
        {"field_id": "f3", "field_type": "text", "field_value": "1"},
    ]
    assert told(agreement, fields={"fields": old}).choices == {"10": True, "20": False}
    new = [
        {"id": "n1", "type": "Input", "value": "1", "input_settings": {"label": "Line 20"}},
        {"id": "n2", "type": "Input", "value": None, "input_settings": {"label": "Line 10"}},
    ]
    found = told(agreement, fields={"fields": [], "editor_fields": new})
    assert found.choices == {"10": False, "20": True}
    assert told(agreement, fields={"fields": old[:1]}).choices == {"10": True}


def test_a_comment_without_an_id_has_a_name_that_stays(told):
    row = {"self": 0, "full_name": "Alice", "email": "a@b.example", "text": "Hej",
           "created_at": "2026-03-02 09:31:00"}  # fmt: skip
    first, second = (told(comments=[row]).remarks for _ in range(2))
    assert first == second
    assert len(first[0].id) > 20
    ours = told(comments=[{**row, "id": 7, "self": "1"}]).remarks
    assert (ours[0].id, ours[0].ours) == ("7", True)


def test_what_is_kept_as_raw_lets_nobody_in(told):
    document = {
        "id": "abc", "status": "sent", "preview_url": "https://x/?token=1", "download_url": "https://s3",
        "recipients": [{"document_url": "https://v/1"}],
    }  # fmt: skip
    rows = {"recipients": [{"id": "r1", "document_url": "https://v/1", "thumb_url": "https://t"}]}
    events = [event("viewed", 1, event_meta_data="from https://v/1")]
    found = told(document=document, recipients=rows, events=events)
    assert "https://" not in json.dumps(dict(found.raw))
    assert found.raw["status"] == "sent"


def test_a_reason_is_taken_from_the_event_of_who_declined(told):
    found = told(
        document={"id": "abc", "status": "rejected"},
        recipients={"recipients": [{"id": "r1", "status": "rejected"}]},
        events=[event("document.rejected", 9, event_meta_data='{"reason": "För dyrt"}')],
    )
    assert (found.people[0].status, found.people[0].reason) == ("declined", "För dyrt")
    assert found.at == STARTED + timedelta(seconds=9)


def test_a_time_that_is_over_counts_when_it_was_told_or_an_hour_later():
    def expired(at):
        return [Happened(EventKind.EXPIRED.value, "expired", at, "d")]

    over = STARTED
    assert standing(A.SENT, over, over - HOUR) is A.SENT
    assert standing(A.OPENED, over, over + HOUR / 2) is A.OPENED
    assert standing(A.OPENED, over, over + HOUR / 2, expired(over)) is A.EXPIRED
    assert standing(A.SENT, over, over + HOUR) is A.EXPIRED
    former = expired(over - timedelta(days=9))  # it was extended since
    assert standing(A.SENT, over, over + HOUR / 2, former) is A.SENT
    assert standing(A.COMPLETED, over, over + HOUR * 9, expired(over)) is A.COMPLETED
    assert standing(A.PREPARING, over, over + HOUR * 9) is A.PREPARING
    assert standing(A.SENT, None, over + HOUR * 9, expired(over)) is A.SENT


def test_entries_keep_their_names_in_any_order_and_with_any_neighbour():
    rows = [event("sent", 1), *(event("viewed", 2) for _ in range(3)), event("viewed", 2, BOB),
            event("signed", 5)]  # fmt: skip
    first = trail(rows[:3], (ALICE, BOB), "one")
    whole = trail(rows, (ALICE, BOB), "one")
    names = [one.dedupe for one in whole]
    assert len(set(names)) == len(names) == 6
    assert {one.dedupe for one in first} < set(names)
    shuffled = list(rows)
    random.Random(3).shuffle(shuffled)
    assert [one.dedupe for one in trail(shuffled, (ALICE, BOB), "one")] == names


def test_what_changes_in_an_entry_does_not_rename_it():
    row = event("viewed", 2, document_status="sent", thumb_url="https://t/1")
    later = row | {
        "document_status": "signed", "thumb_url": "https://t/2", "first_name": "Alicia",
        "created_at": "2026-03-02 09:30:02",
    }  # fmt: skip
    (one,), (two,) = trail([row], (ALICE,), "one"), trail([later], (ALICE,), "one")
    assert one.dedupe == two.dedupe


def test_words_of_events_are_ours_or_unknown_and_name_the_person():
    rows = [
        event("document.partially_signed", 1), event("Hard bounced", 2, BOB),
        event("teleported", 3), {"event_name": None, "created_at": ""},
    ]  # fmt: skip
    found = trail(rows, (ALICE, BOB), "one")
    assert [(one.kind, one.person) for one in found] == [
        ("unknown", ""), ("signed", "customer"), ("unreachable", "second"), ("unknown", "customer"),
    ]  # fmt: skip
    assert found[3].word == "teleported"


def test_people_with_one_address_are_told_apart_by_name_and_part():
    both = (ALICE, replace(BOB, email=ALICE.email, mobile=ALICE.mobile, role="viewer"))
    rows = [
        {"id": "r2", "fullname": "Bob Berg", "email": ALICE.email, "role": "cc"},
        {"id": "r1", "fullname": "Alice Andersson", "email": ALICE.email, "role": "signer"},
    ]
    found = people.matched(both, rows, {})
    assert {key: row["id"] for key, row in found.items()} == {"customer": "r1", "second": "r2"}
    assert people.by_event(both, event("viewed", 1, both[1])) == "second"
    assert people.by_event(both, {"email": ALICE.email}) == ""


def test_somebody_by_mobile_alone_is_found_however_it_is_written():
    person = replace(ALICE, email=None)
    rows = [{"id": "r1", "email": "", "mobile": "0046 70-174 06 05"}]
    assert people.matched((person,), rows, {})["customer"]["id"] == "r1"
    assert people.matched((person,), [{"id": "r1", "mobile": "+46701111111"}], {}) == {}
