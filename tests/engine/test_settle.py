"""Settling: one commit for attempt, state and effects; fencing; a handler's bug stays its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from hub.engine import exchange, outbox
from hub.engine.work import Work
from hub.kernel.errors import OutcomeUnknown, Refused, Retryable
from hub.storage.db import in_transaction
from hub.storage.models import Delivery
from tests.engine.house import WORKSPACE, House


def test_a_delivery_is_done_with_its_attempt_and_what_follows_from_it(house: House) -> None:
    def follow(session: Session, work: Work) -> None:
        if work.key == "first":
            outbox.owe(
                session, workspace_id=WORKSPACE, request_id=None, entity="next", kind="note",
                destination="agiloft", payload={}, key="follows", seq=1,
                now=house.clock.now(), wall=house.clock.wall(),
            )  # fmt: skip

    house.handler.store = follow
    house.owe("first", payload={"text": "hello"})
    assert house.engine().run_due() == 2
    assert house.states() == {"first": "delivered", "follows": "delivered"}
    assert house.handler.performed[0].payload == {"text": "hello"}
    [attempt] = house.attempts("first")
    assert (attempt.number, attempt.outcome, attempt.code) == (1, "delivered", None)
    assert house.delivery("first").finished_at == house.clock.now()


def test_no_transaction_is_open_during_the_call(house: House) -> None:
    house.handler.behave = lambda work: in_transaction()
    house.owe("first")
    house.engine().run_due()
    assert house.handler.stored == [("first", False)]


def test_performing_inside_a_transaction_is_refused(house: House) -> None:
    house.owe("first")
    runner = house.engine().runner
    runner.open()
    [item] = runner.claim(1, 0).items
    with house.db.read():
        finished = runner.run(item)
    assert isinstance(finished.error, RuntimeError)
    assert house.handler.performed == []


def test_a_failed_try_keeps_code_and_redacted_detail(house: House) -> None:
    house.handler.behave = _raising(Retryable("no answer for alice@example.com"))
    house.owe("first")
    house.engine().run_due()
    row = house.delivery("first")
    assert (row.state, row.attempts, row.error_code) == ("retry", 1, "unavailable")
    assert "alice" not in (row.error_detail or "")
    house.advance(seconds=1)
    house.engine().run_due()
    assert [work.last_code for work in house.handler.performed] == [None, "unavailable"]
    assert [work.attempt for work in house.handler.performed] == [1, 2]
    assert {work.key for work in house.handler.performed} == {"first"}


def test_the_text_of_a_bug_is_not_stored(house: House) -> None:
    house.handler.behave = _raising(ValueError("Alice lives in Storgatan 1"))
    house.owe("first")
    house.engine().run_due()
    row = house.delivery("first")
    assert (row.state, row.error_code, row.uncertain) == ("retry", "unexpected", True)
    assert "ValueError" in row.error_detail
    assert "Alice" not in row.error_detail


def test_an_unknown_outcome_makes_the_next_try_look_first(house: House) -> None:
    house.handler.behave = _raising(OutcomeUnknown())
    house.owe("first")
    engine = house.engine()
    engine.run_due()
    house.advance(seconds=1)
    engine.run_due()
    assert [work.uncertain for work in house.handler.performed] == [False, True]


def test_giving_up_is_told_once_with_both_texts(house: House) -> None:
    house.handler.behave = _raising(Refused("closed", code="bad_number", customer="Wrong number."))
    house.owe("first")
    engine = house.engine()
    engine.run_due()
    house.advance(days=10)
    engine.run_due()
    [(key, failure)] = house.handler.failures
    assert (key, failure.code, failure.customer) == ("first", "bad_number", "Wrong number.")
    assert house.states() == {"first": "gave_up"}


def test_an_answer_410_takes_the_destination_out_of_service(house: House) -> None:
    house.handler.behave = _raising(Refused("withdrawn", code="gone"))
    house.owe("first")
    house.owe("second", entity="entity of first", seq=2)
    house.engine().run_due()
    assert house.states() == {"first": "gave_up", "second": "pending"}
    assert house.instance().paused_code == "gone"


def test_a_settle_with_a_lost_claim_changes_nothing(house: House) -> None:
    house.owe("first")
    slow, quick = house.engine().runner, house.engine().runner
    slow.open()
    quick.open()
    [item] = slow.claim(1, 0).items
    late = slow.run(item)
    house.advance(seconds=31)
    assert quick.recover() == 1
    assert slow.settle([late]) == []
    assert house.handler.stored == []
    assert house.states() == {"first": "retry"}

    [again] = quick.claim(1, 0).items
    assert isinstance(again, Work)
    assert (again.uncertain, again.attempt) == (True, 2)
    quick.settle([quick.run(again)])
    assert slow.settle([late]) == []
    assert house.handler.stored == [("first", "done first")]
    assert [attempt.outcome for attempt in house.attempts("first")] == ["lost", "delivered"]


def test_a_heartbeat_keeps_a_long_call_leased(house: House) -> None:
    house.owe("first")
    runner, other = house.engine().runner, house.engine().runner
    runner.open()
    other.open()
    items = runner.claim(1, 0).items
    for _ in range(4):
        house.advance(seconds=20)
        runner.extend(items)
        assert other.recover() == 0
    runner.settle([runner.run(items[0])])
    assert house.states() == {"first": "delivered"}


def test_a_bug_in_one_handler_does_not_take_its_neighbours_down(house: House) -> None:
    def store(session: Session, work: Work) -> None:
        session.get_one(Delivery, work.id).external_ref = "stored"
        if work.key == "bad":
            raise KeyError("a bug")

    house.handler.store = store
    for key in ("good-1", "bad", "good-2"):
        house.owe(key)
    runner = house.engine().runner
    runner.open()
    finished = [runner.run(item) for item in runner.claim(16, 0).items]
    assert runner.settle(finished) == []
    assert house.states() == {"good-1": "delivered", "bad": "retry", "good-2": "delivered"}
    assert [house.delivery(key).external_ref for key in ("good-1", "bad")] == ["stored", None]
    bad = house.delivery("bad")
    assert (bad.error_code, bad.uncertain) == ("unexpected", True)
    assert len(house.attempts("bad")) == 1


def test_a_handler_that_can_never_store_giving_up_ends_nevertheless(house: House) -> None:
    house.handler.behave = _raising(Refused("no"))
    house.handler.give_up = lambda session, work: _raising(KeyError("a bug"))(work)
    house.owe("first")
    engine = house.engine()
    for _ in range(12):
        engine.run_due()
        house.advance(hours=2)
    assert house.states() == {"first": "gave_up"}
    assert len(house.handler.performed) == 10


def test_who_is_told_of_giving_up_can_read_the_payload(house: House) -> None:
    seen: list[Any] = []
    house.handler.behave = _raising(Refused("no"))
    house.handler.give_up = lambda session, work: seen.append(work.payload)
    house.owe("first", payload={"text": "hello"})
    house.engine().run_due()
    assert seen == [{"text": "hello"}]


def test_works_without_a_handler_are_given_up_and_not_lost_silently(house: House) -> None:
    house.owe("first", kind="unheard_of")
    engine = house.engine()
    for _ in range(12):
        engine.run_due()
        house.advance(hours=2)
    row = house.delivery("first")
    assert (row.state, row.error_code, row.attempts) == ("gave_up", "unexpected", 10)


def test_a_payload_sealed_with_another_key_hurts_only_itself(house: House) -> None:
    house.owe("first")
    house.owe("second")
    with house.db.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE delivery SET payload = 'gAAAAA' WHERE key = 'first'"
        )
    house.engine().run_due()
    assert house.states() == {"first": "retry", "second": "delivered"}
    [attempt] = house.attempts("first")
    assert attempt.code == "configuration"


def test_what_the_database_does_not_take_is_settled_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.owe("first")
    runner = house.engine().runner
    runner.open()
    finished = [runner.run(item) for item in runner.claim(1, 0).items]

    def full(self: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "commit", full)
        left = runner.settle(finished)
    assert left == finished
    assert house.states() == {"first": "leased"}
    assert runner.settle(left) == []
    assert house.states() == {"first": "delivered"}


def test_calls_are_kept_with_the_attempt_without_secrets(house: House) -> None:
    def call(work: Work) -> str:
        exchange.note("POST", "https://user:pw@sms.example/a?token=abc&x=1", 202, 0.1234)
        return "ok"

    house.handler.behave = call
    house.owe("first")
    house.engine().run_due()
    [attempt] = house.attempts("first")
    [noted] = attempt.exchange
    assert noted == {
        "method": "POST", "url": "https://sms.example/a?token=•••&x=•••", "status": 202,
        "seconds": 0.123,
    }  # fmt: skip


def test_a_call_outside_of_a_try_is_not_collected() -> None:
    exchange.note("GET", "https://sms.example/", 200, 0.1)
    with exchange.collecting() as calls:
        exchange.listener("GET", "https://sms.example/", None, 0.1)
    assert [call["status"] for call in calls] == [None]


def test_released_work_does_not_count_its_attempt(house: House) -> None:
    house.owe("first")
    runner = house.engine().runner
    runner.open()
    items = runner.claim(1, 0).items
    runner.release([replace(items[0], claim_id="not ours")])
    assert house.states() == {"first": "leased"}
    runner.release(items)
    row = house.delivery("first")
    assert (row.state, row.attempts, row.uncertain) == ("retry", 0, True)


def _raising(error: Exception) -> Any:
    def behave(work: Work) -> None:
        raise error

    return behave


def test_a_bug_in_a_handler_is_logged_as_an_error_and_trouble_elsewhere_as_a_warning(
    house: House,
) -> None:
    house.handler.behave = _raising(KeyError("Alice Andersson"))
    house.owe("bug")
    with capture_logs() as logs:
        house.engine().run_due()
    [line] = [line for line in logs if line["event"].startswith("delivery_")]
    assert line["log_level"] == "error"
    assert isinstance(line["exc_info"], KeyError)
    house.handler.behave = _raising(Retryable("no answer"))
    house.owe("down", entity="other")
    with capture_logs() as logs:
        house.engine().run_due()
    assert [one["log_level"] for one in logs if one["event"] == "delivery_retry"] == ["warning"]
