"""Replay of calls that came in: what led to nothing goes the same way again, once per replay."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select

from hub.contracts.channel import ChannelHook, DeliveryReport, ReportStatus
from hub.contracts.connector import HookReading
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import NotFound, Refused
from hub.registry import InstanceKey
from hub.services import replays
from hub.services.hooks import Hooks
from hub.services.replay_calls import CallReplays
from hub.services.replays import Order
from hub.services.withdrawals import withdraw
from hub.storage.models import Base, Delivery, Inbound
from tests.simulated_house import RECORD

ME = Order("Alice")
TABLES = sorted(Base.metadata.tables)


@pytest.fixture
def service(case):
    return CallReplays(case.core, case.core.workspace_ids["alice"])


@pytest.fixture
def send(case):
    """Call the source's address; the body names records as ``[[table, id], ...]``."""
    core = case.core
    core.registry.connector(InstanceKey("alice", "source")).read_hook = lambda raw: HookReading(
        tuple(RecordRef(*one) for one in orjson.loads(raw.body))
    )

    def call(*records):
        _receive(core, "source", orjson.dumps(records))

    return call


def _receive(core, instance, body):
    secret = core.links.hook_secret("alice", instance)
    headers = {"authorization": "Bearer planted-secret"}
    raw = RawHook("POST", "https://hub.example/hooks", headers, {}, body, "::1", core.clock.now())
    Hooks(core).receive("alice", instance, secret, raw)


def calls(case):
    with case.core.db.read() as session:
        return list(session.scalars(select(Inbound).order_by(Inbound.id)))


def test_a_call_whose_record_was_not_wanted_is_a_wish_again(case, service):
    case.upstream.put("case", "1", {"state": "Closed"})
    case.trigger()
    case.work()
    (call,) = calls(case)
    assert (call.outcome, case.requests()) == ("not_wanted", [])
    case.upstream.put("case", "1", RECORD)
    begun = service.begin({"outcome": "not_wanted"}, ME)
    assert begun.number == 1
    case.work()
    assert len(case.requests()) == 1
    assert len(case.texts()) == 1
    assert [one.outcome for one in calls(case)] == ["not_wanted", "request"]
    told = replays.progress(case.core, case.core.workspace_ids["alice"], begun.replay_id)
    assert told["states"] == {"delivered": 1}


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("button", {}),
        ("hook", {"instance": "source", "dedupe": "hook:1"}),
        ("api", {"record": RECORD, "body": orjson.dumps({"id": "1", "record": RECORD}).decode()}),
    ],
)
def test_a_call_that_led_to_a_request_is_left_alone_unless_forced(case, service, source, more):
    case.trigger(source=source, **more)
    case.work()
    (call,) = calls(case)
    left = service.begin({"ids": [call.id]}, ME)
    assert (left.number, left.verdicts["already_applied"]) == (0, 1)
    assert left.items[0]["verdict"] == "already_applied"
    with case.core.db.read() as session:
        assert session.scalars(select(Delivery).where(Delivery.kind == "call")).all() == []
    # forced while its request is open: that one stays the only one
    service.begin({"ids": [call.id]}, Order("Alice", force=True))
    case.work()
    assert len(case.requests()) == 1
    # forced when it is over: a new wish
    _withdraw(case)
    service.begin({"ids": [call.id]}, Order("Alice", force=True))
    case.work()
    assert len(case.requests()) == 2


def _withdraw(case):
    withdraw(case.core, case.core.workspace_ids["alice"], case.request().id, by="test")
    case.work()


def test_a_call_is_still_owed_until_its_record_was_read(case, service):
    case.trigger()
    (call,) = calls(case)
    counted = service.begin({"ids": [call.id]}, Order("Alice", force=True))
    assert (counted.number, counted.verdicts["still_owed"]) == (0, 1)


