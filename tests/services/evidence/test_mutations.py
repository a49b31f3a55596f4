"""A thousand spoilt proofs: the hub's verifier and the one written from the README agree on each,
and name the same member."""

from __future__ import annotations

import random

import pytest
from cryptography import x509

from hub.services.evidence.verifying import verify
from tests.services.evidence import mutations, second_verifier
from tests.services.evidence.authority import authority
from tests.services.evidence.proofs import made

COUNT, AT_ONCE = 1000, 100
HARMLESS = {
    mutations.untouched, mutations.changed_openings, mutations.another_proofs_part,
    mutations.an_edited_value, mutations.an_edited_manifest, mutations.json_in_another_form,
    mutations.the_pdf_alone, mutations.an_insiders_work, mutations.a_later_stamp,
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


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LTA"])
def test_both_accept_a_proof_of_each_level_and_its_pdf_alone(level):
    roots = x509.load_pem_x509_certificates(authority().root_pem)
    proof = made(level)
    for data in (proof.content, proof.named("signed.pdf")):
        assert verify(data, authority().check).ok
        assert second_verifier.judge(data, roots) == (True, "", [])
