"""One call: what goes out, what never does, and what each failure means."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer
from requests import PreparedRequest
from requests.auth import AuthBase
from werkzeug import Request, Response

from hub.kernel.errors import MalformedAnswer, OutcomeUnknown, Retryable
from hub.toolkit import http
from hub.toolkit.http import Answer, HttpClient


@pytest.fixture
def client(httpserver: HTTPServer) -> Iterator[HttpClient]:
    client = HttpClient(
        httpserver.url_for("/v1"), timeout=(2, 0.5), max_bytes=1000, headers={"X-Always": "yes"}
    )
    yield client
    client.close()


def test_headers_form_and_login_go_out(httpserver: HTTPServer, client: HttpClient) -> None:
    httpserver.expect_request("/v1/sms", method="POST").respond_with_json({"id": "7"})
    answer = client.call(
        "post", "/sms", data={"to": "å"}, auth=("u", "p"), headers={"x-once": "1"}, params={"q": 1}
    )
    ((sent, _),) = httpserver.log
    assert (answer.status, answer.json()) == (200, {"id": "7"})
    assert sent.get_data() == b"to=%C3%A5"
    assert sent.query_string == b"q=1"
    assert sent.headers["Authorization"] == "Basic dTpw"
    assert (sent.headers["X-Once"], sent.headers["X-Always"]) == ("1", "yes")
    assert sent.headers["User-Agent"].startswith("Paraph/")


def test_a_header_of_the_call_takes_the_place_of_the_clients(
    httpserver: HTTPServer, client: HttpClient
) -> None:
    httpserver.expect_request("/v1/a").respond_with_data("ok")
    client.call("GET", "/a", headers={"x-always": "no"})
    assert httpserver.log[0][0].headers.getlist("X-Always") == ["no"]


def test_redirects_are_answers(httpserver: HTTPServer, client: HttpClient) -> None:
    httpserver.expect_request("/v1/a").respond_with_data(
        "", status=302, headers={"Location": httpserver.url_for("/b")}
    )
    assert client.call("GET", "/a").status == 302
    assert len(httpserver.log) == 1


def test_cookies_are_not_kept(httpserver: HTTPServer, client: HttpClient) -> None:
    httpserver.expect_request("/v1/a").respond_with_data("", headers={"Set-Cookie": "s=1; Path=/"})
    client.call("GET", "/a")
    client.call("GET", "/a")
    assert "Cookie" not in httpserver.log[1][0].headers


def test_the_environment_changes_nothing(
    httpserver: HTTPServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine localhost login bob password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    httpserver.expect_request("/v1/a").respond_with_data("ok")
    assert client.call("GET", "/a").text == "ok"
    assert "Authorization" not in httpserver.log[0][0].headers


def test_an_answer_that_is_too_large_is_not_read_on(
    httpserver: HTTPServer, client: HttpClient
) -> None:
    httpserver.expect_request("/v1/a").respond_with_data("x" * 1001)
    with pytest.raises(MalformedAnswer, match="larger than 1000"):
        client.call("GET", "/a")


def test_who_cannot_be_reached_got_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused at once
        with pytest.raises(Retryable) as caught:
            HttpClient(f"http://127.0.0.1:{taken.getsockname()[1]}").call("POST", "/a?secret=1")
    assert not isinstance(caught.value, OutcomeUnknown)
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize(("method", "kind"), [("POST", OutcomeUnknown), ("GET", Retryable)])
def test_silence_after_a_change_is_an_unknown_outcome(
    httpserver: HTTPServer, client: HttpClient, method: str, kind: type[Exception]
) -> None:
    def slow(request: Request) -> Response:
        release.wait(5)
        return Response("late")

    release = threading.Event()
    httpserver.expect_request("/v1/a").respond_with_handler(slow)
    with pytest.raises(Retryable) as caught:
        client.call(method, "/a")
    release.set()
    assert type(caught.value) is kind


def test_the_observer_hears_of_every_call(
    httpserver: HTTPServer, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, int | None]] = []

    def listener(
        method: str, url: str, answer: Answer | None, seconds: float, sent: object
    ) -> None:
        heard.append((method, answer.status if answer else None))

    monkeypatch.setattr(http, "_observer", listener)
    httpserver.expect_request("/v1/a").respond_with_data("ok")
    client.call("GET", "/a")
    with pytest.raises(Retryable):
        HttpClient("http://127.0.0.1:1").call("GET", "/a")
    assert heard == [("GET", 200), ("GET", None)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": {"to": "å b", "n": 1}},
        {"data": b"raw", "headers": {"Content-Type": "text/plain"}},
        {"data": {"gone": None, "many": ["a", "b"]}},
        {"json": {"a": [1, "å"]}},
        {"params": {"q": "å &"}, "auth": ("u", "p")},
        {"headers": {"X-Space": "a b"}},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/a"), ("POST", "/a"), ("PUT", "/b c/å")])
def test_the_short_way_sends_what_requests_would_send(
    httpserver: HTTPServer,
    client: HttpClient,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    options: dict[str, Any],
) -> None:
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_data("ok")
    assert client.call(method, path, **options).text == "ok"
    monkeypatch.setattr(http.wire, "plain", lambda *_: None)
    assert client.call(method, path, **options).text == "ok"
    (short, _), (usual, _) = httpserver.log
    assert sorted(short.headers) == sorted(usual.headers)
    assert (short.full_path, short.get_data()) == (usual.full_path, usual.get_data())


def test_a_header_with_a_line_break_is_never_sent(client: HttpClient) -> None:
    with pytest.raises(Retryable):
        client.call("GET", "/a", headers={"X": "1\r\nEvil: 2"})


def test_a_sign_in_of_several_messages_goes_on_in_a_hook(
    httpserver: HTTPServer, client: HttpClient
) -> None:
    class Challenged(AuthBase):
        def __call__(self, r: PreparedRequest) -> PreparedRequest:
            r.register_hook("response", self.again)
            return r

        def again(self, r: requests.Response, **kwargs: Any) -> requests.Response:
            r.content  # noqa: B018 - read, so that its connection is free again
            request = r.request.copy()
            request.headers["X-Answer"] = r.headers["X-Challenge"]
            answer: requests.Response = r.connection.send(request, **kwargs)
            return answer

    def serve(request: Request) -> Response:
        given = request.headers.get("X-Answer")
        return Response(given or "", 200 if given else 401, headers={"X-Challenge": "7"})

    httpserver.expect_request("/v1/a").respond_with_handler(serve)
    answer = client.call("POST", "/a", data=b"x", auth=Challenged())
    assert (answer.status, answer.text) == (200, "7")


@pytest.mark.parametrize(
    ("told", "seconds"), [("7", 7.0), ("²", None), ("", None), ("soon", None), ("-1", None)]
)
def test_only_a_number_or_a_date_says_when_to_come_back(told: str, seconds: float | None) -> None:
    assert Answer(429, {"Retry-After": told}, b"", 0).retry_after == seconds
