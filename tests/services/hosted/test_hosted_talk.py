"""What is told between a hosted provider and the hub: hooks, remarks, how a request stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused
from hub.services import remarks
from hub.services.health import sync
from hub.services.hosted import surveying
from hub.storage.models import Inbound, Message


def test_a_hook_has_it_read_at_once_and_counts_once(hosted):
    case = hosted()
    row = case.place()
    case.act("alice", "open")
    bodies = [
        one.body
        for one in case.site.sandbox.account.webhooks.notices
        if one.document == row.reference
    ]
    body = json.dumps({"event": "document.viewed", "document": {"id": row.reference}}).encode()
    for one in (*bodies, body, body):
        assert _hook(case, one).status == 204
    case.work()
    assert case.request().state == "opened"
    assert len(case.deliveries("survey")) == 1
    stored = [one for one in case.rows(Inbound) if one.source == "hook"]
    assert {one.outcome for one in stored} == {"survey"}


def test_remarks_go_both_ways_and_stand_once(hosted):
    case = hosted()
    case.place()
    case.act("alice", "comment", text="Is it safe?")
    case.look_again()
    assert case.upstream.notes(RecordRef("offer", "1")) == ["Is it safe?"]
    mail = case.messages("office@example.com")[0]
    assert "Is it safe?" in mail.text
    assert case.agreement().reference in mail.text
    remarks.answer_remark(case.core, case.workspace, case.request().id, "alice", "It is.")
    case.work()
    case.look_again()
    told = [(one.direction, one.text) for one in case.rows(Message)]
    assert told == [("in", "Is it safe?"), ("out", "It is.")]
    assert all(one.external_id for one in case.rows(Message))
    assert case.upstream.notes(RecordRef("offer", "1")) == ["Is it safe?", "We: It is."]


def test_the_same_words_twice_are_said_twice_although_the_second_call_is_lost(hosted):
    case = hosted()
    case.place()
    for lost in (False, True):
        if lost:
            case.site.fault("add_comment.drop_before", 1)
        remarks.answer_remark(case.core, case.workspace, case.request().id, "alice", "It is.")
        case.later(minutes=2)
    case.look_again()
    (there,) = case.site.control("GET", "documents")
    assert [one["text"] for one in there["comments"]] == ["It is.", "It is."]
    assert len({one.external_id for one in case.rows(Message)}) == 2


def test_a_remark_reaches_the_sender_although_no_hook_comes_and_the_status_stays(hosted):
    case = hosted()
    case.place()
    case.look_again()
    case.act("alice", "comment", text="Is it safe?")
    for _ in range(10):
        case.look_again()
    assert case.upstream.notes(RecordRef("offer", "1")) == ["Is it safe?"]


def test_what_was_signed_in_time_counts_although_no_hook_came(hosted):
    case = hosted()
    case.place()
    case.later(days=13, hours=23, minutes=30)
    case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")
    for _ in range(8):
        case.later(minutes=10)
    assert case.request().state == "completed"


def test_a_hook_hastens_a_survey_that_waits_after_a_failure(hosted):
    case = hosted()
    row = case.place()
    case.site.fault("any.error_500", 12)
    case.act("alice", "open")
    surveying.check_status(case.core, case.workspace, case.request().id)
    case.work()
    for _ in range(4):
        case.later(seconds=30)
    case.site.control("DELETE", "faults")
    (waiting,) = case.deliveries("survey")
    assert waiting.state == "retry"
    body = json.dumps({"event": "document.viewed", "document": {"id": row.reference}}).encode()
    _hook(case, body)
    (waiting,) = case.deliveries("survey")
    assert waiting.next_at <= case.clock.wall()


def test_the_status_is_read_on_demand(hosted):
    case = hosted()
    case.send()
    with pytest.raises(Refused, match="nothing of this request"):
        surveying.check_status(case.core, case.workspace, case.request().id)
    for _ in range(8):
        case.later(seconds=5)
    case.act("alice", "open")
    assert surveying.check_status(case.core, case.workspace, case.request().id)
    assert not surveying.check_status(case.core, case.workspace, case.request().id)
    case.work()
    assert case.request().state == "opened"


def test_health_tells_what_is_under_way_there_and_when_nobody_could_look(hosted):
    case = hosted()
    case.place()
    (told,) = sync(case.core)[0].agreements
    assert (told.instance, told.status, told.standing) == ("there", "ok", 1)
    case.clock.advance(timedelta(hours=1))  # nobody works
    (told,) = sync(case.core)[0].agreements
    assert told.status == "waiting"


def _hook(case, body):
    workspace, instance = "alice", "there"
    secret = case.core.links.hook_secret(workspace, instance)
    raw = RawHook(
        "POST", case.core.links.hook(workspace, instance), {"content-type": "application/json"},
        {}, body, "127.0.0.1", datetime.now(UTC),
    )  # fmt: skip
    return case.house.hooks.receive(workspace, instance, secret, raw)
