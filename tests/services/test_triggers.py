"""One wish for a record at a time, also while the record has not been read yet."""

from __future__ import annotations

from sqlalchemy import select

from hub.storage.models import Inbound
from tests.simulated_house import RECORD


def outcomes(case):
    """What became of each stored call."""
    with case.core.db.read() as session:
        return list(session.scalars(select(Inbound.outcome).order_by(Inbound.id)))


def test_two_presses_on_a_faulty_record_at_once_are_one_failed_request(case):
    case.upstream.put("case", "1", {"mobile": ""})
    first, second = case.trigger(), case.trigger()
    case.work()
    assert len(case.requests()) == 1
    assert len([one for one in case.upstream.effects if one[0] == "update"]) == 1
    assert (first.repeated, second.repeated) == (False, True)
    assert outcomes(case) == ["request", "under_way"]


def test_a_press_after_the_correction_is_a_new_wish(case):
    case.upstream.put("case", "1", {"mobile": ""})
    case.trigger()
    case.work()
    case.upstream.put("case", "1", {"mobile": RECORD["mobile"]})
    assert not case.trigger().repeated
    case.work()
    assert [one.state for one in case.requests()] == ["failed", "sent"]


def test_another_record_under_way_is_another_wish(case):
    case.upstream.put("case", "2", RECORD)
    assert not case.trigger("1").repeated
    assert not case.trigger("2").repeated
    case.work()
    assert sorted(one.source_id for one in case.requests()) == ["1", "2"]


def test_a_call_that_brings_its_record_is_not_taken_for_an_older_one(case):
    case.upstream.put("case", "1", {"mobile": ""})
    case.trigger()
    assert not case.trigger(record=RECORD).repeated


def test_a_hook_beside_another_wish_may_come_again_later(case):
    case.upstream.put("case", "1", {"mobile": ""})
    case.trigger()
    assert case.trigger(source="hook", dedupe="hook:same").repeated
    case.work()
    assert not case.trigger(source="hook", dedupe="hook:same").repeated
