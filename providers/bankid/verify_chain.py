"""The certificates: from the signer up to the configured root, and what the signer's one says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from hub.contracts.provider import Identity
from providers.bankid.checks import CheckFailed
from providers.bankid.credentials import root_file

_REFUSAL = "untrusted_certificate"


def load_roots(path: str) -> list[x509.Certificate]:
    """The pinned roots of user signatures. Raises ``ConfigurationError``."""
    return x509.load_pem_x509_certificates(Path(root_file(path, "signature_root")).read_bytes())


def verify_chain(
    certificates: tuple[x509.Certificate, ...], roots: list[x509.Certificate], moment: datetime
) -> tuple[x509.Certificate, x509.Certificate]:
    """The signer's certificate and its issuer's, once the path to a root holds at ``moment``."""
    verifier = (
        PolicyBuilder()
        .store(Store(roots))
        .time(moment)
        # User certificates have no subjectAltName, which the ordinary policy of leaves demands.
        .extension_policies(
            ee_policy=ExtensionPolicy.permit_all(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
        )
        .build_client_verifier()
    )
    try:
        chain = verifier.verify(certificates[0], list(certificates[1:])).chain
    except VerificationError:
        raise CheckFailed(
            _REFUSAL, "no path from the signer's certificate to the configured root"
        ) from None
    if len(chain) < 2:
        raise CheckFailed(_REFUSAL, "the signer's certificate is a root itself")
    return chain[0], chain[1]


def check_usage(signer: x509.Certificate) -> None:
    """The key may sign, and is no authority's."""
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    if usage.key_cert_sign or not (usage.digital_signature or usage.content_commitment):
        raise CheckFailed(_REFUSAL, "the signer's key is not meant for signatures")


def check_policies(signer: x509.Certificate, accepted: Iterable[str]) -> None:
    """The kind of BankID is one of the accepted kinds; ``1.2.752.78.*`` accepts all below it."""
    policies = signer.extensions.get_extension_for_class(x509.CertificatePolicies).value
    present = [policy.policy_identifier.dotted_string for policy in policies]
    if not any(_covers(rule, oid) for rule in accepted for oid in present):
        raise CheckFailed(_REFUSAL, "this kind of BankID is not accepted here")


def identity_of(signer: x509.Certificate) -> Identity:
    """Who the certificate was issued to. Names are the bank's, sometimes all in capitals."""
    number = _subject(signer, NameOID.SERIAL_NUMBER)
    if len(number) != 12 or not number.isascii() or not number.isdecimal():
        raise CheckFailed("bad_signature", "the certificate holds no personal number")
    given = _subject(signer, NameOID.GIVEN_NAME)
    family = _subject(signer, NameOID.SURNAME)
    name = _subject(signer, NameOID.COMMON_NAME) or f"{given} {family}".strip()
    return Identity(name, given, family, number, "SE")


def _covers(rule: str, oid: str) -> bool:
    return oid.startswith(rule[:-1]) if rule.endswith(".*") else oid == rule


def _subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else ""
