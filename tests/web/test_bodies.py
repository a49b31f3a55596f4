"""Chunked bodies are held to the body limit: refused when longer, whole when not."""

from __future__ import annotations

import io

import pytest
from flask import Flask, request
from structlog.testing import capture_logs

from hub.app import create_app
from hub.web.bodies import WholeBodyRequest
from tests.simulated_house import SimulatedHouse

LIMIT = 1000


@pytest.fixture
def client():
    app = Flask("bodies_under_test")
    app.request_class = WholeBodyRequest
    app.config["MAX_CONTENT_LENGTH"] = LIMIT

    @app.post("/whole")
    def whole():
        return str(len(request.get_data()))

    @app.post("/form")
    def form():
        return str(len(request.form["a"]))

    return app.test_client()


def chunked(client, path, body, **more):
    """Post as a server hands over a chunked body: an input that ends, and no length."""
    given = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    return client.post(
        path, environ_overrides={**given, "HTTP_TRANSFER_ENCODING": "chunked"}, **more
    )


@pytest.mark.parametrize("size", [0, 1, LIMIT - 1, LIMIT])
def test_a_chunked_body_within_the_limit_is_read_whole(client, size):
    answer = chunked(client, "/whole", b"x" * size)
    assert (answer.status_code, answer.text) == (200, str(size))


@pytest.mark.parametrize("size", [LIMIT + 1, 150 * LIMIT])
def test_a_longer_chunked_body_is_refused_and_not_cut(client, size):
    assert chunked(client, "/whole", b"x" * size).status_code == 413


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_a_chunked_form_is_held_to_it_too(client, size, status):
    body = b"a=" + b"x" * (size - 2)
    kind = "application/x-www-form-urlencoded"
    assert chunked(client, "/form", body, content_type=kind).status_code == status


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_a_body_with_its_length_said_is_held_to_it(client, size, status):
    assert client.post("/whole", data=b"x" * size).status_code == status


class Unreadable(io.RawIOBase):
    """A body of which not a byte has come yet: who reads it waits for ever."""

    def readable(self):
        return True

    def readinto(self, buffer):
        raise AssertionError("the body was read")


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/hooks/alice/source/wrong", "application/json", 404),
        ("/api/v1/triggers/repair", "application/json", 401),
        ("/s/wrong/decline", "application/x-www-form-urlencoded", 404),
        ("/b/repair?id=7&w=alice&key=wrong", "application/x-www-form-urlencoded", 404),
    ],
)
def test_a_stranger_is_sent_away_before_the_body_is_read(tmp_path, path, kind, status):
    with capture_logs():
        simulated = SimulatedHouse(tmp_path)
        client = create_app(simulated.house).test_client()
        given = {"wsgi.input": Unreadable(), "CONTENT_LENGTH": "1000"}
        answer = client.post(path, content_type=kind, environ_overrides=given)
        simulated.close()
    assert answer.status_code == status
