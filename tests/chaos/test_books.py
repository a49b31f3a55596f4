"""The judge sees what is wrong: a proof that could not fail would prove nothing."""

from __future__ import annotations

from typing import Any

from tests.chaos.books import both, judge, judge_events


def arrival(key: str, seq: int = 0, *, applied: bool = True, **more: str) -> dict[str, Any]:
    told = {"entity": "e", "id": key, "digest": "same", **more}
    return {"key": key, "seq": seq, "applied": applied, **told}


OWED = {"a": "e/0", "b": "e/1"}


def test_all_well() -> None:
    verdict = judge(OWED, [arrival("a"), arrival("a"), arrival("b", 1)], honoured=True)
    assert (verdict.repeats, verdict.sound, verdict.good) == (1, True, True)


def test_what_never_was_applied_is_lost() -> None:
    assert judge(OWED, [arrival("a"), arrival("b", 1, applied=False)], honoured=True).lost == 1


def test_a_second_key_for_one_thing_is_doubled() -> None:
    owed = {**OWED, "c": "e/0"}
    verdict = judge(owed, [arrival("a"), arrival("c"), arrival("b", 1)], honoured=True)
    assert verdict.doubled == 1


def test_what_nobody_owed_is_doubled() -> None:
    assert judge({}, [arrival("a")], honoured=True).doubled == 1


def test_where_keys_are_not_honoured_each_repeat_is_doubled() -> None:
    verdict = judge(OWED, [arrival("a"), arrival("a"), arrival("b", 1)], honoured=False)
    assert verdict.doubled == 1


def test_other_bytes_or_another_id_under_one_key_are_seen() -> None:
    again = [arrival("a", digest="other"), arrival("a", id="other")]
    assert judge(OWED, [arrival("a"), *again, arrival("b", 1)], honoured=True).differing == 2


def test_an_earlier_one_after_a_later_one_is_an_inversion() -> None:
    assert judge(OWED, [arrival("b", 1), arrival("a")], honoured=True).inversions == 1


def test_too_long_a_pause_falls_short() -> None:
    verdict = judge(OWED, [arrival("a"), arrival("b", 1)], honoured=True)
    verdict.resumed = [1.0, 5.1]
    assert (verdict.sound, verdict.good) == (True, False)


def event(key: str, kind: str, seq: int, *, applied: bool = True, digest: str = "") -> Any:
    return {**arrival(key, seq, applied=applied, digest=digest), "entity": "1", "kind": kind}


KINDS = ("started", "invited")
WELL = [event("a", "started", 1), event("a", "started", 1), event("b", "invited", 2)]


def test_a_webhook_may_come_again_as_it_was() -> None:
    verdict = judge_events(["1"], KINDS, WELL)
    assert (verdict.owed, verdict.repeats, verdict.sound) == (2, 1, True)


def test_a_webhook_that_never_was_taken_is_lost() -> None:
    arrivals = [WELL[0], event("b", "invited", 2, applied=False)]
    assert judge_events(["1"], KINDS, arrivals).lost == 1
    assert judge_events(["1", "2"], KINDS, WELL).lost == 2


def test_a_webhook_under_a_second_id_is_doubled() -> None:
    assert judge_events(["1"], KINDS, [*WELL, event("c", "invited", 2)]).doubled == 1


def test_a_webhook_of_what_was_not_asked_for_is_doubled() -> None:
    assert judge_events(["1"], KINDS, [*WELL, event("c", "failed", 3)]).doubled == 1


def test_a_webhook_with_other_bytes_or_out_of_order_is_seen() -> None:
    arrivals = [*WELL, event("b", "invited", 2, digest="other"), event("a", "started", 1)]
    verdict = judge_events(["1"], KINDS, arrivals)
    assert (verdict.differing, verdict.inversions) == (1, 1)


def test_two_doors_add_up() -> None:
    gateway = judge({"a": "1", "b": "2"}, [arrival("a"), arrival("a")], honoured=False)
    verdict = both(gateway, judge_events(["1"], KINDS, WELL[:2]))
    assert (verdict.owed, verdict.lost, verdict.doubled, verdict.repeats) == (4, 2, 1, 2)
