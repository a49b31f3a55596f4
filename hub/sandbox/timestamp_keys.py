"""The certificates of the sandbox's time-stamp authority: a root, which stays, and below it the one
that stamps, made anew at each start since it names the address of the root's revocation list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = timedelta(days=1)
_ROOT_SERVES = timedelta(days=3650)
_SERVES = timedelta(days=730)


@dataclass(frozen=True)
class AuthorityKeys:
    """The root, and the key that stamps."""

    root: x509.Certificate
    root_key: rsa.RSAPrivateKey
    certificate_der: bytes
    key_der: bytes

    def revoked(self, now: datetime) -> bytes:
        """The root's revocation list, with nothing on it."""
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self.root.subject,
            last_update=now - timedelta(hours=1),
            next_update=now + 30 * _DAY,
        )
        return builder.sign(self.root_key, hashes.SHA256()).public_bytes(Encoding.DER)


def make_keys(folder: Path, base_url: str, now: datetime) -> AuthorityKeys:
    """The keys of a folder; its root if there is one."""
    root_key, root = _root(folder, now)
    private = rsa.generate_private_key(65537, 2048)
    name, point = _name("Sandbox time stamps"), _point(f"{base_url}/root.crl")
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = _begun(name, root.subject, private.public_key(), now, _SERVES)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    builder = builder.add_extension(point, critical=False)
    certificate = builder.sign(root_key, hashes.SHA256())
    _write(folder / "authority.key", _pem(private))
    _write(folder / "authority.pem", certificate.public_bytes(Encoding.PEM))
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return AuthorityKeys(root, root_key, certificate.public_bytes(Encoding.DER), plain)


def _root(folder: Path, now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key_file, file = folder / "root.key", folder / "root.pem"
    if key_file.exists() and file.exists():
        known = load_pem_private_key(key_file.read_bytes(), None)
        if isinstance(known, rsa.RSAPrivateKey):
            return known, x509.load_pem_x509_certificate(file.read_bytes())
    private = rsa.generate_private_key(65537, 2048)
    name = _name("Sandbox time-stamp root")
    builder = _begun(name, name, private.public_key(), now, _ROOT_SERVES)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    root = builder.sign(private, hashes.SHA256())
    _write(key_file, _pem(private))
    _write(file, root.public_bytes(Encoding.PEM))
    return private, root


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public: rsa.RSAPublicKey,
    now: datetime,
    serves: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + serves)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _point(url: str) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(private: rsa.RSAPrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
