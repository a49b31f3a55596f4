"""The sandbox is as strict as BankID about what it is sent, and by whom."""

from __future__ import annotations

import base64
import socket

import pytest
import requests

from tests.providers.bankid.bankid_driver import ALICE, BOB
from tests.providers.bankid.relying_party import JSON, SIGN, TEXT


class TestStrictness:
    def test_unknown_paths_other_methods_and_charsets(self, party):
        call = party.http.call
        assert call("POST", "/nowhere", json={}).status == 404
        assert call("POST", "/", json={}).status == 404
        answer = call("GET", "/auth")
        assert (answer.status, answer.body) == (405, b"")
        for kind in ("application/json; charset=utf-8", "text/plain", "application/json;"):
            answer = call("POST", "/sign", data=b"{}", headers={"Content-Type": kind})
            assert (answer.status, answer.json()["errorCode"]) == (415, "unsupportedMediaType")

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"a":' + b"1" * 700_000])
    def test_what_is_no_json_object(self, party, body):
        answer = party.http.call("POST", "/sign", data=body, headers=JSON)
        assert (answer.status, answer.json()["errorCode"]) == (400, "invalidParameters")

    @pytest.mark.parametrize(
        "change",
        [
            {"endUserIp": None},
            {"endUserIp": "300.1.1.1"},
            {"userVisibleData": ""},
            {"userVisibleData": "not base64!"},
            {"userVisibleData": base64.b64encode(b"\xff\xfe").decode()},
            {"userVisibleData": "QUFB" * 10_001},
            {"userNonVisibleData": "QUFB" * 50_001},
            {"userVisibleDataFormat": "html"},
            {"requirement": {}},
            {"requirement": {"personalNumber": "9908072391"}},
            {"requirement": {"personalNumber": "19990807239x"}},
            {"requirement": {"pinCode": "yes"}},
            {"requirement": {"risk": "high"}},
            {"requirement": {"certificatePolicies": ["1.2.*.4"]}},
            {"requirement": {"certificatePolicies": []}},
            {"requirement": {"cardReader": "class3"}},
            {"requirement": {"surprise": 1}},
            {"web": {}},
            {"web": {"referringDomain": "Hub.example"}},
            {"web": {"userAgent": "x" * 257}},
            {"web": {"deviceIdentifier": "x" * 65}},
            {"web": {"userAgent": "x"}, "app": {"deviceOS": "y"}},
            {"returnUrl": "no scheme"},
            {"returnRisk": "true"},
            {"surprise": 1},
            {"personalNumber": ALICE},
        ],
    )
    def test_senseless_members(self, party, change):
        answer = party.post("sign", {**SIGN, **change})
        assert (answer.status, answer.json()["errorCode"]) == (400, "invalidParameters")

    @pytest.mark.parametrize("missing", SIGN)
    def test_missing_members(self, party, missing):
        body = {name: value for name, value in SIGN.items() if name != missing}
        assert party.post("sign", body).status == 400

    @pytest.mark.parametrize(
        ("operation", "body"),
        [
            ("auth", {"endUserIp": "2001:db8::1"}),
            ("sign", {**SIGN, "requirement": {"risk": "LOW", "personalNumber": ALICE}}),
            ("sign", {**SIGN, "requirement": {"certificatePolicies": ["1.2.752.78.*"]}}),
            ("sign", {**SIGN, "app": {"appIdentifier": "com.example", "deviceOS": "iOS 18"}}),
            (
                "payment",
                {
                    "endUserIp": "192.0.2.7",
                    "userVisibleTransaction": {
                        "transactionType": "card",
                        "recipient": {"name": "Shop"},
                        "money": {"amount": "100,00", "currency": "SEK"},
                    },
                    "riskFlags": ["largeAmount"],
                },
            ),
        ],
    )
    def test_good_requests_get_the_four_words(self, party, operation, body):
        answer = party.post(operation, body)
        assert answer.status == 200, answer.text
        wanted = {"orderRef", "autoStartToken", "qrStartToken", "qrStartSecret"}
        assert answer.json().keys() == wanted

    def test_an_order_over_the_phone_has_a_reference_only(self, party):
        body = {"personalNumber": BOB, "callInitiator": "user", "userVisibleData": TEXT}
        assert party.post("phone/sign", body).json().keys() == {"orderRef"}
        card = {"transactionType": "npa", "recipient": {"name": "Shop"}}
        body = {"personalNumber": ALICE, "userVisibleTransaction": card}
        assert party.post("other/payment", body).json().keys() == {"orderRef"}

    def test_a_client_without_or_with_a_strange_certificate_gets_no_answer(self, sandbox):
        sandbox.authorities.stranger()
        path = sandbox.authorities.path
        for cert in (None, (path("stranger"), path("stranger", "key"))):
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(
                    f"{sandbox.rp_url}/auth", cert=cert, verify=path("tls_root"), timeout=5
                )

    def test_a_silent_client_holds_up_nobody(self, sandbox, party):
        port = int(sandbox.rp_url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port)):
            assert party.http.call("GET", "/auth").status == 405
