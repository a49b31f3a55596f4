"""A thousand spoilt proofs: the hub's verifier and the one written from the README agree on each,
and name the same member."""

from __future__ import annotations

import random

import pytest
from cryptography import x509

from hub.services.evidence.verifying import verify
from tests.services.evidence import insiders, mutations, second_verifier
from tests.services.evidence.authority import authority
from tests.services.evidence.proofs import made

COUNT, AT_ONCE = 1000, 100
HARMLESS = {
    mutations.untouched, mutations.changed_openings, mutations.another_proofs_part,
    mutations.an_edited_value, mutations.an_edited_manifest, mutations.json_in_another_form,
    mutations.the_pdf_alone, mutations.an_insiders_work, mutations.an_insiders_edited_person,
    mutations.a_later_stamp,
    mutations.a_bit_of_the_cms,  # of a certificate that the chain does not need
    mutations.other_algorithms_or_versions,  # those that it has already
    mutations.a_cms_in_another_encoding, mutations.a_certificate_more_or_less,
}  # fmt: skip


def spoilt(seed: int) -> tuple[mutations.Mutation, bytes]:
    mutation = mutations.ALL[seed % len(mutations.ALL)]
    return mutation, mutation(made(level_of(seed)), random.Random(seed))


def level_of(seed: int) -> str:
    return ("B-LTA", "B-B", "B-T", "B-B", "B-B")[seed % 5]


@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_both_verifiers_agree_and_name_the_same_member(first):
    roots = x509.load_pem_x509_certificates(authority().root_pem)
    differing = []
    for seed in range(first, first + AT_ONCE):
        mutation, data = spoilt(seed)
        ours = verify(data, authority().check)
        theirs = second_verifier.judge(data, roots)
        if (ours.ok, ours.member, list(ours.erased)) != theirs:
            differing.append((seed, mutation.__name__, ours, theirs))
        # Some of these erase, or change what does not count; the others never hold.
        is_same = data == made(level_of(seed)).content
        assert not ours.ok or is_same or mutation in HARMLESS, (seed, mutation.__name__)
    assert differing == []


def both(data):
    """The member that the hub's verifier names, once the other one has said the same."""
    ours = verify(data, authority().check)
    roots = x509.load_pem_x509_certificates(authority().root_pem)
    assert second_verifier.judge(data, roots)[:2] == (ours.ok, ours.member)
    return ours.member


@pytest.mark.parametrize("kind", range(len(insiders.INSIDE)))
def test_what_contradicts_itself_is_named_though_the_right_key_has_sealed_it(kind):
    assert both(insiders.inside(kind)) == insiders.INSIDE[kind][0]


APPROVALS = (
    {"binding": "x"}, {"in_person": True}, {"shown": {}}, {"kind": "signed"},
    {"parts": [{"name": "a", "media_type": "b"}]},
)  # fmt: skip


@pytest.mark.parametrize("change", APPROVALS, ids=str)
def test_an_approval_that_does_not_fit_is_named(change):
    assert both(insiders.approval(lambda v: v.update(change))) == insiders.COPY


def test_an_approval_is_of_the_same_papers_and_lines():
    assert both(insiders.approval(len)) == ""
    lines = insiders.approval(len, lambda shown: shown["lines"][1].update(decision="accepted"))
    assert both(lines) == insiders.COPY
    pages = insiders.approval(len, lambda shown: shown["documents"][0]["pages"].pop())
    assert both(pages) == insiders.COPY


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LTA"])
def test_both_accept_a_proof_of_each_level_and_its_pdf_alone(level):
    roots = x509.load_pem_x509_certificates(authority().root_pem)
    proof = made(level)
    for data in (proof.content, proof.named("signed.pdf")):
        assert verify(data, authority().check).ok
        assert second_verifier.judge(data, roots) == (True, "", [])
