"""Faults, counts and hooks of simulators."""

from __future__ import annotations

import threading

import pytest

from hub.toolkit.switchboard import Switchboard


@pytest.fixture
def board():
    return Switchboard(["slow", "html"])


def test_a_fault_strikes_as_often_as_it_was_told(board):
    board.switch_on("html", times=2)
    assert [bool(board.strikes("html")) for _ in range(4)] == [True, True, False, False]


def test_a_fault_without_a_number_strikes_until_cleared(board):
    board.switch_on("html")
    assert all(board.strikes("html") for _ in range(5))
    board.clear()
    assert board.strikes("html") is None


def test_an_unknown_fault_is_an_error_that_names_the_known_ones(board):
    with pytest.raises(ValueError, match="html, slow"):
        board.switch_on("earthquake")


def test_clearing_lets_go_of_who_is_held_and_later_ones_are_held_again(board):
    board.switch_on("slow")
    held = threading.Thread(target=board.hold, args=(60,))
    held.start()
    while held.is_alive():
        board.clear()
        held.join(0.05)
    later = threading.Thread(target=board.hold, args=(60,), daemon=True)
    later.start()
    later.join(0.2)
    assert later.is_alive()
    board.clear()
    later.join(5)
    assert not later.is_alive()


def test_calls_are_counted_and_the_hook_is_told(board):
    told = []
    board.on_call = lambda moment, operation: told.append((moment, operation))
    with board.call("POST /x"):
        told.append("work")
    assert told == [("before", "POST /x"), "work", ("after", "POST /x")]
    assert board.calls() == {"POST /x": 1}
    board.reset()
    assert board.calls() == {}


def test_control_answers_what_is_on_and_refuses_nonsense(board):
    assert board.control("POST", "faults", {"fault": "slow", "times": "x"})[0] == 400
    assert board.control("POST", "faults", {})[0] == 400
    assert board.control("GET", "weather", {})[0] == 404
    assert board.control("POST", "faults", {"fault": "slow", "times": 3}) == (
        200, {"on": {"slow": 3}, "known": ["html", "slow"]},
    )  # fmt: skip
    assert board.control("DELETE", "faults", {})[1]["on"] == {}
