"""What a guarded client really connects to."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer

from hub.kernel.errors import OutcomeUnknown, Retryable
from hub.toolkit.guard import Address, Guard, TargetRefused
from hub.toolkit.http import HttpClient

HERE = ipaddress.ip_network("127.0.0.0/8")


class Names:
    """A resolver that tells each answer of ``answers`` once, the last one again and again."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not answer:
            raise OSError("no such host")
        return [ipaddress.ip_address(one) for one in answer.split()]


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    with HTTPServer("127.0.0.1", 0) as server:
        server.expect_request("/hook").respond_with_data("ok")
        yield server


def client(names: Names, **options: object) -> HttpClient:
    return HttpClient("", guard=Guard((HERE,), resolver=names), timeout=(2, 2), **options)  # type: ignore[arg-type]


def test_the_address_that_was_looked_at_is_the_one_that_is_called(receiver: HTTPServer) -> None:
    names = Names("127.0.0.1")
    caller = client(names)
    for _ in range(2):
        # DNS does not know this name: only our one look at it can have led here.
        answer = caller.call("POST", f"http://receiver.example:{receiver.port}/hook", data=b"x")
        assert answer.status == 200
    assert names.asked == ["receiver.example"] * 2, "one look for each connection"
    assert receiver.log[0][0].headers["Host"] == f"receiver.example:{receiver.port}"
    caller.close()


def test_a_name_that_leads_elsewhere_when_it_is_dialled_is_refused(receiver: HTTPServer) -> None:
    names = Names("127.0.0.1", "10.0.0.1")
    caller = client(names)
    target = f"http://receiver.example:{receiver.port}/hook"
    assert Guard((HERE,), resolver=names).check(target) == target
    with pytest.raises(TargetRefused) as caught:
        caller.call("POST", target, data=b"x")
    assert caught.value.code == "private_address"
    assert receiver.log == []
    caller.close()


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("127.1", "odd_address"),
        ("[::1]", "private_address"),
        ("[::ffff:7f00:1]", "private_address"),
    ],
)
def test_what_was_never_saved_is_refused_at_dial_too(
    receiver: HTTPServer, host: str, code: str
) -> None:
    caller = HttpClient("", guard=Guard((HERE,)), timeout=(2, 2))
    with pytest.raises(TargetRefused) as caught:
        caller.call("POST", f"http://{host}:{receiver.port}/hook", data=b"x")
    assert caught.value.code == code
    assert receiver.log == []
    caller.close()


def test_plain_http_to_a_public_address_is_refused_at_dial() -> None:
    caller = client(Names("203.0.114.7"))
    with pytest.raises(TargetRefused) as caught:
        caller.call("POST", "http://receiver.example/hook", data=b"x")
    assert caught.value.code == "not_https"
    caller.close()


def test_the_next_address_is_tried_when_one_does_not_answer(receiver: HTTPServer) -> None:
    caller = client(Names("127.0.0.2 127.0.0.1"))
    assert caller.call("GET", f"http://receiver.example:{receiver.port}/hook").status == 200
    caller.close()


@pytest.mark.parametrize("answer", ["", "127.0.0.1"], ids=["no name", "nobody there"])
def test_who_cannot_be_reached_got_nothing_and_is_tried_again(answer: str) -> None:
    caller = client(Names(answer))
    with pytest.raises(Retryable, match="cannot be reached") as caught:
        caller.call("POST", "http://receiver.example:1/hook?token=secret", data=b"x")
    assert not isinstance(caught.value, OutcomeUnknown)
    assert "secret" not in caught.value.detail
    caller.close()


def test_redirects_are_never_followed(receiver: HTTPServer) -> None:
    inside = receiver.url_for("/hook")
    receiver.expect_request("/away").respond_with_data("", 307, {"Location": inside})
    caller = client(Names("127.0.0.1"))
    assert caller.call("POST", f"http://receiver.example:{receiver.port}/away").status == 307
    assert len(receiver.log) == 1
    caller.close()


