"""A proof's PDF under each seal that the hub can make holds for its verifier and for the second."""

from __future__ import annotations

import pytest
from cryptography import x509

from hub.services.evidence.verifying import verify
from hub.services.sealing import check_pdf
from tests.services.evidence import cases, second_verifier
from tests.services.sealing.authorities import NEW_KEYS, World


@pytest.fixture(scope="module")
def unsealed():
    return cases.unsealed_offer()


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LTA"])
@pytest.mark.parametrize("kind", ["own", *NEW_KEYS])
def test_both_verifiers_accept_it(unsealed, sealers, stamps, tmp_path, kind, level):
    settings = stamps.settings if level != "B-B" else {}
    if make := NEW_KEYS.get(kind):
        world = World(tmp_path, private=make())
        pem = {"key": "seal.key", "certificate": "seal.pem", "chain": "chain.pem"}
        settings = settings | {
            "pem": {name: world.path(file) for name, file in pem.items()},
            "trust_roots": [world.path("root.pem")],
        }
    sealer = sealers(level=level, **settings)
    pdf, trust = sealer.seal(unsealed).content, sealer.trust()
    ours = verify(pdf, lambda content: check_pdf(content, trust))
    assert (ours.ok, ours.level, ours.problem) == (True, level, "")
    roots = [*trust.roots, *x509.load_pem_x509_certificates(_roots(stamps))]
    assert second_verifier.judge(pdf, roots) == (True, "", [])


def _roots(stamps):
    return stamps.authority.root.read_bytes()
