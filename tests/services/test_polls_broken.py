"""Polling when something dies, fails or is refused: nothing is lost, and it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from connectors.simulated.connector import SimulatedConnector
from hub.engine.conditions import pause, resume
from hub.kernel.errors import MalformedAnswer
from hub.services import polls, probes
from hub.storage.models import PolledTable
from tests.services.polled_case import EVERY

pytestmark = pytest.mark.both_stores


def test_a_process_that_dies_behind_a_change_has_it_listed_again_as_the_same(polled, monkeypatch):
    for record_id in "234":
        polled.new(record_id)

    def dying(connector, table, since):
        yield from list(told(connector, table, since))[:2]
        raise KeyboardInterrupt

    told = SimulatedConnector.changes
    before = polled.row().cursor
    monkeypatch.setattr(SimulatedConnector, "changes", dying)
    polled.simulated.clock.advance(EVERY)
    timer = polled.simulated.house.engine.runner.claim(1, 1).items[0]
    with pytest.raises(KeyboardInterrupt):
        polls.TablePollTimer(polled.core).perform(timer)
    monkeypatch.undo()
    assert polled.row().cursor == before
    again = polls.TablePollTimer(polled.core).perform(timer)  # and dies before that is stored
    assert (again.taken, polled.row().cursor) == (3, before)
    assert [call.repeats for call in polled.calls()] == [1, 1, 0]
    polled.restart()
    polled.work()
    polled.poll()
    assert [one.source_id for one in polled.requests()] == ["2", "3", "4"]
    assert polled.row().cursor != before


def test_changes_of_a_hub_that_was_off_are_taken_when_it_is_back(polled):
    polled.simulated.close()
    polled.new("2")
    polled.simulated.clock.advance(timedelta(days=3))
    polled.restart()
    polled.work()
    assert [one.source_id for one in polled.requests()] == ["2"]


def test_two_processes_ask_once(polled):
    polled.new("2")
    other = polled.simulated._open()
    polled.simulated.clock.advance(EVERY)
    claims = [house.engine.runner.claim(5, 5).items for house in (polled.simulated.house, other)]
    assert sorted(len([one for one in each if one.kind == polls.KIND]) for each in claims) == [0, 1]
    assert polled.simulated.house.engine.fire(polls.KIND, polled.row().id) is None
    other.engine.runner.close()
    other.core.workshop.close()
    other.core.registry.close()
    other.core.db.close()


def test_what_broke_off_goes_on_where_it_was(polled, monkeypatch):
    for record_id in "234":
        polled.new(record_id)
    told = SimulatedConnector.changes

    def breaking(connector, table, since):
        yield from list(told(connector, table, since))[:2]
        raise MalformedAnswer("a page of a proxy")

    monkeypatch.setattr(SimulatedConnector, "changes", breaking)
    polled.poll()
    monkeypatch.undo()
    assert len(polled.requests()) == 2
    workspace, told = polled.health()
    assert (workspace.status, told.status, told.changes) == ("waiting", "waiting", 2)
    assert told.failed == "malformed_answer: a page of a proxy"
    polled.poll(timedelta(seconds=10))
    assert [one.source_id for one in polled.requests()] == ["2", "3", "4"]
    assert {call.repeats for call in polled.calls()} == {0}
    assert polled.health()[1].status == "ok"


def test_an_upstream_that_is_down_opens_its_breaker_and_is_asked_again(polled):
    polled.upstream.fault("unreachable", "list", 100)
    opened = 0
    for _ in range(100):
        polled.poll(timedelta(seconds=10))
        (instance,) = [one for one in polled.health()[0].instances if one.instance == "source"]
        opened += instance.breaker_open_until is not None
    assert instance.failing_since
    assert opened
    assert 5 <= 100 - polled.upstream._faults[0].count < 15
    polled.new("2")
    polled.upstream.clear()
    polled.pass_time(timedelta(minutes=6), timedelta(seconds=10))
    assert [one.source_id for one in polled.requests()] == ["2"]
    assert polled.health()[1].failed is None


def test_revoked_credentials_pause_the_instance_and_lose_nothing(polled):
    polled.new("2")
    polled.upstream.password = "changed by Bob"
    polled.poll()
    (instance,) = [one for one in polled.health()[0].instances if one.instance == "source"]
    assert instance.paused == "authentication_failed"
    polled.new("3")
    for _ in range(3):
        polled.poll()
    assert polled.calls() == []
    polled.upstream.password = ""
    assert probes.probe(polled.core, polled.core.instance(polled.row().workspace_id, "source"))[0]
    polled.poll(timedelta(seconds=30))
    assert [one.source_id for one in polled.requests()] == ["2", "3"]


def test_a_fault_that_a_person_must_mend_is_told_so(polled):
    with polled.core.db.write() as session:
        session.execute(update(PolledTable).values(cursor="of another connector"))
    polled.poll()
    workspace, told = polled.health()
    assert (workspace.status, told.status) == ("broken", "broken")
    assert "bad_value" in told.mend
    assert "alice.yaml" in told.mend


def test_a_clock_that_is_set_back_waits_no_longer_than_one_span(polled):
    polled.new("2")
    polled.simulated.clock.advance(timedelta(days=2))
    polled.work()
    assert len(polled.requests()) == 1
    polled.new("3")
    polled.simulated.clock.advance(timedelta(days=-2))
    polled.restart()
    polled.poll()
    assert len(polled.requests()) == 2


def test_slow_lists_leave_room_for_other_timers(polled, monkeypatch):
    """One that finds no room waits a moment, asks nobody, and counts as no failure."""
    monkeypatch.setattr(polls, "AT_ONCE", 1)
    handler = polls.TablePollTimer(polled.core)
    polled.new("2")
    polled.simulated.clock.advance(EVERY)
    (timer,) = polled.simulated.house.engine.runner.claim(1, 1).items
    told, second = SimulatedConnector.changes, []

    def slow(connector, table, since):
        second.append(handler.perform(timer))
        yield from told(connector, table, since)

    monkeypatch.setattr(SimulatedConnector, "changes", slow)
    first = handler.perform(timer)
    assert (first.taken, first.held) == (1, None)
    (other,) = second
    assert (other.taken, other.held) == (0, polled.core.clock.now() + timedelta(seconds=1))
    with polled.core.db.write() as session:
        assert handler.fired(session, timer, other) == other.held
    assert polled.row().failures == 0


def test_a_process_that_has_not_heard_of_mended_credentials_pauses_nothing(polled, monkeypatch):
    polled.new("2")
    polled.upstream.password = "changed by Bob"
    monkeypatch.setattr(polled.core.kept, "is_behind", lambda session: True)
    polled.poll()
    (instance,) = [one for one in polled.health()[0].instances if one.instance == "source"]
    assert instance.paused is None
    polled.upstream.password = ""
    polled.poll(timedelta(seconds=10))
    assert [one.source_id for one in polled.requests()] == ["2"]


def test_a_poll_that_was_refused_while_somebody_mended_it_pauses_nothing(polled, monkeypatch):
    place = (polled.core.workspace_ids["alice"], "source")
    told = SimulatedConnector.changes

    def refused(connector, table, since):
        polled.simulated.clock.advance(timedelta(seconds=1))
        with polled.core.db.write() as session:
            pause(session, place, "authentication_failed", "x", polled.core.clock.wall())
            resume(session, place, polled.core.clock.wall())
        polled.simulated.clock.advance(timedelta(seconds=1))
        polled.upstream.password = "changed by Bob"
        return told(connector, table, since)

    monkeypatch.setattr(SimulatedConnector, "changes", refused)
    polled.new("2")
    polled.poll()
    assert polled.row().error_code == "authentication_failed"
    (instance,) = [one for one in polled.health()[0].instances if one.instance == "source"]
    assert instance.paused is None
