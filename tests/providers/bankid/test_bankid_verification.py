"""The verdict on a signature: what real ones pass, and what was made to look like one."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from hub.kernel.clock import ManualClock
from providers.bankid.provider import BankIdProvider
from providers.bankid.sandbox.certificates import Authorities
from providers.bankid.sandbox.people import PEOPLE, Person
from providers.bankid.sandbox.proof import Faults, _revocation_answer, make_proof
from tests.contracts.provider_attacks import read_again
from tests.providers.bankid.bankid_driver import ALICE

ALL_CHECKS = [
    "order_state", "answer_shape", "ocsp_readable", "xml_structure", "chain", "key_usage", "policy",
    "xml_signature", "certificate_is_signed", "ocsp_responder", "ocsp_status", "ocsp_nonce",
    "ocsp_time", "identity", "person_in_answer", "named_person", "function", "visible_data",
    "hidden_data", "relying_party", "risk",
]  # fmt: skip


def test_a_good_signature_passes_every_check_by_name(forger, done):
    report = forger.verdict(done.raw).report
    assert [check["check"] for check in report["checks"]] == ALL_CHECKS
    assert {check["passed"] for check in report["checks"]} == {True}
    assert report["signer"] == "•••-2391"
    assert report["signature_roots_sha256"]
    assert set(report["libraries"]) == {"signxml", "cryptography", "lxml"}


def test_what_the_forger_makes_from_the_right_parts_is_good(forger):
    """Else the refusals below would prove nothing."""
    assert forger.refusal(forger.answer()) == ("", None)


@pytest.mark.parametrize("fault", ["broken_signature", "foreign_nonce", "revoked"])
def test_the_sandboxs_own_faults_are_found(driver, provider, task, fault):
    driver.sandbox.faults.switch_on(fault)
    done = driver.signed(provider, task, ALICE)
    wanted = {
        "broken_signature": "bad_signature",
        "foreign_nonce": "bad_revocation_answer",
        "revoked": "revoked",
    }
    assert provider.conclude(done.order, task, done.raw).refusal == wanted[fault]


class TestContents:
    def test_an_identification_is_no_signature(self, forger):
        raw = forger.answer(function="Identification")
        assert forger.refusal(raw) == ("wrong_kind", "function")

    def test_a_signature_for_another_relying_party(self, forger):
        raw = forger.answer(server_name="cn=Evil\\, cn=Paraph Sandbox AB,o=Evil,c=SE")
        assert forger.refusal(raw) == ("wrong_party", "relying_party")

    def test_a_signature_without_the_hidden_data(self, forger):
        assert forger.refusal(forger.answer(hidden="")) == ("wrong_text", "hidden_data")

    def test_another_text(self, forger):
        text = base64.b64encode(b"1 kr").decode()
        assert forger.refusal(forger.answer(visible=text)) == ("wrong_text", "visible_data")

    def test_another_persons_signature_with_alices_number_beside_it(self, forger):
        raw = forger.answer(person=PEOPLE["198001019887"])
        assert forger.refusal(raw) == ("bad_answer", "person_in_answer")

    def test_a_kind_of_bankid_that_is_not_accepted(self, forger):
        odd = Person("199908072391", "Alice", "Andersson", policy="1.2.3.4.99")
        strange = Authorities(
            forger.driver.sandbox.context.folder.parent / "odd-policy", forger.driver.clock
        )
        provider = forger.driver.provider(signature_root=strange.path("signature_root"))
        raw = forger.answer(person=odd, authorities=strange)
        verdict = provider.conclude(forger.done.order, forger.task, raw)
        assert verdict.refusal == "untrusted_certificate"
        assert verdict.report["checks"][-1]["check"] == "policy"
        wider = forger.driver.provider(
            signature_root=strange.path("signature_root"), certificate_policies=["1.2.3.4.*"]
        )
        assert wider.conclude(forger.done.order, forger.task, raw).accepted

    def test_a_text_that_changed_after_it_was_sent(self, forger, driver, done):
        later = driver.task(visible_text="something else")
        verdict = forger.provider.conclude(done.order, later, done.raw)
        assert verdict.refusal == "wrong_text"

    def test_a_spoiled_order_is_refused_without_an_exception(self, forger, done):
        order = replace(done.order, state={"nonsense": 1})
        assert forger.provider.conclude(order, forger.task, done.raw).refusal == "bad_order"


class TestCertificates:
    def test_another_authority_with_the_same_names(self, forger, tmp_path):
        raw = forger.answer(authorities=Authorities(tmp_path, forger.driver.clock))
        assert forger.refusal(raw) == ("untrusted_certificate", "chain")

    def test_a_certificate_that_had_ended_when_it_signed(self, forger):
        raw = forger.answer(at=forger.driver.clock.now() + timedelta(days=900))
        assert forger.refusal(raw) == ("untrusted_certificate", "chain")

    def test_an_authority_that_signs_itself(self, forger, done):
        """The customer authority's certificate in the signer's place."""
        signature = done.raw["completionData"]["signature"]
        tree = etree.fromstring(base64.b64decode(signature))
        found = [n for n in tree.iter() if n.tag.endswith("}X509Certificate")]
        found[0].getparent().remove(found[0])
        raw = forger.with_proof(
            base64.b64encode(etree.tostring(tree)).decode(),
            done.raw["completionData"]["ocspResponse"],
        )
        assert forger.refusal(raw) == ("untrusted_certificate", "key_usage")


class TestRevocationAnswers:
    def test_one_that_is_too_old(self, forger):
        raw = forger.answer(at=forger.driver.clock.now() - timedelta(minutes=10))
        assert forger.refusal(raw) == ("bad_revocation_answer", "ocsp_time")

    def test_an_old_one_is_good_where_clocks_may_differ_more(self, forger):
        provider = forger.driver.provider(clock_skew=900)
        raw = forger.answer(at=forger.driver.clock.now() - timedelta(minutes=10))
        assert provider.conclude(forger.done.order, forger.task, raw).accepted

    def test_the_one_of_another_signature(self, forger, done):
        other = forger.answer()["completionData"]["ocspResponse"]
        raw = forger.with_proof(done.raw["completionData"]["signature"], other)
        assert forger.refusal(raw) == ("bad_revocation_answer", "ocsp_nonce")

    def test_one_from_a_responder_that_nobody_appointed(self, forger, tmp_path):
        theirs = Authorities(tmp_path, forger.driver.clock)
        mixed = _Mixed(forger.authorities, responder=theirs.responder)
        assert forger.refusal(forger.answer(authorities=mixed)) == (
            "bad_revocation_answer",
            "ocsp_responder",
        )

    def test_one_signed_by_a_customer_instead_of_the_responder(self, forger):
        bob = forger.authorities.person(PEOPLE["198001019887"])
        mixed = _Mixed(forger.authorities, responder=bob)
        assert forger.refusal(forger.answer(authorities=mixed)) == (
            "bad_revocation_answer",
            "ocsp_responder",
        )

    def test_one_signed_by_somebody_appointed_for_other_things(self, forger):
        """From the right issuer, with a purpose in its certificate, but not this one."""
        odd = forger.authorities._kept(
            "odd-responder", forger.authorities.customers, client=True, policy="1.2.3.4.25"
        )
        mixed = _Mixed(forger.authorities, responder=odd)
        assert forger.refusal(forger.answer(authorities=mixed)) == (
            "bad_revocation_answer",
            "ocsp_responder",
        )

    def test_one_about_another_person(self, forger):
        """A good answer, made with the right nonce, but for Bob's certificate."""
        mixed = _Mixed(forger.authorities)
        signature, _ = make_proof(
            forger.authorities, PEOPLE[ALICE], forger.content, forger.driver.clock.now(), Faults()
        )
        ocsp = mixed.about(PEOPLE["198001019887"], signature, forger.driver.clock.now())
        assert forger.refusal(forger.with_proof(signature, ocsp)) == (
            "bad_revocation_answer",
            "ocsp_status",
        )


class _Mixed:
    """Authorities of which one part was swapped."""

    def __init__(self, real, **swapped):
        self._real = real
        self.__dict__.update(swapped)

    def __getattr__(self, name):
        return getattr(self._real, name)

    def about(self, person, signature, at):
        answer = _revocation_answer(self, self._real.person(person), signature, at, False)
        return base64.b64encode(answer).decode()


def test_a_proof_may_be_judged_again_years_later(done, provider, task):
    """Everything is judged at the time of signing, so certificates that end do no harm."""
    later = ManualClock(provider.context.clock.now() + timedelta(days=3650))
    judge = BankIdProvider(provider.settings, replace(provider.context, clock=later))
    assert judge.conclude(read_again(done.order), task, done.raw).accepted
