"""Who we are: Windows, basic with password or access key, Entra; and what is never carried on."""

from __future__ import annotations

import base64
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from werkzeug import Request, Response

from hub.contracts.records import RecordRef
from hub.kernel.errors import AuthenticationFailed, Retryable
from tests.connectors.dynamics_nav.canned import quote_answer
from tests.connectors.dynamics_nav.wsdls import page_wsdl, record

REF = RecordRef("quote", "VQ1")
GOOD = quote_answer("Read", record("SalesQuote", {"Key": "k", "No": "VQ1"}))
ENTRA = {
    "auth": "oauth2", "client_id": "paraph", "client_secret": "sandbox-client-secret",
    "scope": "scope/.default",
}  # fmt: skip
# An NTLM challenge (MS-NLMP 2.2.1.2) with a target, a nonce and an empty list of facts about it.
CHALLENGE = (
    b"NTLMSSP\0" + b"\x02\0\0\0" + b"\x0c\0\x0c\0\x38\0\0\0" + b"\x05\x82\x89\xa2" + b"12345678"
    + b"\0" * 8 + b"\x04\0\x04\0\x44\0\0\0" + b"\x0a\0\x63\x45\0\0\0\x0f"
    + "NORDIC".encode("utf-16-le") + b"\0\0\0\0"
)  # fmt: skip


class Site:
    """One handler for all paths."""

    def __init__(self, server, handler):
        self.server, self.requests, self.handler = server, [], handler
        server.expect_request(re.compile(r"/.*")).respond_with_handler(self._serve)

    def _serve(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        answer: Response = self.handler(request)
        return answer


def served(request: Request) -> Response:
    content = page_wsdl() if request.method == "GET" else GOOD
    return Response(content, content_type="text/xml; charset=utf-8")


def test_basic_takes_the_access_key_in_place_of_the_password(nav):
    nav.on("SalesQuote.Read", GOOD)
    nav.connector(username="åsa", password="", access_key="key-44").fetch(REF)
    given = nav.requests[-1].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(given).decode() == "åsa:key-44"


def test_entra_tokens_are_kept_and_renewed_before_they_end(nav):
    tokens = iter("abc")
    life = {"token_url": nav.server.url_for("/token"), **ENTRA}

    def handler(request):
        if request.path == "/token":
            body = {"access_token": next(tokens), "expires_in": 3600, "token_type": "Bearer"}
            return Response(_json(body), content_type="application/json")
        return served(request)

    nav.server.clear()
    site = Site(nav.server, handler)
    connector = nav.connector(**life)
    connector.fetch(REF)
    connector.fetch(REF)
    (asked,) = [one for one in site.requests if one.path == "/token"]
    assert asked.form.to_dict() == {
        "grant_type": "client_credentials", "client_id": "paraph",
        "client_secret": "sandbox-client-secret", "scope": "scope/.default",
    }  # fmt: skip
    connector.context.clock.advance(timedelta(minutes=55))
    connector.fetch(REF)
    assert site.requests[-1].headers["Authorization"] == "Bearer b"


def test_a_token_that_is_refused_is_renewed_once(nav):
    def handler(request):
        if request.path == "/token":
            return Response(_json({"access_token": f"t{len(asked)}"}))
        asked.append(request.headers["Authorization"])
        good = request.headers["Authorization"] == wanted
        return served(request) if good else Response(status=401)

    asked, wanted = [], "Bearer t1"
    nav.server.clear()
    Site(nav.server, handler)
    life = {"token_url": nav.server.url_for("/token"), **ENTRA}
    nav.connector(**life).fetch(REF)
    assert asked == ["Bearer t0", "Bearer t1", "Bearer t1"]
    wanted = "Bearer other"
    with pytest.raises(AuthenticationFailed):
        nav.connector(**life).fetch(REF)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, b"{}"), AuthenticationFailed),
        ((400, b'{"error": "invalid_client"}'), AuthenticationFailed),
        ((503, b""), Retryable),
        ((200, b"<html>"), Retryable),
        ((200, b"{}"), Retryable),
        ((200, b"[]"), Retryable),
    ],
)
def test_a_token_address_that_gives_none(nav, answer, kind):
    nav.server.clear()
    Site(nav.server, lambda request: Response(answer[1], answer[0]))
    with pytest.raises(kind) as caught:
        nav.connector(token_url=nav.server.url_for("/token"), **ENTRA).fetch(REF)
    assert "sandbox-client-secret" not in str(caught.value)


@pytest.mark.parametrize("word", ["NTLM", "Negotiate"])
def test_windows_takes_three_messages_on_one_connection(nav, word):
    def handler(request):
        given = request.headers.get("Authorization", "").removeprefix(f"{word} ")
        message = base64.b64decode(given)[8:9] if given else b""
        peers.append(request.environ["REMOTE_PORT"])
        if message == b"\x03":
            proofs.append(base64.b64decode(given))
            return served(request)
        offer = f"{word} {base64.b64encode(CHALLENGE).decode()}" if message == b"\x01" else word
        return Response(status=401, headers={"WWW-Authenticate": offer})

    peers, proofs = [], []
    nav.server.clear()
    Site(nav.server, handler)
    nav.connector(auth="ntlm", username="NORDIC\\paraph").fetch(REF)
    assert len(peers) == 6  # the WSDL and the call
    assert "paraph".encode("utf-16-le") in proofs[0]
    assert b"sandbox-password" not in proofs[0]


@pytest.mark.parametrize(("auth", "clients"), [("ntlm", 3), ("basic", 1)])
def test_windows_has_a_connection_for_each_thread(nav, auth, clients):
    wire = nav.connector(auth=auth)._client._wire
    meet = threading.Barrier(3)

    def own(_):
        client = wire._client()
        meet.wait(10)
        assert wire._client() is client
        return client

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(own, range(3)))) == clients
    wire.close()


@pytest.mark.parametrize("offer", ["Basic realm=x", "NTLM", "Kerberos"])
def test_a_windows_sign_in_that_comes_to_nothing_is_a_refused_one(nav, offer):
    nav.server.clear()
    Site(nav.server, lambda request: Response(status=401, headers={"WWW-Authenticate": offer}))
    with pytest.raises(AuthenticationFailed) as caught:
        nav.connector(auth="ntlm", username="NORDIC\\paraph").fetch(REF)
    assert "sandbox-password" not in str(caught.value)


def _json(value):
    return json.dumps(value)
