"""Told to end twice, or in two ways at once, a command still ends in good order, once."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from hub.cli.endings import SIGNALS, Ending, Told


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 0)]
)
def test_only_the_first_signal_ends_and_none_interrupts_the_stopping(number, code):
    ending, stopped = Ending(interrupted=0), []
    ending.begin()
    with pytest.raises(SystemExit) as left:  # noqa: PT012 - it is about what comes after
        try:
            signal.raise_signal(number)
        finally:
            for again in SIGNALS:
                signal.raise_signal(again)
            stopped.append(True)
    assert left.value.code == code
    assert stopped == [True]


def test_what_comes_while_a_process_is_begun_waits_until_it_is_known():
    ending, known = Ending(), []
    ending.begin()
    with pytest.raises(SystemExit) as left, ending.held():  # noqa: PT012
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGHUP)
        known.append("process")
    assert (left.value.code, known) == (143, ["process"])


def test_after_the_work_is_done_signals_change_nothing():
    ending = Ending()
    ending.begin()
    ending.ignore()
    for number in SIGNALS:
        signal.raise_signal(number)


def test_who_looks_by_itself_is_told_once():
    told = Told()
    told.begin()
    assert not told.is_set()
    for number in SIGNALS:
        signal.raise_signal(number)
    assert told.is_set()
