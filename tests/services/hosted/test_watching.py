"""What the watch has read as a whole; what customers did is known in time, with few calls."""

from __future__ import annotations

from datetime import timedelta

from hub.services.hosted.watching import EVERY, WHOLE, Known, to_read
from tests.simulated_house import NOON
from tests.year.calls import Calls
from tests.year.play import Year


def known(count, ago, word="sealed"):
    return {f"a{number:03}": Known(word, NOON - ago) for number in range(count)}


def words(facts, word="sealed"):
    return dict.fromkeys(facts, word)


def test_whose_word_has_changed_is_read_and_whose_has_not_is_left():
    facts = known(20, timedelta(hours=1))
    told = {**words(facts), "a003": "viewed", "a007": None}
    assert to_read(told, facts, NOON) == {"a003", "a007"}


def test_what_was_never_read_is_read():
    facts = {"a": Known("sealed", None)}
    assert to_read({"a": "sealed"}, facts, NOON) == {"a"}


def test_those_that_were_read_together_are_not_read_together_again():
    facts = known(400, WHOLE)
    assert len(to_read(words(facts), facts, NOON)) == 50
    now, reads = NOON, []
    while now < NOON + 2 * WHOLE:
        found = to_read(words(facts), facts, now)
        facts.update(dict.fromkeys(found, Known("sealed", now)))
        reads.append(len(found))
        now += EVERY
    assert max(reads) == 50
    oldest = min(one.surveyed_at for one in facts.values())
    assert now - oldest <= WHOLE + 3 * EVERY


def test_the_longest_ago_come_first_and_a_few_are_always_read():
    facts = {
        **known(4, timedelta(hours=1)),
        **{f"b{n}": Known("sealed", NOON - WHOLE - timedelta(hours=n)) for n in range(9)},
    }
    assert to_read(words(facts), facts, NOON) == {"b8", "b7", "b6", "b5", "b4"}


def test_the_limit_of_calls_holds_and_what_customers_did_is_known_within_half_an_hour():
    told = Calls(seed=3).play(documents=300, days=2)
    assert told.documents == 300
    assert len(told.known) == told.answered > 200
    assert told.busiest <= 100
    assert told.late(0.95) <= 30 * 60


def test_through_the_whole_hub_no_webhook_is_needed(tmp_path, database_url):
    case = Year(tmp_path, database_url, seed=1, limit=40)
    try:
        told = case.play(documents=6, days=1)
        assert case.deliveries("collect")
    finally:
        case.close()
    assert len(told.known) == told.answered > 2
    assert told.left_open == 0
    assert told.busiest <= 40
    assert max(told.known) <= 30 * 60
