"""Tables that are polled: what is taken, when, and what happens when something dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from connectors.simulated.connector import SimulatedConnector
from hub.kernel.errors import MalformedAnswer
from hub.services import health, polls, probes
from hub.services.replay_calls import CallReplays
from hub.services.replays import Order
from hub.storage.models import Inbound, PolledTable
from tests.services.one_case import OneCase
from tests.simulated_house import RECORD

EVERY = timedelta(minutes=5)
pytestmark = pytest.mark.both_stores


class PolledCase(OneCase):
    """A house whose mapping is started by polling too, and only by records in state New."""

    def __init__(self, folder, database=None):
        super().__init__(folder, database)
        path = self.simulated.config / "mappings" / "repair.yaml"
        text = path.read_text(encoding="utf-8")
        text = text.replace("[button, webhook, api]", "[button, poll]")
        text = text.replace('when: state != "Closed"', 'when: state = "New"')
        path.write_text(text, encoding="utf-8")
        self.simulated.house.reload()
        self.work()

    def row(self):
        with self.core.db.read() as session:
            return session.scalars(select(PolledTable)).one()

    def calls(self):
        with self.core.db.read() as session:
            return list(session.scalars(select(Inbound).order_by(Inbound.id)))

    def new(self, record_id):
        self.upstream.put("case", record_id, RECORD)

    def poll(self, span=EVERY):
        """The next poll comes, and what it took is done."""
        self.simulated.clock.advance(span)
        self.work()

    def health(self):
        (workspace,) = health.sync(self.core)
        return workspace, workspace.polls[0]


@pytest.fixture
def polled(tmp_path, database_url):
    case = PolledCase(tmp_path, database_url)
    yield case
    case.simulated.close()


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
    polled.restart()
    polled.work()
    polled.poll()
    assert [one.source_id for one in polled.requests()] == ["2", "3", "4"]
    wishes = [call for call in polled.calls() if call.outcome == "request"]
    assert [call.repeats for call in wishes] == [1, 1, 0]


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
