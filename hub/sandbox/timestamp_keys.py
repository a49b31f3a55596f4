"""The certificates of the sandbox's time-stamp authority: a root, which stays, and below it the one
that stamps, whose certificate is made anew at each start since it names the address of the root's
revocation list."""

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
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.toolkit.certificates import begun, named, usage

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
    """The keys of a folder, and its root if there is one; the certificate of the one that stamps
    is new."""
    root_key, root = _root(folder, now)
    private = _key(folder / "authority.key")
    name, point = named("Sandbox time stamps"), _point(f"{base_url}/root.crl")
    stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = begun(name, root.subject, private.public_key(), now - _DAY, now + _SERVES)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    builder = builder.add_extension(stamps, critical=True)
    builder = builder.add_extension(usage(signs=True), critical=True)
    builder = builder.add_extension(point, critical=False)
    certificate = builder.sign(root_key, hashes.SHA256())
    _write(folder / "authority.pem", certificate.public_bytes(Encoding.PEM))
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return AuthorityKeys(root, root_key, certificate.public_bytes(Encoding.DER), plain)


def _root(folder: Path, now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key_file, file = folder / "root.key", folder / "root.pem"
    if key_file.exists() and file.exists():
        return _key(key_file), x509.load_pem_x509_certificate(file.read_bytes())
    private = _key(key_file)
    name = named("Sandbox time-stamp root")
    builder = begun(name, name, private.public_key(), now - _DAY, now + _ROOT_SERVES)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    builder = builder.add_extension(usage(signs=False), critical=True)
    root = builder.sign(private, hashes.SHA256())
    _write(file, root.public_bytes(Encoding.PEM))
    return private, root


def _key(file: Path) -> rsa.RSAPrivateKey:
    """The key in a file, which is made if it is not there."""
    if file.exists():
        known = load_pem_private_key(file.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
        if isinstance(known, rsa.RSAPrivateKey):
            return known
    made = rsa.generate_private_key(65537, 2048)
    _write(file, _pem(made))
    return made


def _point(url: str) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])


def _pem(private: rsa.RSAPrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
