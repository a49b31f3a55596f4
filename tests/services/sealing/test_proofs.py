"""A proof's PDF under each seal that the hub can make holds for its verifier and for the second."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hub.services.evidence import members as shapes
from hub.services.evidence.building import unsealed_pdf
from hub.services.evidence.verifying import verify
from hub.services.sealing import check_pdf
from tests.services.evidence import cases, second_verifier
from tests.services.sealing.authorities import World

KEYS = {
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


@pytest.fixture(scope="module")
def unsealed():
    case = cases.offer_case()
    members = shapes.members_of(case)
    return unsealed_pdf(case, members, shapes.manifest_of(case, members))


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LTA"])
@pytest.mark.parametrize("kind", ["own", *KEYS])
def test_both_verifiers_accept_it(unsealed, sealers, stamps, tmp_path, kind, level):
    settings = stamps.settings if level != "B-B" else {}
    if make := KEYS.get(kind):
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
