"""What must not pass the check, each with its word: the acceptance set of sealed PDFs."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from io import BytesIO

import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.services.sealing import Trust, check_pdf
from hub.services.sealing.revocation import Revocations
from hub.services.sealing.verdict import WORDS
from tests.services.evidence import cases, spoilt_cms
from tests.services.evidence.authority import authority
from tests.services.sealing import samples
from tests.services.sealing.authorities import DAY, World, entity, revocation_list
from tests.services.sealing.forgeries import FORGED, filled_in, with_form

LEVELS = ("B-B", "B-T", "B-LTA")


@pytest.fixture
def trust(world, stamps):
    roots = x509.load_pem_x509_certificates(stamps.authority.root.read_bytes())
    return Trust((world.root.certificate,), tuple(roots))


@pytest.fixture
def seal(world, stamps, sealers):
    """Seals an offer at a level with Alice's certificate."""

    def make(level="B-B", content=None):
        pem = {name: world.path(f"seal.{name}") for name in ("key",)}
        pem |= {"certificate": world.path("seal.pem"), "chain": world.path("chain.pem")}
        roots = {"trust_roots": [world.path("root.pem")]}
        sealer = sealers(level=level, pem=pem, **roots, **stamps.settings)
        return sealer.seal(content or samples.offer()).content

    return make


def word(content, trust, at=None):
    verdict = check_pdf(content, trust, at)
    assert verdict.ok is (verdict.word == "")
    assert len(verdict.problems) == (0 if verdict.ok else 1)
    assert verdict.ok or verdict.word in WORDS
    return verdict.word


@pytest.mark.parametrize("level", LEVELS)
class TestAtEachLevel:
    def test_untouched_is_accepted(self, seal, trust, level):
        assert word(seal(level), trust) == ""

    def test_a_flipped_byte_of_the_content_is_told(self, seal, trust, level):
        content = seal(level)
        assert word(samples.flipped(content, content.index(b"595")), trust) == "changed"

    def test_no_flipped_bit_passes_anywhere(self, seal, trust, level):
        """More of them with PARAPH_EVERY_CHANGE=1; over all bytes it was run by hand."""
        content = seal(level)
        chosen = random.Random(7)
        number = 2000 if os.environ.get("PARAPH_EVERY_CHANGE") else 60
        places = {chosen.randrange(len(content)) for _ in range(number)} | {0, len(content) - 1}
        bits = {place: 1 << chosen.randrange(8) for place in sorted(places)}
        changed = ((one, samples.flipped(content, one, bit)) for one, bit in bits.items())
        assert [one for one, odd in changed if check_pdf(odd, trust).ok] == []

    def test_no_flipped_bit_of_a_signature_passes(self, seal, trust, level):
        """Certificates that no chain needs would be left out; there is none. Every byte with
        PARAPH_EVERY_CHANGE=1."""
        content, chosen = seal(level), random.Random(7)
        places = [
            (start, held, at)
            for start, held in spoilt_cms.places(content)
            for at in range(len(held))
        ]
        if not os.environ.get("PARAPH_EVERY_CHANGE"):
            places = chosen.sample(places, 150)
        spoilt = {
            (start, at): spoilt_cms.with_bit(content, start, held, at, chosen.randrange(8))
            for start, held, at in places
        }
        assert [one for one, odd in spoilt.items() if check_pdf(odd, trust).ok] == []

    def test_a_signature_in_another_encoding_is_told(self, seal, trust, level):
        content = seal(level)
        made = {spoilt_cms.framed(content, random.Random(seed)) for seed in range(40)} - {content}
        assert len(made) >= 3
        assert {word(odd, trust) for odd in made} <= {
            "seal_broken",
            "timestamp_broken",
            "rewritten",
        }

    def test_a_later_increment_is_told(self, seal, trust, level):
        assert word(samples.stamped_over(seal(level)), trust) == "changed_later"

    @pytest.mark.parametrize("more", [b"\n", b"\0" * 9, b"%PDF-1.7\n"])
    def test_bytes_behind_the_end_are_told(self, seal, trust, level, more):
        assert word(seal(level) + more, trust) == "changed_later"

    def test_a_cut_file_is_told(self, seal, trust, level):
        content = seal(level)
        assert word(content[:-40], trust) in ("not_a_pdf", "seal_broken", "rewritten")

    def test_written_anew_by_another_library_is_told(self, seal, trust, level):
        content = seal(level)
        assert word(samples.rewritten_whole(content), trust) == "rewritten"
        assert word(samples.rewritten_by_pdfium(content), trust) == "rewritten"

    def test_a_second_signature_is_told(self, seal, trust, level):
        assert word(samples.signed_by_another(seal(level)), trust) == "signed_again"

    def test_a_wrong_root_is_told(self, seal, trust, level):
        stranger = entity("Test root", ca=1)  # of the same name
        wrong = Trust((stranger.certificate,), trust.timestamp_roots)
        assert word(seal(level), wrong) == "wrong_root"
        assert word(seal(level), Trust((), trust.timestamp_roots)) == "wrong_root"

    def test_a_revoked_certificate_is_told(self, seal, trust, level, world, now):
        known = revocation_list(world.authority, (world.seal, now - DAY))
        assert word(seal(level), _knowing(trust, known)) == "revoked"

    def test_a_revoked_authority_is_told(self, seal, trust, level, world, now):
        known = revocation_list(world.root, (world.authority, now - DAY))
        assert word(seal(level), _knowing(trust, known)) == "revoked"

    def test_a_list_that_another_signed_says_nothing(self, seal, trust, level, world, now):
        stranger = entity("Test authority", ca=0)
        known = revocation_list(stranger, (world.seal, now - DAY))
        assert word(seal(level), _knowing(trust, known)) == ""

    def test_a_certificate_that_is_not_valid_yet_is_told(self, seal, trust, level, world):
        early = world.seal.certificate.not_valid_before_utc - DAY
        found = word(seal(level), trust, early)
        assert found == ("not_yet_valid" if level == "B-B" else "timestamp_expired")


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_under_a_good_time_stamp_is_told(name):
    """An authority stamps anything for anybody."""
    sealed = authority().seal(cases.offer_pdf(2)).content
    assert authority().check(authority().stamp(sealed)).ok
    forged = authority().stamp(FORGED[name](sealed))
    assert authority().check(forged).word == "changed_later"


