"""Certificates for tests: a root, an authority below it, and keys that seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NEW_KEYS = {  # kind → makes one
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """Making one takes long; tests share them."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Entity:
    """A certificate with its key."""

    certificate: x509.Certificate
    private: Any

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, passphrase: str = "") -> bytes:
        kept = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept)

    def p12(self, above: list[Entity], passphrase: str) -> bytes:
        chain = [one.certificate for one in above]
        kept = BestAvailableEncryption(passphrase.encode())
        return pkcs12.serialize_key_and_certificates(
            b"seal", self.private, self.certificate, chain, kept
        )


def entity(
    name: str,
    issuer: Entity | None = None,
    *,
    private: Any = None,
    ca: int | None = None,
    begins: datetime = NOW - 30 * DAY,
    ends: datetime = NOW + 365 * DAY,
    list_url: str = "",
    signs: bool = True,
) -> Entity:
    """One certificate. ``ca`` is how many authorities may stand below it."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    above = issuer.certificate.subject if issuer else subject
    signing_key = issuer.private if issuer else private
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca is not None, ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        .add_extension(_usage(ca is not None, signs), critical=True)
    )
    if list_url:
        names = [x509.UniformResourceIdentifier(list_url)]
        points = x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])
        builder = builder.add_extension(points, critical=False)
    return Entity(builder.sign(signing_key, hashes.SHA256()), private)


def revocation_list(issuer: Entity, *revoked: tuple[Entity, datetime]) -> bytes:
    """The issuer's list (DER) with these certificates on it."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=issuer.certificate.subject, last_update=NOW - DAY, next_update=NOW + 3000 * DAY
    )
    for one, at in revoked:
        entry = x509.RevokedCertificateBuilder(one.certificate.serial_number, at)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.private, hashes.SHA256()).public_bytes(Encoding.DER)


class World:
    """A root, an authority below it, and a seal; its files stand in ``folder``."""

    def __init__(self, folder: Path, **seal: Any) -> None:
        self.folder = folder
        self.root = entity("Test root", ca=1, ends=NOW + 7000 * DAY)
        self.authority = entity("Test authority", self.root, ca=0, ends=NOW + 6000 * DAY)
        self.seal = entity("Alice's seal", self.authority, **seal)
        self.write("root.pem", self.root.pem)
        self.write("chain.pem", self.authority.pem)
        self.write("seal.pem", self.seal.pem)
        self.write("seal.key", self.seal.key_pem())

    def write(self, name: str, content: bytes) -> str:
        """A file with this content; its path."""
        file = self.folder / name
        file.write_bytes(content)
        return str(file)

    def path(self, name: str) -> str:
        return str(self.folder / name)


def _usage(is_ca: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not is_ca,
        content_commitment=signs and not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
