"""What a log line may hold: an exception's type and places, no words of others, no secrets."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading

import pytest
import structlog

from hub.kernel.errors import Refused
from hub.kernel.frames import told
from hub.kernel.logging import configure, get_logger, observe_errors


@pytest.fixture
def lines(monkeypatch):
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        configure("INFO")
    # a library's thread that some other test left behind may have something to say
    mine = threading.get_ident()
    root.handlers[0].addFilter(lambda record: record.thread == mine)

    def read():
        return [json.loads(line) for line in written.getvalue().splitlines()]

    yield read
    observe_errors(None)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def failing():
    try:
        raise KeyError("Alice Andersson")
    except KeyError as error:
        raise RuntimeError("no place for Alice Andersson") from error


def caught():
    try:
        failing()
    except RuntimeError as error:
        return error


@pytest.mark.parametrize("how", ["ours", "ours in a handler", "another library's"])
def test_an_exception_is_told_by_type_and_place_without_its_message(lines, how):
    try:
        failing()
    except RuntimeError as error:
        if how == "ours":
            get_logger("test").error("it broke", exc_info=error)
        elif how == "ours in a handler":
            get_logger("test").exception("it broke")
        else:
            logging.getLogger("library").error("it broke", exc_info=sys.exc_info())
    (line,) = lines()
    assert line["event"] == "it broke"
    assert line["exception"].startswith("RuntimeError at tests/kernel/test_logging.py:")
    assert " in failing" in line["exception"]
    assert "; after KeyError at tests/kernel/test_logging.py:" in line["exception"]
    assert "Alice" not in str(line)


def test_the_words_of_our_own_errors_are_kept():
    assert told(Refused("the gateway said: bad sender")) == "Refused (the gateway said: bad sender)"


def test_frames_of_libraries_between_ours_are_left_out():
    try:
        json.loads("{")
    except ValueError as error:
        shown = told(error)
    assert shown.startswith("JSONDecodeError at json/decoder.py:")
    assert "json/__init__.py" not in shown
    assert "tests/kernel/test_logging.py:" in shown


def test_secrets_in_paths_are_masked(lines):
    get_logger("test").error("unexpected error", path="/hooks/alice/source/4Zr0kk2p9wYw0sJp3B3o5t")
    get_logger("test").error("unexpected error", path="/s/4Zr0kk2p9wYw0sJp3B3o5t/sign")
    shown = [line["path"] for line in lines()]
    assert shown == ["/hooks/alice/source/•••", "/s/•••/sign"]


def test_errors_are_observed_with_their_exception_and_lesser_things_are_not(lines):
    seen = []
    observe_errors(lambda *what: seen.append(what))
    error = caught()
    get_logger("hub.test").warning("not this")
    get_logger("hub.test").error("this", customer="Alice", exc_info=error)
    logging.getLogger("library").error("and %s", "this")
    (ours, library) = seen
    assert ours[0] == "hub.test"
    assert ours[1]["event"] == "this"
    assert ours[1]["customer"] == "•••"
    assert ours[2] is error
    assert (library[0], library[1]["event"], library[2]) == ("library", "and this", None)
    assert len(lines()) == 3


def test_a_libraries_chatter_at_each_start_is_left_out(lines):
    logging.getLogger("alembic.runtime.plugins").info("setup plugin %s", "alembic.autogenerate")
    logging.getLogger("alembic.runtime.migration").info("Running upgrade")
    assert [line["event"] for line in lines()] == ["Running upgrade"]


def test_the_http_library_tells_no_addresses(lines):
    for name in ("urllib3.connection", "urllib3.connectionpool"):
        logging.getLogger(name).debug("POST /hook/secret")
    logging.getLogger("urllib3.connection").warning("odd headers (url=https://erp/hook/secret)")
    assert lines() == []