def test_a_proxy_of_the_environment_is_not_used(
    receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    caller = client(Names("127.0.0.1"))
    assert caller.call("GET", f"http://receiver.example:{receiver.port}/hook").status == 200
    caller.close()


def test_long_answers_are_cut_where_that_was_asked_for(receiver: HTTPServer) -> None:
    receiver.expect_request("/long").respond_with_data("x" * 300_000)
    caller = client(Names("127.0.0.1"), cut=True, max_bytes=64_000)
    answer = caller.call("POST", f"http://receiver.example:{receiver.port}/long")
    assert (answer.status, len(answer.body)) == (200, 64_000)
    caller.close()


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[HTTPServer, str]]:
    """A server whose certificate is for ``receiver.example``, and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.example")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "receiver.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with HTTPServer("127.0.0.1", 0, ssl_context=context) as server:
        server.expect_request("/hook").respond_with_data("ok")
        yield server, str(pem)


def test_tls_checks_the_name_and_not_the_address(tls: tuple[HTTPServer, str]) -> None:
    server, trusted = tls
    caller = client(Names("127.0.0.1"), verify=trusted)
    answer = caller.call("POST", f"https://receiver.example:{server.port}/hook", data=b"x")
    assert answer.status == 200
    with pytest.raises(Retryable) as caught:
        caller.call("POST", f"https://other.example:{server.port}/hook", data=b"x")
    assert caught.value.code == "tls_failed"
    assert len(server.log) == 1
    caller.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


class Dripping:
    """Accepts one connection and sends ``first`` and then a byte every now and then, for ever; each
    byte comes well within the client's timeout."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.left = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        taken, _ = self._listening.accept()
        with taken, suppress(OSError):
            taken.sendall(self._first)
            while True:
                taken.sendall(b"x")
                taken.settimeout(0.05)
                with suppress(TimeoutError):
                    if not taken.recv(65536):
                        break
        self.left.set()

    def close(self) -> None:
        self._thread.join(30)
        self._listening.close()


@pytest.mark.parametrize(
    ("scheme", "first", "kind"),
    [
        ("http", b"HTTP/1.1 200 OK\r\nX-", OutcomeUnknown),
        ("http", HEAD, OutcomeUnknown),
        ("https", b"\x16\x03\x03\x40\x00", Retryable),
    ],
    ids=["headers", "body", "handshake"],
)
def test_an_answer_that_drips_is_broken_off(scheme: str, first: bytes, kind: type) -> None:
    dripping = Dripping(first)
    caller = client(Names("127.0.0.1"), longest=0.5)
    with pytest.raises(Retryable) as caught:
        caller.call("POST", f"{scheme}://receiver.example:{dripping.port}/hook", data=b"x")
    assert type(caught.value) is kind
    assert dripping.left.wait(30), "the connection was left open"
    caller.close()
    dripping.close()


def test_no_call_begins_when_its_time_went_by_in_the_resolver(receiver: HTTPServer) -> None:
    over = threading.Event()

    class Slow(Names):
        def __call__(self, host: str, port: int) -> list[Address]:
            assert not over.wait(0.5)
            return super().__call__(host, port)

    caller = client(Slow("127.0.0.1"), longest=0.1)
    with pytest.raises(Retryable, match="cannot be reached"):
        caller.call("POST", f"http://receiver.example:{receiver.port}/hook", data=b"x")
    assert receiver.log == []
    caller.close()


class _Kept(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_kept_connection_is_used_again_and_not_looked_up_again() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Kept) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        names = Names("127.0.0.1", "10.0.0.1")
        caller = client(names)
        for _ in range(3):
            target = f"http://receiver.example:{server.server_port}/hook"
            assert caller.call("POST", target, data=b"x").body == b"ok"
        assert len(names.asked) == 1
        caller.close()
        server.shutdown()
        thread.join()
