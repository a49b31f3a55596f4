"""A pause for credentials is told once: to operations, and on the records that wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.contracts.pause_texts import PAUSE_TEXTS
from hub.engine.conditions import pause, resume
from hub.registry import InstanceKey
from hub.services import probes
from hub.services.credentials import pauses
from hub.services.credentials.mending import mend
from hub.storage.models import HeldRequest, InstancePause
from tests.services.credentials.watched import FORMER, NEW

SMS = InstanceKey("alice", "sms")
HELD = "This is waiting: Simulated channel no longer accepts the hub's sign-in."
GOES_ON = "It goes on: Simulated channel accepts the hub's sign-in again."
BACK = """\
back:
  held:      [{update: [{to: state, value: Waits}, {to: why, from: outcome.reason_text}]}]
  resumed:   [{update: [{to: state, value: New}, {to: why, value: ""}]}]
"""


def mended(watched):
    mend(watched.core, SMS, {"password": NEW}, by="cli:alice")


def rows(watched, model):
    with watched.core.db.read() as session:
        return list(session.scalars(select(model)))


@pytest.mark.both_stores
def test_operations_and_the_records_are_told_once_and_again_when_it_goes_on(watched):
    watched.held(3)
    (mail,) = watched.mails()
    assert (mail.to, mail.subject) == (
        "ops@example.com", "Paused: Simulated channel refuses the sign-in",
    )  # fmt: skip
    for words in (
        "The instance sms of Alice is paused since",
        "What waits: 3 messages.",
        "paraph mend-credentials sms --set NAME",
        "PATCH https://hub.example/api/v1/instances/sms/credentials",
        "alice.yaml:",
    ):
        assert words in mail.text
    assert [note.startswith(HELD) for number in (2, 3, 4) for note in watched.notes(number)] == [
        True, True, True,
    ]  # fmt: skip
    for _ in range(5):
        watched.pass_time(timedelta(minutes=1))
        probes.probe(watched.core, SMS)
        assert watched.look() == 0
    watched.work()
    assert (len(watched.mails()), len(watched.notes(2))) == (1, 1)
    mended(watched)
    assert watched.look() == 4
    watched.work()
    assert watched.look() == 0
    assert [mail.subject for mail in watched.mails()[1:]] == ["Goes on: sms"]
    assert [watched.notes(number)[1:] for number in (2, 3, 4)] == [[GOES_ON]] * 3
    assert rows(watched, HeldRequest) == []
    assert watched.events().count("held") == watched.events().count("resumed") == 3


@pytest.mark.both_stores
def test_several_processes_tell_it_once(watched):
    other = watched.other_process()
    try:
        watched.gateway.password = NEW
        watched.ask_for(2)
        watched.work()
        assert watched.look() + pauses.look(other.core) == 3
        mended(watched)
        assert pauses.look(other.core) + watched.look() == 3
        watched.work()
        assert len(watched.mails()) == 2
    finally:
        other.core.registry.close()
        other.core.workshop.close()
        other.core.db.close()


def test_many_records_are_told_in_small_transactions(watched, monkeypatch):
    monkeypatch.setattr(pauses, "BATCH", 2)
    monkeypatch.setattr(pauses, "MOST", 2)
    watched.gateway.password = NEW
    watched.ask_for(7)
    watched.work()
    assert [watched.look() for _ in range(3)] == [5, 3, 0]
    watched.work()
    assert [len(watched.notes(number)) for number in range(2, 9)] == [1] * 7


def test_whoever_comes_to_wait_later_is_told_later(watched):
    watched.held(1)
    watched.upstream.put("case", "1", watched.record())
    watched.trigger("1")
    watched.work()
    assert watched.look() == 1
    watched.work()
    assert len(watched.notes(1)) == 1
    assert len(watched.mails()) == 1


def test_a_second_pause_is_told_anew(watched):
    watched.held(1)
    mended(watched)
    watched.look()
    watched.work()
    watched.gateway.password = "simulated-third"
    watched.pass_time(timedelta(minutes=1))
    probes.probe(watched.core, SMS)
    watched.look()
    watched.work()
    assert [mail.subject.partition(":")[0] for mail in watched.mails()] == [
        "Paused", "Goes on", "Paused",
    ]  # fmt: skip
    assert len(rows(watched, InstancePause)) == 2


def test_a_mapping_writes_back_what_it_wants_instead(watched):
    watched.change("mappings/repair.yaml", ("back:\n", BACK))
    watched.held(1)
    case = watched.upstream.records("case")["2"]
    assert (case["state"], case["why"].startswith(HELD)) == ("Waits", True)
    assert watched.notes(2) == []
    mended(watched)
    watched.look()
    watched.work()
    case = watched.upstream.records("case")["2"]
    assert case["why"] == ""
    assert watched.notes(2) == []


def test_the_record_itself_cannot_be_told_when_its_own_system_is_the_paused_one(watched):
    watched.ask_for(1)
    watched.work()
    watched.upstream.password = "simulated-other"
    watched.simulated.house.core.registry.connector(InstanceKey("alice", "source"))
    probes.probe(watched.core, InstanceKey("alice", "source"))
    watched.trigger("1")
    watched.work()
    assert watched.condition("source").paused == "authentication_failed"
    assert watched.look() == 1  # operations
    assert rows(watched, HeldRequest) == []


def test_a_note_that_was_still_under_way_is_called_back_when_it_goes_on(watched):
    watched.gateway.password = NEW
    watched.ask_for(1)
    watched.work()
    watched.look()  # owed, not sent
    mended(watched)
    watched.look()
    watched.work()
    assert watched.notes(2) == []
    assert [row.state for row in watched.deliveries("record_note")] == ["cancelled"]
    assert watched.events().count("resumed") == 1


def test_a_channel_that_is_paused_itself_tells_nobody_and_health_says_so(watched):
    watched.change("workspaces/alice.yaml", (watched.mail_line, ""))
    watched.gateway.password = NEW
    probes.probe(watched.core, SMS)
    watched.look()
    told = watched.condition().mend
    assert "paraph mend-credentials sms --set NAME" in told
    assert "PATCH https://hub.example/api/v1/instances/sms/credentials" in told
    assert "alice.yaml:" in told
    assert "nobody was told by e-mail: no other channel sends e-mail" in told


def test_without_an_address_health_says_what_is_missing(watched):
    watched.change("workspaces/alice.yaml", ("operations: {email: ops@example.com}\n", ""))
    watched.gateway.password = NEW
    probes.probe(watched.core, SMS)
    watched.look()
    assert "add operations: {email: …} to the workspace" in watched.condition().mend
    assert watched.mails() == []


def test_without_operations_the_workspaces_own_address_is_told(watched):
    watched.change(
        "workspaces/alice.yaml",
        ("operations: {email: ops@example.com}", "email: repair@example.com"),
    )
    watched.held(1)
    assert [mail.to for mail in watched.mails()] == ["repair@example.com"]


def test_a_call_that_began_before_it_was_mended_does_not_pause_it_again(watched):
    place = (watched.core.workspace_ids["alice"], "sms")
    began = watched.core.clock.wall()
    later = began + timedelta(seconds=5)
    with watched.core.db.write() as session:
        assert pause(session, place, "authentication_failed", "", began, began)
        assert resume(session, place, later)
        assert not pause(session, place, "authentication_failed", "", later, began)
        assert pause(session, place, "authentication_failed", "", later, later)


def test_the_words_are_there_in_every_language_and_name_the_system():
    for texts in PAUSE_TEXTS.values():
        assert set(texts) == {"en", "sv", "da", "nb", "fi", "ro", "fr", "de"}
        assert all("{what}" in text for text in texts.values())


def test_no_secret_is_told(watched):
    watched.held(2)
    mended(watched)
    watched.look()
    watched.work()
    told = str([mail.text for mail in watched.mails()]) + str(watched.notes(2))
    assert FORMER not in told
    assert NEW not in told
