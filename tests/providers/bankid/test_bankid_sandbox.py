"""The sandbox is as strict as BankID: requests, times, one-time answers, and whose order it is."""

from __future__ import annotations

import base64
import socket
from datetime import timedelta

import pytest
import requests
from stdnum.se import personnummer

from hub.kernel.clock import ManualClock
from hub.toolkit.http import HttpClient
from providers.bankid.qr import qr_content
from providers.bankid.sandbox.faults import NAMES, FaultSwitches
from providers.bankid.sandbox.orders import AppRefusal
from providers.bankid.sandbox.people import PEOPLE
from tests.contracts.provider_suite import STARTED
from tests.providers.bankid.bankid_driver import ALICE, BOB, make_sandbox

TEXT = base64.b64encode("Hej på dig".encode()).decode()
SIGN = {"endUserIp": "192.0.2.7", "userVisibleData": TEXT}
JSON = {"Content-Type": "application/json"}


def client_of(sandbox, name="client"):
    path = sandbox.authorities.path
    return HttpClient(
        sandbox.rp_url,
        verify=path("tls_root"),
        cert=(path(name), path(name, "key")),
        timeout=(2, 5),
    )


class RelyingParty:
    """Speaks to the sandbox without the provider in between."""

    def __init__(self, sandbox, name="client"):
        self.http = client_of(sandbox, name)

    def post(self, operation, body):
        return self.http.call("POST", f"/{operation}", json=body)

    def start(self, operation="sign", **changes):
        answer = self.post(operation, {**SIGN, **changes})
        assert answer.status == 200, answer.text
        return answer.json()

    def collect(self, reference):
        return self.post("collect", {"orderRef": reference})


@pytest.fixture
def party(sandbox):
    made = RelyingParty(sandbox)
    yield made
    made.http.close()


@pytest.fixture
def clock(sandbox):
    return sandbox.context.clock


def pass_time(clock, **span):
    clock.advance(timedelta(**span))


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


class TestTimes:
    def test_thirty_seconds_to_be_picked_up(self, party, clock):
        reference = party.start()["orderRef"]
        pass_time(clock, seconds=30)
        assert party.collect(reference).json()["hintCode"] == "outstandingTransaction"
        pass_time(clock, seconds=1)
        answer = party.collect(reference).json()
        assert (answer["status"], answer["hintCode"]) == ("failed", "startFailed")

    def test_three_minutes_to_be_finished(self, sandbox, party, clock):
        started = party.start()
        order = sandbox.orders.by_auto_start_token(started["autoStartToken"])
        sandbox.orders.identify(order, PEOPLE[ALICE])
        pass_time(clock, minutes=3)
        assert party.collect(order.reference).json()["hintCode"] == "userSign"
        pass_time(clock, seconds=1)
        assert party.collect(order.reference).json()["hintCode"] == "expiredTransaction"
        with pytest.raises(AppRefusal):
            sandbox.approve(order)

    @pytest.mark.parametrize(
        ("ending", "kept"), [("complete", 180), ("userCancel", 300), ("startFailed", 160)]
    )
    def test_a_result_is_kept_for_its_time_and_no_longer(self, sandbox, party, clock, ending, kept):
        references = []
        for _ in range(2):
            order = sandbox.orders.find(party.start()["orderRef"])
            references.append(order.reference)
            if ending != "startFailed":
                sandbox.orders.identify(order, PEOPLE[ALICE if not references[1:] else BOB])
            if ending == "complete":
                sandbox.approve(order)
            elif ending == "userCancel":
                sandbox.orders.fail(order, ending)
        if ending == "startFailed":  # counts from the start: 30 s waiting, 160 s more
            pass_time(clock, seconds=30)
        pass_time(clock, seconds=kept)
        assert party.collect(references[0]).status == 200
        pass_time(clock, seconds=1)
        assert party.collect(references[1]).status == 400


class TestOneTimeAnswers:
    def test_a_result_comes_once(self, sandbox, party, clock):
        order = sandbox.orders.find(party.start()["orderRef"])
        sandbox.orders.identify(order, PEOPLE[ALICE])
        sandbox.approve(order)
        assert party.collect(order.reference).json()["status"] == "complete"
        answer = party.collect(order.reference)
        assert (answer.status, answer.json()["errorCode"]) == (400, "invalidParameters")

    def test_an_order_is_withdrawn_once(self, party):
        reference = party.start()["orderRef"]
        answer = party.post("cancel", {"orderRef": reference})
        assert (answer.status, answer.json()) == (200, {})
        assert party.post("cancel", {"orderRef": reference}).status == 400
        assert party.collect(reference).status == 400

    def test_an_order_belongs_to_the_certificate_that_started_it(self, sandbox, party):
        sandbox.authorities.relying_party("Another AB", "another")
        other = RelyingParty(sandbox, "another")
        reference = party.start()["orderRef"]
        assert other.collect(reference).status == 400
        assert other.post("cancel", {"orderRef": reference}).status == 400
        assert party.collect(reference).status == 200
        other.http.close()

    def test_asking_too_often_is_counted_and_refused_where_wanted(self, sandbox, party, clock):
        reference = party.start()["orderRef"]
        assert party.collect(reference).status == 200
        assert party.collect(reference).status == 200
        assert sandbox.orders.too_fast == 1
        sandbox.orders.strict_rate = True
        answer = party.collect(reference)
        assert answer.status == 429
        assert answer.headers["RateLimit-Reset"] == "2"
        pass_time(clock, seconds=1)
        assert party.collect(reference).status == 200


