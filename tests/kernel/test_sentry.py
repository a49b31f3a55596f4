"""Errors reach Sentry when a DSN is set, so that they can be found and told apart, and nothing
personal travels along."""

from __future__ import annotations

import gzip
import json
import logging

import pytest
import sentry_sdk
import structlog
from flask import Flask

from hub.kernel.logging import configure, get_logger, observe_errors
from hub.kernel.sentry import start_sentry


@pytest.fixture
def sentry(httpserver):
    envelopes = []

    def keep(request):
        body = request.get_data()
        packed = request.headers.get("Content-Encoding") == "gzip"
        envelopes.append(gzip.decompress(body) if packed else body)
        return ""

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure("INFO")
    httpserver.expect_request("/api/1/envelope/").respond_with_handler(keep)
    assert start_sentry(f"http://public@127.0.0.1:{httpserver.port}/1", "test")

    def events():
        sentry_sdk.flush(5)
        lines = [json.loads(line) for each in envelopes for line in each.splitlines() if line]
        return [line for line in lines if "event_id" in line and "level" in line]

    yield events
    observe_errors(None)
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_without_a_dsn_nothing_is_started():
    assert start_sentry(None, "test") is False


def test_an_unhandled_error_arrives_without_anything_personal(sentry):
    app = Flask("broken")

    @app.post("/s/<token>")
    def broken(token):
        raise RuntimeError("no place for Alice Andersson, 19811228-9874")

    app.test_client().post(
        "/s/4Zr0kk2p9wYw0sJp3B3o5tX1c8ZbqN7v6mLr2aHd1eU?id=198112289874",
        data={"name": "Alice Andersson"},
    )
    told = sentry()
    for event in told:
        assert_structured(event["exception"]["values"][-1], "RuntimeError", "broken")
    assert told
    for personal in ("alice", "9874", "andersson", "4zr0kk2p9w"):
        assert personal not in str(told).lower()


def failing():
    raise KeyError("Alice Andersson")


def assert_structured(value, kind, function):
    assert value["type"] == kind
    assert "value" not in value
    frame = value["stacktrace"]["frames"][-1]
    assert frame["function"] == function
    assert frame["filename"].endswith("test_sentry.py")
    assert frame["lineno"] > 0
    assert set(frame) <= {"filename", "function", "lineno", "module", "in_app"}


def test_a_logged_error_arrives_once_with_its_words_type_and_places(sentry):
    try:
        failing()
    except KeyError as error:
        get_logger("hub.test").error("it broke", destination="sms", name="Alice", exc_info=error)
    get_logger("hub.test").warning("not this")
    (event,) = sentry()
    assert event["logentry"]["message"] == "it broke"
    assert event["logger"] == "hub.test"
    assert event["extra"]["destination"] == "sms"
    assert_structured(event["exception"]["values"][-1], "KeyError", "failing")
    assert "Alice" not in str(event)


def test_an_error_without_an_exception_keeps_its_words(sentry):
    get_logger("hub.test").error("destination_paused", destination="sms")
    get_logger("hub.test").error("leases_not_released")
    assert [event["logentry"]["message"] for event in sentry()] == [
        "destination_paused",
        "leases_not_released",
    ]
