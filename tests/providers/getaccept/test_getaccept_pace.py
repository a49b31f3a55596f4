"""A process keeps to its calls a minute, and a thing of several calls is put off as a whole."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from hub.contracts.agreements import NOT_YET, Placed
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Retryable
from hub.toolkit.http import Answer
from providers.getaccept.pace import Pace
from tests.contracts.hosted_driver import ALICE
from tests.contracts.provider_driver import STARTED, caught


@pytest.fixture
def clock():
    return ManualClock(STARTED)


def answer(status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, b"", 0.0)


def enter(pace, calls, made=None):
    with pace.room(calls):
        for _ in range(calls if made is None else made):
            pace.count()


def test_no_minute_has_more_calls_than_allowed(clock):
    pace = Pace(20, clock)
    for _ in range(3):
        enter(pace, 6)
        clock.advance(timedelta(seconds=10))
    error = caught(lambda: enter(pace, 6))
    assert isinstance(error, Retryable)
    assert error.code == NOT_YET
    assert error.retry_after == 30.0
    clock.advance(timedelta(seconds=30))
    enter(pace, 6)


def test_calls_that_ask_for_no_room_are_forgotten_too(clock):
    pace = Pace(20, clock)
    for _ in range(50):
        pace.count()
        clock.advance(timedelta(minutes=1))
    assert len(pace._made) == 1


def test_room_that_was_not_used_is_given_back(clock):
    pace = Pace(20, clock)
    for _ in range(4):
        enter(pace, 10, made=1)
    enter(pace, 16)
    assert isinstance(caught(lambda: enter(pace, 1)), Retryable)


def test_two_things_at_once_do_not_take_the_same_room(clock):
    pace = Pace(20, clock)
    with pace.room(12):
        seen = []
        other = threading.Thread(target=lambda: seen.append(caught(lambda: enter(pace, 12))))
        other.start()
        other.join()
    assert isinstance(seen[0], Retryable)
    enter(pace, 12)


def test_a_thing_larger_than_the_minute_is_let_through_when_nothing_was_called(clock):
    pace = Pace(20, clock)
    enter(pace, 50, made=20)
    assert isinstance(caught(lambda: enter(pace, 1)), Retryable)


def test_the_number_that_is_left_is_believed(clock):
    pace = Pace(100, clock)
    pace.learn(answer(X_Rate_Limit_Remaining="3", X_Rate_Limit_Reset="40"))
    enter(pace, 3)
    pace.learn(answer(X_Rate_Limit_Remaining="2", X_Rate_Limit_Reset="40"))
    assert caught(lambda: enter(pace, 3)).retry_after == 40.0
    clock.advance(timedelta(seconds=40))
    enter(pace, 3)


def test_while_it_asked_to_wait_there_is_no_room(clock):
    pace = Pace(100, clock)
    pace.learn(answer(429, Retry_After="7"))
    with pytest.raises(Retryable) as info, pace.room(3):
        raise AssertionError("let in")
    assert info.value.retry_after == 7.0


@pytest.mark.parametrize("odd", ["", "-1", "many", "1.5"])
def test_headers_that_are_no_numbers_are_passed_over(clock, odd):
    pace = Pace(100, clock)
    pace.learn(answer(X_Rate_Limit_Remaining=odd, X_Rate_Limit_Reset=odd))
    pace.learn(answer(429, X_Rate_Limit_Reset=odd))
    enter(pace, 50)


def test_a_survey_is_put_off_before_its_first_call(driver, site):
    provider = driver.provider(calls_per_minute=20)
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    for _ in range(3):
        provider.survey(agreement, placed)
    before = site.control("GET", "calls")
    error = caught(lambda: provider.survey(agreement, placed))
    assert error.code == NOT_YET
    assert site.control("GET", "calls") == before
    driver.wait(error.retry_after)
    assert provider.survey(agreement, placed).word
    assert site.control("GET", "busiest")["calls"] <= 20
    provider.close()


def test_a_document_costs_as_few_calls_as_the_readme_says(driver, provider, site):
    def calls():
        return sum(site.control("GET", "calls").values())

    agreement = driver.agreement()
    provider.probe()
    before = calls()
    placed = driver.placed(provider, agreement)
    after_placing = calls()
    provider.survey(agreement, placed)
    after_survey = calls()
    driver.act(placed, ALICE, "sign")
    provider.signed_file(agreement, placed, 10**7)
    provider.evidence(agreement, placed)
    assert after_placing - before == 5
    assert after_survey - after_placing == 4
    assert calls() - after_survey == 2 + 4 + 1  # the last one goes to the storage


def test_withdrawing_what_nobody_placed_costs_one_call(driver, provider, site):
    provider.withdraw(driver.agreement(), Placed())
    calls = site.control("GET", "calls")
    assert {name: count for name, count in calls.items() if count} == {"auth": 1, "list": 1}