class TestTheApp:
    def test_a_start_link_looks_for_a_bankid_first(self, sandbox, party, clock):
        started = party.start()
        order = sandbox.orders.by_auto_start_token(started["autoStartToken"])
        assert party.collect(order.reference).json()["hintCode"] == "started"
        sandbox.orders.identify(order, PEOPLE[ALICE])
        pass_time(clock, seconds=2)
        assert party.collect(order.reference).json()["hintCode"] == "userSign"

    def test_only_a_genuine_and_fresh_code_is_taken(self, sandbox, party, clock):
        started = party.start()
        token, secret = started["qrStartToken"], started["qrStartSecret"]
        pass_time(clock, seconds=10)
        for wrong in (
            "hello",
            f"bankid.{token}.x.y",
            f"bankid.unknown.10.{'0' * 64}",
            qr_content(token, "another secret", 10),
            qr_content(token, secret, 4),
            qr_content(token, secret, 16),
        ):
            with pytest.raises(AppRefusal):
                sandbox.orders.by_qr(wrong)
        for right in (5, 10, 15):
            found = sandbox.orders.by_qr(qr_content(token, secret, right))
            assert found.reference == started["orderRef"]

    def test_a_wrong_person_is_refused_and_the_order_goes_on_waiting(self, sandbox, party):
        started = party.start(requirement={"personalNumber": ALICE})
        order = sandbox.orders.find(started["orderRef"])
        with pytest.raises(AppRefusal):
            sandbox.orders.identify(order, PEOPLE[BOB])
        assert party.collect(order.reference).json()["hintCode"] == "outstandingTransaction"
        sandbox.orders.identify(order, PEOPLE[ALICE])

    def test_nobody_takes_over_what_another_one_has_opened(self, sandbox, party):
        order = sandbox.orders.find(party.start()["orderRef"])
        sandbox.orders.identify(order, PEOPLE[ALICE])
        with pytest.raises(AppRefusal):
            sandbox.orders.identify(order, PEOPLE[BOB])

    def test_an_identity_document_is_read_before_signing(self, sandbox, party, clock):
        order = sandbox.orders.find(party.start(requirement={"mrtd": True})["orderRef"])
        sandbox.orders.identify(order, PEOPLE[ALICE])
        assert party.collect(order.reference).json()["hintCode"] == "userMrtd"
        with pytest.raises(AppRefusal):
            sandbox.approve(order)
        sandbox.orders.confirm(order)
        sandbox.approve(order)
        pass_time(clock, seconds=2)
        done = party.collect(order.reference).json()["completionData"]
        assert done["stepUp"] == {"mrtd": True}

    def test_risk_is_told_only_where_it_was_asked_for(self, sandbox, party):
        for body, told in (({}, False), ({"returnRisk": True}, True)):
            order = sandbox.orders.find(party.start(**body)["orderRef"])
            sandbox.orders.identify(order, PEOPLE[ALICE])
            sandbox.approve(order)
            assert ("risk" in party.collect(order.reference).json()["completionData"]) is told


class TestTheWhole:
    def test_listeners_hear_of_each_call_before_and_after(self, sandbox, party):
        heard = []
        sandbox.on_call = lambda *told: heard.append(told)
        reference = party.start()["orderRef"]
        party.collect(reference)
        assert heard == [
            ("before", "sign", ""),
            ("after", "sign", reference),
            ("before", "collect", reference),
            ("after", "collect", reference),
        ]

    def test_certificates_are_kept_over_a_restart_and_made_anew_when_they_end(self, tmp_path):
        first = make_sandbox(tmp_path)
        second = make_sandbox(tmp_path)
        assert first.authorities.client.certificate == second.authorities.client.certificate
        late = make_sandbox(tmp_path, ManualClock(STARTED + timedelta(days=5000)))
        assert late.authorities.client.certificate != first.authorities.client.certificate
        late.authorities.client.certificate.verify_directly_issued_by(
            late.authorities.rp_root.certificate
        )

    def test_a_stopped_sandbox_answers_again_after_a_start(self, tmp_path):
        sandbox = make_sandbox(tmp_path)
        sandbox.start()
        url = sandbox.rp_url
        sandbox.stop()
        sandbox.start()
        assert sandbox.rp_url == url
        http = client_of(sandbox)
        assert http.call("GET", "/auth").status == 405
        http.close()
        sandbox.stop()
        sandbox.stop()

    def test_the_test_persons_have_valid_numbers(self):
        for number in PEOPLE:
            assert personnummer.is_valid(number)

    def test_faults_end_after_their_number_of_times(self):
        faults = FaultSwitches()
        faults.switch_on("maintenance", operation="sign", times=2)
        faults.switch_on("html", times=None)
        taken = [bool(faults.take("sign", *NAMES[:14])) for _ in range(3)]
        assert taken == [True, True, False]
        assert all(faults.take("collect", "html") for _ in range(5))
        faults.clear()
        assert faults.take("collect", "html") is None
        with pytest.raises(ValueError, match="unknown fault"):
            faults.switch_on("fire")
