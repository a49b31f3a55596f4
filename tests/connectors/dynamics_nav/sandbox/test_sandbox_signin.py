"""Signing in to the simulator: NTLM bound to its connection, Basic, OAuth2."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import requests
from requests.auth import HTTPBasicAuth

from tests.connectors.dynamics_nav.sandbox.sandbox_site import PASSWORD


@pytest.fixture
def windows(nav):
    nav.sandbox.modes.auth = "ntlm"
    return nav


class Bearer(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def test_ntlm_signs_in_a_connection_and_not_a_call(windows):
    with windows.ntlm() as session:
        first = session.get(windows.address("Customer"))
        assert first.status_code == 200
        handshakes = windows.sandbox.gate.counts()["calls"]["sign_in"]
        plain = session.send(
            requests.Request("GET", windows.address("Customer")).prepare()
        )  # the same connection, without a header
        assert plain.status_code == 200
        assert windows.sandbox.gate.counts()["calls"]["sign_in"] == handshakes == 1
    assert requests.get(windows.address("Customer"), timeout=20).status_code == 401


def test_without_credentials_the_server_offers_negotiate_and_ntlm(windows):
    answer = requests.get(windows.address("Customer"), timeout=20)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == "Negotiate, NTLM"
    json = requests.get(f"{windows.odata}/Customer", timeout=20)
    assert json.json()["error"]["code"] == "Authentication_InvalidCredentials"


def test_a_server_may_offer_negotiate_only(windows):
    windows.sandbox.modes.negotiate_only = True
    with windows.ntlm() as session:
        answer = session.get(windows.address("Customer"))
        assert answer.status_code == 200
        assert answer.request.headers["Authorization"].startswith("Negotiate ")


@pytest.mark.parametrize("password", ["guessed-by-charlie", ""])
def test_a_wrong_password_does_not_prove_anything(windows, password):
    with windows.ntlm(password) as session:
        assert session.get(windows.address("Customer")).status_code == 401


def test_the_proof_of_one_connection_is_worth_nothing_on_another(windows):
    with windows.ntlm() as session:
        used = session.get(windows.address("Customer")).request.headers["Authorization"]
    assert used.startswith("NTLM ")
    for replay in (used, "NTLM " + base64.b64encode(b"NTLMSSP\0\x03\0\0\0").decode(), "NTLM ?"):
        answer = requests.get(
            windows.address("Customer"), headers={"Authorization": replay}, timeout=20
        )
        assert answer.status_code == 401


def test_soap_works_over_ntlm(windows):
    with windows.ntlm() as session:
        client = windows.client("SalesOrder", session)
        assert client.service.Read(No="VO1001").Object_Description == "Gräsklippare R320"


@pytest.mark.parametrize("user", ["paraph", "NORDIC\\paraph", "PARAPH"])
def test_basic_takes_the_password_or_the_access_key(nav, user):
    for secret in (PASSWORD, nav.sandbox.auth.access_key):
        answer = requests.get(nav.address("Customer"), auth=(user, secret), timeout=20)
        assert answer.status_code == 200


def test_the_access_key_is_as_long_as_the_real_ones(nav):
    assert len(nav.sandbox.auth.access_key) == 44


@pytest.mark.parametrize(
    "header", [None, "Basic ?", "Basic " + base64.b64encode(b"paraph:wrong").decode(), "Bearer x"]
)
def test_basic_refuses_the_rest(nav, header):
    headers = {"Authorization": header} if header else {}
    answer = requests.get(nav.address("Customer"), headers=headers, timeout=20)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="BC"')


def test_client_credentials_give_a_token_for_an_hour(nav):
    nav.sandbox.modes.auth = "oauth2"
    body = nav.token().json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    with nav.signed_in(Bearer(body["access_token"])) as session:
        assert session.get(f"{nav.api}/customers").status_code == 200
        assert session.get(nav.address("Customer")).status_code == 200
        nav.clock.advance(timedelta(hours=1))
        assert session.get(f"{nav.api}/customers").status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_id": "somebody"}, 401, "invalid_client"),
        ({"scope": "openid"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_says_what_is_wrong(nav, changes, status, error):
    answer = nav.token(**changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_changed_credentials_end_what_was_signed_in(windows):
    with windows.ntlm() as old, windows.ntlm("new-password") as new:
        assert old.get(windows.address("Customer")).status_code == 200
        changed = {"password": "new-password"}
        url = f"{windows.root}/_control/credentials"
        assert requests.post(url, json=changed, timeout=20).status_code == 200
        assert old.get(windows.address("Customer")).status_code == 401
        assert new.get(windows.address("Customer")).status_code == 200


def test_refused_credentials_are_refused_in_every_way(nav):
    nav.sandbox.modes.refuse_credentials = True
    assert nav.session.get(nav.address("Customer")).status_code == 401
    assert nav.token().status_code == 401
    nav.sandbox.modes.auth = "ntlm"
    with nav.ntlm() as session:
        assert session.get(nav.address("Customer")).status_code == 401


def test_a_fault_can_strike_the_sign_in(nav):
    nav.fault("503", "sign_in")
    assert nav.session.get(nav.address("Customer")).status_code == 503
    assert nav.session.get(nav.address("Customer")).status_code == 200


def test_basic_does_not_open_a_server_that_asks_for_ntlm(windows):
    auth = HTTPBasicAuth("paraph", PASSWORD)
    assert requests.get(windows.address("Customer"), auth=auth, timeout=20).status_code == 401
