"""What may follow the seal in a proof's PDF: the proof's own rules, without the check of the seal,
which has a library's."""

from __future__ import annotations

import pytest
from cryptography import x509

from hub.services.evidence import members as shapes
from hub.services.evidence.archive import Broken
from hub.services.evidence.building import unsealed_pdf
from hub.services.evidence.embedded import embedded_files
from hub.services.evidence.members import EMBEDDED
from hub.services.evidence.verifying import verify
from tests.services.evidence import cases, second_verifier
from tests.services.evidence.authority import authority
from tests.services.evidence.proofs import made
from tests.services.sealing.forgeries import FORGED, ODD

LEVELS = ("B-B", "B-T", "B-LTA")
ALL = {**FORGED, **ODD}


def judged(data):
    """What both say, who have to agree."""
    ours = verify(data, authority().check)
    roots = x509.load_pem_x509_certificates(authority().root_pem)
    assert second_verifier.judge(data, roots)[:2] == (ours.ok, ours.member)
    return ours


@pytest.mark.parametrize("level", LEVELS)
def test_time_stamps_may_follow_the_seal_at_any_time(level):
    pdf = made(level).named("signed.pdf")
    for _ in range(2):
        pdf = authority().stamp(pdf)
        assert sorted(embedded_files(pdf)) == sorted(EMBEDDED)
        assert judged(pdf).ok


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("level", ["B-B", "B-LTA"])
def test_a_bad_increment_is_told_under_a_good_time_stamp(level, name):
    forged = authority().stamp(ALL[name](made(level).named("signed.pdf")))
    with pytest.raises(Broken) as raised:
        embedded_files(forged)
    assert raised.value.member == "signed.pdf"
    assert judged(forged).member == "signed.pdf"


@pytest.mark.parametrize("name", ALL)
def test_a_bad_increment_is_told_between_two_time_stamps(name):
    forged = ALL[name](authority().stamp(made().named("signed.pdf")))
    with pytest.raises(Broken):
        embedded_files(authority().stamp(forged))


def test_a_time_stamp_before_the_seal_is_told():
    case = cases.offer_case()
    members = shapes.members_of(case)
    pdf = unsealed_pdf(case, members, shapes.manifest_of(case, members))
    assert judged(authority().seal(pdf, certify=False).content).ok
    late = authority().seal(authority().stamp(pdf), certify=False).content
    assert authority().check(late).ok
    assert judged(late).member == "signed.pdf"
