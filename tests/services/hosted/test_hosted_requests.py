"""A request at a hosted provider from the first step to the proof, and how it ends otherwise."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from hub.services.clearing import clear
from hub.services.hosted import rows
from hub.services.preparing import read_again
from hub.services.withdrawals import withdraw
from tests.services.hosted.hosted_case import ALONE
from tests.services.paper_texts import PEOPLE


def test_it_is_placed_signed_there_and_proven_here(hosted):
    case = hosted()
    row = case.place()
    assert row.status == rows.STANDING
    assert case.record()["reference"] == row.reference
    assert row.reference in case.record()["url"]
    assert [one.to for one in case.messages()] == ["+46701740605"]
    view = case.desk.view(case.token("alice"))
    assert view.elsewhere
    assert view.address == rows.placed_of(row).links["alice"]
    assert case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")
    case.look_again()
    assert case.request().state == "completed"
    assert case.record()["state"] == "Signed"
    assert case.record()["signed_by"] == "Alice Andersson"
    assert len(case.proofs()) == 1
    files = case.files()
    assert files["pdf"].content == case.blob(case.agreements()[0].signed_sha256)
    verdict = case.verdict(files["zip"].content)
    assert verdict.ok, verdict
    with zipfile.ZipFile(io.BytesIO(files["zip"].content)) as bundle:
        names = bundle.namelist()
        told = json.loads(bundle.read("people/1/person.json"))
    assert "people/1/provider-signed.pdf" in names
    assert "people/1/agreement-1.json" in names
    assert told["signature"]["method"] == "hosted"
    assert told["signature"]["scheme"] == "GetAccept"
    assert case.site.violations() == []


def test_who_opens_and_declines_there_is_told_with_the_reason(hosted):
    case = hosted()
    case.place()
    case.act("alice", "open")
    case.look_again()
    assert case.request().state == "opened"
    assert case.act("alice", "reject", reason="Too dear")
    case.look_again()
    assert case.request().state == "declined"
    assert case.record()["state"] == "Declined"
    assert case.agreements()[0].status == rows.OVER
    assert case.deliveries("withdraw") == []


def test_lines_are_decided_by_the_boxes_that_are_ticked_there(hosted):
    case = hosted()
    row = case.place()
    (box,) = case.site.control("GET", f"documents/{row.reference}")["fields"]
    case.act("alice", "view_attachment", attachment="Photo")
    case.act("alice", "check", field=box["field_label"], value=1)
    case.act("alice", "sign")
    case.look_again()
    assert case.request().answers["lines"] == {"work": "accepted", "hose": "accepted"}
    assert case.events().count("line_accepted") == 2


def test_two_people_sign_one_after_the_other(hosted):
    case = hosted(people=PEOPLE)
    case.place()
    assert {one.to for one in case.messages()} == {"+46701740605"}
    for who in ("alice", "bob"):
        case.act(who, "view_attachment", attachment="Photo")
        assert case.act(who, "sign")
        case.look_again()
    assert {one.to for one in case.messages()} >= {"+46701740605", "+46701740606"}
    assert case.request().state == "completed"
    assert [one.signature["name"] for one in case.acceptances()] == ["Alice Andersson", "Bob Berg"]
    assert case.verdict(case.files()["zip"].content).ok


def test_what_is_withdrawn_here_is_withdrawn_there(hosted):
    case = hosted()
    row = case.place()
    withdraw(case.core, case.workspace, case.request().id, by="test")
    case.work()
    assert case.site.control("GET", f"documents/{row.reference}")["status"] == "recalled"
    assert case.agreements()[0].status == rows.WITHDRAWN
    view = case.desk.view(case.token("alice"))
    assert view.state == "cancelled"
    assert view.address == ""


def test_a_withdrawal_that_is_refused_is_tried_until_it_is_taken(hosted):
    case = hosted()
    row = case.place()
    case.site.fault("delete.error_200", 3)
    withdraw(case.core, case.workspace, case.request().id, by="test")
    for _ in range(10):
        case.later(minutes=1)
    assert [one.state for one in case.deliveries("withdraw")] == ["delivered"]
    assert case.site.control("GET", f"documents/{row.reference}")["status"] == "recalled"


def test_an_answer_that_comes_after_the_withdrawal_counts_for_nothing(hosted):
    case = hosted()
    case.place()
    case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")
    withdraw(case.core, case.workspace, case.request().id, by="test")
    case.work()
    case.look_again()
    assert case.request().state == "cancelled"
    assert case.acceptances() == []
    assert case.events().count("late") == 1
    assert case.record()["state"] == "Late"


def test_nobody_answers_and_it_ends_at_both_places(hosted):
    case = hosted()
    row = case.place()
    for _ in range(20):
        case.later(days=1)
    assert case.request().state == "failed"
    assert case.request().reason == "no_answer"
    status = case.site.control("GET", f"documents/{row.reference}")["status"]
    assert status in ("recalled", "expired")


def test_a_changed_document_is_placed_anew_behind_the_same_link(hosted):
    case = hosted()
    first, token = case.place(), case.token("alice")
    case.upstream.put("offer", "1", {**case.record(), "intro": "Something else."})
    read_again(case.core, case.workspace, case.request().id)
    for _ in range(12):
        case.later(seconds=5)
    second = case.agreement()
    assert second.number == 2
    assert second.status == rows.STANDING
    assert second.file_sha256 != first.file_sha256
    assert case.token("alice") == token
    assert case.desk.view(token).address == rows.placed_of(second).links["alice"]
    assert case.site.control("GET", f"documents/{first.reference}")["status"] == "recalled"
    assert len([one for one in case.messages() if one.to == "+46701740605"]) == 1


def test_a_cleared_signature_is_asked_for_anew(hosted):
    case = hosted()
    case.place()
    case.act("alice", "view_attachment", attachment="Photo")
    case.act("alice", "sign")
    case.look_again()
    clear(case.core, case.workspace, case.request().id, "tests", "Wrong price")
    for _ in range(12):
        case.later(seconds=5)
    assert case.agreement().number == 2
    case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")
    case.look_again()
    assert case.request().state == "completed"
    assert len(case.proofs()) == 2


@pytest.mark.parametrize("fault", ["create.drop_after", "upload.drop_after", "seal.drop_after"])
def test_a_lost_answer_makes_nothing_twice(hosted, fault):
    case = hosted()
    case.site.fault(fault)
    case.send()
    for _ in range(40):
        case.later(seconds=20)
    assert case.agreement().status == rows.STANDING
    assert len(case.site.control("GET", "documents")) == 1


def test_what_the_provider_cannot_take_is_told_on_the_record_before_anything_is_sent(hosted):
    twins = PEOPLE.replace("+46701740606", "+46701740605").replace(
        "bob@example.com", "alice@example.com"
    )
    case = hosted(people=twins)
    case.send()
    for _ in range(5):
        case.later(seconds=5)
    assert case.request().state == "failed"
    assert case.request().reason == "provider_rejected"
    assert "same" in case.record()["reason"]
    assert case.site.control("GET", "documents") == []
    assert case.messages() == []


def test_who_cannot_be_given_the_link_is_told_before_anything_is_placed(hosted):
    nowhere = ALONE.replace("{to: mobile", "{to: language, value: en}, {to: mobile")
    nowhere = nowhere.replace('value: "+46701740605"', "from: none_1")
    case = hosted(people=nowhere.replace("value: alice@example.com", "from: none_2"))
    case.send()
    case.later(seconds=5)
    assert case.request().state == "failed"
    assert case.request().reason == "missing_number"
    assert case.deliveries("place") == []
    assert case.site.control("GET", "documents") == []


def test_it_survives_a_restart_between_any_two_steps(hosted):
    case = hosted()
    case.send()
    for _ in range(10):
        case.close()
        case.open()
        case.later(seconds=5)
    assert case.agreement().status == rows.STANDING
    assert len(case.site.control("GET", "documents")) == 1
