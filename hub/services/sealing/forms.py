"""The parts of a CMS signature that nothing signs: versions, algorithms, the signer's name. A
change in them leaves the signature good, so they must say what the signed parts say, and in one
way only."""

from __future__ import annotations

from asn1crypto import cms
from pyhanko.sign.general import extract_certificate_info, extract_signer_info

_NOTHING = (b"", b"\x05\x00")
_VERSIONS = {"data": ("v1",), "tst_info": ("v3",)}


class OddForm(Exception):
    """Something that nothing signs is not as it was made."""


def check_form(signed: cms.SignedData) -> None:
    """Raises ``OddForm``."""
    signer = extract_signer_info(signed)
    own = extract_certificate_info(signed).signer_cert
    kind = signed["encap_content_info"]["content_type"].native
    if signed["version"].native not in _VERSIONS.get(kind, ()) or signer["version"].native != "v1":
        raise OddForm("has an odd version")
    digest = signer["digest_algorithm"]
    if [one.dump() for one in signed["digest_algorithms"]] != [digest.dump()]:
        raise OddForm("names other digests above than below")
    _check_parameters(digest)
    if signer["signature_algorithm"].signature_algo != "rsassa_pss":
        _check_parameters(signer["signature_algorithm"])
    sid = signer["sid"].chosen
    if isinstance(sid, cms.IssuerAndSerialNumber) and (
        sid["issuer"].dump() != own.issuer.dump()
        or sid["serial_number"].dump() != own["tbs_certificate"]["serial_number"].dump()
    ):
        raise OddForm("names another signer than its certificate does")


def _check_parameters(algorithm: cms.DigestAlgorithm) -> None:
    if algorithm["parameters"].dump() not in _NOTHING:
        raise OddForm("has odd parameters")
