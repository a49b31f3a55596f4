"""The sandbox keeps BankID's times, one-time answers, and whose order it is."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from stdnum.se import personnummer

from hub.kernel.clock import ManualClock
from hub.kernel.errors import OutcomeUnknown
from providers.bankid.qr import qr_content
from providers.bankid.sandbox.faults import NAMES, FaultSwitches
from providers.bankid.sandbox.orders import AppRefusal
from providers.bankid.sandbox.people import PEOPLE
from tests.contracts.provider_driver import STARTED
from tests.providers.bankid.bankid_driver import ALICE, BOB, make_sandbox
from tests.providers.bankid.relying_party import SIGN, RelyingParty, client_of


@pytest.fixture
def clock(sandbox):
    return sandbox.context.clock


def pass_time(clock, **span):
    clock.advance(timedelta(**span))


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

    def test_a_call_that_slept_through_a_reset_does_nothing_any_more(self, sandbox, party):
        sandbox.faults.switch_on("delay", operation="sign", value="0.5")
        sandbox.on_call = lambda moment, *_: threading.Timer(0.1, sandbox.reset).start()
        with pytest.raises(OutcomeUnknown):
            party.post("sign", SIGN)
        assert sandbox.orders.all() == []

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
