"""The revocation answer that comes with a signature. Its ``producedAt`` is the signing time, and
its nonce ties it to this very signature."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from providers.bankid.checks import CheckFailed, strict_base64

_REFUSAL = "bad_revocation_answer"
_NONCE_BYTES = 20  # SHA-1 of the signature's base64 text; twelve random bytes follow


@dataclass(frozen=True)
class Revocation:
    """A revocation answer, read but not yet verified."""

    response: ocsp.OCSPResponse
    produced_at: datetime


def read_ocsp(text: str) -> Revocation:
    """Decode and parse; only a successful answer goes on."""
    response = ocsp.load_der_ocsp_response(strict_base64(text))
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise CheckFailed(_REFUSAL, "the revocation service gave no answer")
    return Revocation(response, response.produced_at_utc)


def check_time(found: Revocation, collected_at: datetime, skew: timedelta) -> None:
    """It was made when the customer signed, not long ago for another purpose."""
    if abs(found.produced_at - collected_at) > skew:
        raise CheckFailed(_REFUSAL, "the revocation answer is not from the time of the signature")


def check_nonce(found: Revocation, signature: str) -> None:
    """It was made for this signature: the nonce starts with its SHA-1."""
    nonce = found.response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    wanted = hashlib.sha1(signature.encode(), usedforsecurity=False).digest()
    if len(nonce) < _NONCE_BYTES or not hmac.compare_digest(nonce[:_NONCE_BYTES], wanted):
        raise CheckFailed(_REFUSAL, "the revocation answer belongs to another signature")


def check_responder(found: Revocation, issuer: x509.Certificate) -> None:
    """It was signed by somebody whom the signer's own issuer appointed for that."""
    for candidate in found.response.certificates:
        if _may_answer(candidate, issuer, found.produced_at):
            try:
                _verify(found.response, candidate)
            except InvalidSignature:
                continue
            return
    raise CheckFailed(_REFUSAL, "the revocation answer is not signed by an appointed responder")


def check_status(
    found: Revocation, signer: x509.Certificate, issuer: x509.Certificate, skew: timedelta
) -> None:
    """It speaks of exactly this certificate, and well of it."""
    single = list(found.response.responses)
    if len(single) != 1:
        raise CheckFailed(_REFUSAL, "the revocation answer speaks of several certificates")
    answer = single[0]
    digest = hashes.Hash(answer.hash_algorithm)
    digest.update(issuer.subject.public_bytes())
    same_issuer = hmac.compare_digest(digest.finalize(), answer.issuer_name_hash)
    if answer.serial_number != signer.serial_number or not same_issuer:
        raise CheckFailed(_REFUSAL, "the revocation answer speaks of another certificate")
    if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise CheckFailed("revoked", "the signer's certificate is revoked or unknown")
    if answer.this_update_utc - skew > found.produced_at:
        raise CheckFailed(_REFUSAL, "the revocation answer's times contradict each other")


def _may_answer(candidate: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    try:
        candidate.verify_directly_issued_by(issuer)
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    valid = candidate.not_valid_before_utc <= moment <= candidate.not_valid_after_utc
    return valid and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _verify(response: ocsp.OCSPResponse, responder: x509.Certificate) -> None:
    key, algorithm = responder.public_key(), response.signature_hash_algorithm
    if algorithm is None:
        raise CheckFailed(_REFUSAL, "the revocation answer's algorithm is not known")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise CheckFailed(_REFUSAL, "the responder's key is of an unexpected kind")