def test_a_form_that_was_filled_in_after_the_seal_is_told():
    sealed = authority().seal(with_form(cases.offer_pdf(2))).content
    assert authority().check(authority().stamp(sealed)).ok
    assert authority().check(authority().stamp(filled_in(sealed))).word == "changed_later"


def test_only_a_seal_for_long_outlives_its_certificate(seal, trust, world):
    """Its time stamps say that it was there in time; the authority's certificate lasts longer."""
    after = world.seal.certificate.not_valid_after_utc + DAY
    assert word(seal("B-B"), trust, after) == "expired"
    assert word(seal("B-T"), trust, after) == "expired"
    assert word(seal("B-LTA"), trust, after) == ""


def test_a_seal_for_long_lasts_as_long_as_its_time_stamp(seal, trust):
    content = seal("B-LTA")
    assert word(content, trust, check_pdf(content, trust).stamped_at + 3000 * DAY) == (
        "timestamp_expired"
    )


def test_what_was_taken_back_after_the_time_stamp_was_good_then(seal, trust, world, now):
    """Without a time stamp nobody can say so."""
    later = revocation_list(world.authority, (world.seal, now + timedelta(hours=1)))
    for level, expected in zip(LEVELS, ("revoked", "", ""), strict=True):
        assert word(seal(level), _knowing(trust, later), now + DAY) == expected


@pytest.mark.parametrize("level", LEVELS[1:])
def test_an_authority_that_nobody_knows_is_told(seal, trust, level):
    stranger = entity("Sandbox time-stamp root", ca=1)
    unknown = Trust(trust.roots, (stranger.certificate,))
    assert word(seal(level), unknown) == "unknown_authority"
    assert word(seal(level), Trust(trust.roots, ())) == "unknown_authority"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (samples.offer(), "not_sealed"),
        (samples.encrypted(samples.offer()), "encrypted"),
        (b"", "not_a_pdf"),
        (b"PK\x03\x04 a zip", "not_a_pdf"),
        (b"%PDF-1.7\n1 0 obj", "not_a_pdf"),
        (samples.offer()[:300], "not_a_pdf"),
    ],
    ids=["nothing sealed", "encrypted", "empty", "zip", "head only", "half"],
)
def test_what_is_not_sealed_is_told(trust, content, expected):
    assert word(content, trust) == expected


def test_a_seal_of_somebody_else_is_told(trust):
    assert word(samples.signed_by_another(samples.offer()), trust) == "wrong_root"


def test_a_signature_with_an_unsafe_digest_is_told(trust):
    weak = samples.signed_by_another(samples.offer(), md_algorithm="sha1")
    assert word(weak, trust) == "weak_digest"


def test_a_certificate_that_is_not_for_signing_is_told(tmp_path, sealers):
    world = World(tmp_path, signs=False)
    pem = {"key": world.path("seal.key"), "certificate": world.path("seal.pem")}
    pem |= {"chain": world.path("chain.pem")}
    content = sealers(pem=pem).seal(samples.offer()).content
    assert word(content, Trust((world.root.certificate,))) == "unfit_certificate"


def test_seals_with_a_key_below_a_chain_carry_the_chain(seal):
    held = PdfFileReader(BytesIO(seal())).embedded_regular_signatures[0]
    assert [one.subject.native["common_name"] for one in held.other_embedded_certs] == [
        "Test authority"
    ]


def _knowing(trust, *crls):
    return Trust(trust.roots, trust.timestamp_roots, Revocations(crls=crls))
