"""Tables that are polled: what is taken of them, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from connectors.simulated.connector import SimulatedConnector
from hub.services import health, polls
from hub.services.replay_calls import CallReplays
from hub.services.replays import Order
from hub.storage.models import PolledTable
from tests.services.polled_case import EVERY, PolledCase
from tests.simulated_house import RECORD

pytestmark = pytest.mark.both_stores


def test_what_was_there_before_the_first_poll_is_not_asked_about(polled):
    assert polled.row().begun
    polled.poll()
    assert polled.calls() == []


def test_a_new_record_is_asked_about_at_the_next_poll(polled):
    polled.new("2")
    polled.poll(EVERY - timedelta(seconds=1))
    assert polled.requests() == []
    polled.poll(timedelta(seconds=1))
    (request,) = polled.requests()
    assert (request.source_id, request.state) == ("2", "sent")
    (call,) = polled.calls()
    assert (call.source, call.instance, call.outcome) == ("poll", "source", "request")


def test_a_record_of_an_empty_table_is_new(tmp_path, database_url):
    case = PolledCase(tmp_path, database_url)
    with case.core.db.write() as session:  # as if the first poll had found nothing at all
        session.execute(update(PolledTable).values(cursor=None, begun=True))
    case.poll()
    assert [one.source_id for one in case.requests()] == ["1"]
    case.simulated.close()


def test_a_changed_record_is_one_request_while_that_is_open(polled):
    polled.upstream.put("case", "1", {"what": "Oven"})
    polled.poll()
    polled.upstream.put("case", "1", {"what": "Hob"})
    polled.poll()
    assert len(polled.requests()) == 1
    assert [call.outcome for call in polled.calls()] == ["request", "already_open"]


def test_what_the_hub_writes_back_asks_for_nothing(polled):
    polled.new("2")
    polled.poll()
    order = polled.begin(polled.link())
    polled.poll()
    polled.approve(order)
    for _ in range(4):
        polled.poll()
    assert [one.state for one in polled.requests()] == ["completed"]
    assert polled.upstream.records("case")["2"]["state"] != "New"
    assert {call.outcome for call in polled.calls()} == {"request", "not_wanted", "already_open"}


def test_ten_thousand_changes_are_taken_in_parts(polled, monkeypatch):
    monkeypatch.setattr(polls, "accept", lambda core, trigger: taken.append(trigger.dedupe))
    taken, sizes = [], []
    for number in range(10_000):
        polled.upstream.put("case", f"c{number}", RECORD)
    polled.simulated.clock.advance(EVERY)
    house = polled.simulated.house
    for _ in range(10):
        before = len(taken)
        (item,) = house.engine.runner.claim(1, 1).items
        house.engine.runner.settle([house.engine.runner.run(item)])
        sizes.append(len(taken) - before)
        assert polled.row().behind == (len(taken) < 10_000)
    assert sizes == [polls.MOST] * 10
    assert len(set(taken)) == 10_000


def test_a_list_with_its_cursor_at_the_end_is_taken_whole(polled, monkeypatch):
    def listing(connector, table, since):
        found = [ref for ref, _ in told(connector, table, since)]
        for number, ref in enumerate(found):
            yield ref, "99999" if number == len(found) - 1 else since

    told = SimulatedConnector.changes
    monkeypatch.setattr(polls, "MOST", 2)
    monkeypatch.setattr(SimulatedConnector, "changes", listing)
    for record_id in "23456":
        polled.new(record_id)
    polled.poll()
    assert len(polled.requests()) == 5
    assert polled.row().cursor == "99999"


def test_how_often_is_a_setting_and_a_shorter_one_holds_at_once(polled):
    path = polled.simulated.config / "workspaces" / "alice.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("adopt: true}", "adopt: true}, poll_every: 10s"), encoding="utf-8")
    polled.simulated.house.reload()
    polled.new("2")
    polled.poll(timedelta(seconds=10))
    assert len(polled.requests()) == 1


def test_a_mapping_that_is_polled_no_more_asks_nothing_and_goes_on_later(polled):
    path = polled.simulated.config / "mappings" / "repair.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[button, poll]", "[button]"), encoding="utf-8")
    polled.simulated.house.reload()
    polled.new("2")
    polled.poll()
    polled.poll()
    assert health.sync(polled.core)[0].polls == ()
    assert polled.calls() == []
    path.write_text(text, encoding="utf-8")
    polled.simulated.house.reload()
    polled.poll()
    assert [one.source_id for one in polled.requests()] == ["2"]


def test_a_change_that_led_to_nothing_is_replayed_as_a_poll(polled):
    polled.upstream.put("case", "1", {"state": "Closed"})
    polled.poll()
    assert [call.outcome for call in polled.calls()] == ["not_wanted"]
    polled.upstream._tables["case"]["1"].fields["state"] = "New"
    replays = CallReplays(polled.core, polled.row().workspace_id)
    replays.begin({"source": "poll"}, Order("Bob"))
    polled.poll(timedelta(seconds=1))
    assert [one.source_id for one in polled.requests()] == ["1"]
