"""The parts that the certificates of an authority of our own have in common."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def named(common: str) -> x509.Name:
    """A name of nothing but a common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def begun(
    subject: x509.Name, issuer: x509.Name, public: PublicKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    """A certificate that only wants its use and a signature."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def usage(*, signs: bool, commits: bool = False) -> x509.KeyUsage:
    """For a key that ``signs`` data, with ``commits`` also as its own will (RFC 5280, 4.2.1.3), or
    one that signs certificates and lists."""
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=commits,
        key_cert_sign=not signs,
        crl_sign=not signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
