"""The verdict on a signature: what real ones pass, and what was made to look like one."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from hub.kernel.clock import ManualClock
from providers.bankid.order import state_of
from providers.bankid.provider import BankIdProvider
from providers.bankid.sandbox.certificates import Authorities
from providers.bankid.sandbox.people import PEOPLE, Person
from providers.bankid.sandbox.proof import Content, Faults, _revocation_answer, make_proof
from providers.bankid.sandbox.rp_api import display_name
from tests.contracts.provider_attacks import read_again
from tests.providers.bankid.bankid_driver import ALICE

ALL_CHECKS = [
    "order_state", "answer_shape", "ocsp_readable", "xml_structure", "chain", "key_usage", "policy",
    "xml_signature", "certificate_is_signed", "ocsp_responder", "ocsp_status", "ocsp_nonce",
    "ocsp_time", "identity", "person_in_answer", "named_person", "function", "visible_data",
    "hidden_data", "relying_party", "risk",
]  # fmt: skip


@pytest.fixture
def task(driver):
    return driver.task()


@pytest.fixture
def done(driver, provider, task):
    """Alice's signature as it was collected."""
    return driver.signed(provider, task, ALICE)


class Forger:
    """Makes answers to one order from what an attacker may have."""

    def __init__(self, driver, provider, task, done):
        self.driver, self.provider, self.task, self.done = driver, provider, task, done
        self.authorities = driver.sandbox.authorities
        state = state_of(done.order)
        self.content = Content(
            function="Signing",
            visible=state.request["userVisibleData"],
            hidden=state.request["userNonVisibleData"],
            server_name=display_name(self.authorities.client.certificate)[0],
            display_name="Paraph Sandbox AB",
            device="phone",
        )

    def answer(self, *, person=PEOPLE[ALICE], at=None, authorities=None, faults=None, **content):
        signature, ocsp = make_proof(
            authorities or self.authorities,
            person,
            replace(self.content, **content),
            at or self.driver.clock.now(),
            faults or Faults(),
        )
        return self.with_proof(signature, ocsp)

    def with_proof(self, signature, ocsp):
        completion = {**self.done.raw["completionData"]}
        return {
            **self.done.raw,
            "completionData": {**completion, "signature": signature, "ocspResponse": ocsp},
        }

    def verdict(self, raw):
        return self.provider.conclude(self.done.order, self.task, raw)

    def refusal(self, raw):
        verdict = self.verdict(raw)
        failed = [c["check"] for c in verdict.report["checks"] if c["passed"] is False]
        assert len(failed) == (0 if verdict.accepted else 1)
        return verdict.refusal, failed[0] if failed else None


@pytest.fixture
def forger(driver, provider, task, done):
    return Forger(driver, provider, task, done)


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


EVIL = (
    b'<bankIdSignedData xmlns="http://www.bankid.com/signature/v1.0.0/types"%s>'
    b"<usrVisibleData>RXZpbA==</usrVisibleData></bankIdSignedData>"
)


def _doubled_id(xml: bytes) -> bytes:
    return xml.replace(b"<Object>", b"<Object>" + EVIL % b' Id="bidSignedData"')


def _doubled_id_in_other_letters(xml: bytes) -> bytes:
    return xml.replace(b"<Object>", b"<Object>" + EVIL % b' ID="bidSignedData"')


def _second_object(xml: bytes) -> bytes:
    return xml.replace(b"</Object>", b"</Object><Object>" + EVIL % b"" + b"</Object>")


def _moved_away(xml: bytes) -> bytes:
    start, end = xml.index(b"<bankIdSignedData"), xml.index(b"</Object>")
    wrapped = b"<Wrapper>" + xml[start:end] + b"</Wrapper>"
    return xml[:start] + EVIL % b"" + wrapped + xml[end:]


def _entity(xml: bytes) -> bytes:
    return b'<!DOCTYPE Signature [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + xml


def _comment(xml: bytes) -> bytes:
    return xml.replace(b"<Object>", b"<Object><!-- -->")


def _third_reference(xml: bytes) -> bytes:
    start, end = xml.index(b"<Reference URI"), xml.index(b"</SignedInfo>")
    return xml[:end] + xml[start:end] + xml[end:]


def _other_transform(xml: bytes) -> bytes:
    return xml.replace(
        b'<Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">',
        b'<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature">',
        1,
    )


def _other_root(xml: bytes) -> bytes:
    return b"<root>" + xml + b"</root>"


def _weak_algorithm(xml: bytes) -> bytes:
    return xml.replace(
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        b"http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    )


def _no_certificates(xml: bytes) -> bytes:
    start, end = xml.index(b"<X509Certificate>"), xml.rindex(b"</X509Data>")
    return xml[:start] + xml[end:]


@pytest.mark.parametrize(
    "spoil",
    [
        _doubled_id,
        _doubled_id_in_other_letters,
        _second_object,
        _moved_away,
        _entity,
        _comment,
        _third_reference,
        _other_transform,
        _other_root,
        _weak_algorithm,
        _no_certificates,
    ],
)
def test_a_document_of_another_shape_is_refused(forger, done, spoil):
    before = base64.b64decode(done.raw["completionData"]["signature"])
    after = spoil(before)
    assert after != before
    ocsp = done.raw["completionData"]["ocspResponse"]
    raw = forger.with_proof(base64.b64encode(after).decode(), ocsp)
    refusal, check = forger.refusal(raw)
    assert refusal == "bad_signature"
    assert check in {"xml_structure", "xml_signature"}


def test_a_proof_may_be_judged_again_years_later(done, provider, task):
    """Everything is judged at the time of signing, so certificates that end do no harm."""
    later = ManualClock(provider.context.clock.now() + timedelta(days=3650))
    judge = BankIdProvider(provider.settings, replace(provider.context, clock=later))
    assert judge.conclude(read_again(done.order), task, done.raw).accepted
