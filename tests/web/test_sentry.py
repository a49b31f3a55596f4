"""Errors reach Sentry when a DSN is set, and nothing personal travels along."""

from __future__ import annotations

import gzip

import sentry_sdk
from flask import Flask

from hub.web.sentry import start_sentry


def test_without_a_dsn_nothing_is_started():
    assert start_sentry(None, "test") is False


def test_an_error_arrives_without_anything_personal(httpserver):
    envelopes = []

    def keep(request):
        body = request.get_data()
        packed = request.headers.get("Content-Encoding") == "gzip"
        envelopes.append(gzip.decompress(body) if packed else body)
        return ""

    httpserver.expect_request("/api/1/envelope/").respond_with_handler(keep)
    assert start_sentry(f"http://public@127.0.0.1:{httpserver.port}/1", "test")
    app = Flask("broken")

    @app.post("/s/<token>")
    def broken(token):
        raise RuntimeError("no place for alice@example.com, 19811228-9874")

    try:
        app.test_client().post(
            "/s/4Zr0kk2p9wYw0sJp3B3o5tX1c8ZbqN7v6mLr2aHd1eU?id=198112289874",
            data={"name": "Alice Andersson"},
        )
        sentry_sdk.flush(5)
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
    told = b"\n".join(envelopes)
    assert b"RuntimeError" in told
    for personal in (b"alice@example", b"9874", b"Alice Andersson", b"4Zr0kk2p9w"):
        assert personal not in told