def test_a_hook_about_what_is_mapped_by_now_starts_its_mapping(case, service, send, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(case.core.shelf, "for_source", lambda *_: [])
        send(("case", "1"))
    (call,) = calls(case)
    assert call.outcome == "no_mapping"
    assert service.begin({"source": "hook"}, ME).number == 1
    case.work()
    assert len(case.requests()) == 1


def test_a_hook_that_still_starts_nothing_is_given_up_visibly(case, service, send):
    send(("invoice", "1"))
    service.begin({}, ME)
    case.work()
    (delivery,) = case.deliveries("call")
    assert (delivery.state, delivery.error_code) == ("gave_up", "no_mapping")


def test_a_call_about_no_record_has_nothing_to_replay(case, service, send):
    send()
    assert service.count({}, ME).verdicts["nothing_in_it"] == 1


def test_a_report_is_applied_again_only_when_forced_and_changes_nothing(case, service):
    case.invite()
    (message,) = case.deliveries("message")
    report = DeliveryReport(message.external_ref, ReportStatus.DELIVERED, case.core.clock.now())
    channel = case.core.registry.channel(InstanceKey("alice", "sms"))
    channel.read_hook = lambda raw: ChannelHook((report,))
    _receive(case.core, "sms", b"{}")
    happened = case.events()
    assert service.count({"outcome": "report"}, ME).verdicts["already_applied"] == 1
    assert service.begin({"outcome": "report"}, Order("Alice", force=True)).number == 1
    case.work()
    assert [one.state for one in case.deliveries("call")] == ["delivered"]
    assert case.events() == happened


def test_one_replay_takes_a_call_once_however_often_it_is_tried(case, service):
    case.upstream.put("case", "1", {"state": "Closed"})
    case.trigger()
    case.work()
    service.begin({}, ME)
    (delivery,) = case.deliveries("call")
    handler = case.simulated.house.engine.runner._handlers["call"]
    [work] = [i for i in _claimed(case) if i.id == delivery.id]
    first = handler.perform(work)
    assert handler.perform(work).accepted[0].inbound_id == first.accepted[0].inbound_id
    assert len(calls(case)) == 2


def _claimed(case):
    runner = case.simulated.house.engine.runner
    return [runner._opened(item) for item in runner.claim(8, 0).items]


def test_a_stopped_replay_of_calls_takes_no_more_of_them(case, service):
    case.upstream.put("case", "1", {"state": "Closed"})
    for _ in range(3):
        case.trigger()
        case.work()
    begun = service.begin({}, Order("Alice", rate=0.1))
    case.work()
    told = replays.stop(case.core, case.core.workspace_ids["alice"], begun.replay_id)
    assert (told["count"], told["put_back"]) == (3, 2)
    assert told["states"] == {"delivered": 1, "cancelled": 2}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({"source": "fax"}, "unknown_source", "api, button, hook"),
        ({"outcome": "lost"}, "unknown_outcome", "not_wanted"),
        ({"instance": "fax"}, "unknown_instance", "source"),
        ({"mapping": "other"}, "unknown_mapping", "repair"),
        ({"destination": "sms"}, "unknown_filter", "instance"),
    ],
)
def test_an_unknown_filter_or_value_is_refused_with_the_known_ones(service, given, code, said):
    with pytest.raises(Refused) as caught:
        service.begin(given, ME)
    assert (caught.value.code, said in caught.value.detail) == (code, True)


def test_an_unknown_call_is_not_found(service):
    with pytest.raises(NotFound, match="nope"):
        service.begin({"ids": ["nope"]}, ME)


def test_credentials_of_a_replayed_call_are_stored_nowhere(case, service, send):
    send(("case", "1"))
    case.work()
    service.begin({"source": "hook"}, Order("Alice", force=True))
    case.work()
    with case.core.db.engine.connect() as connection:
        tables = [connection.exec_driver_sql(f"SELECT * FROM {name}") for name in TABLES]
        stored = str([tuple(row) for rows in tables for row in rows])
    assert "hook" in stored
    assert "planted-secret" not in stored
