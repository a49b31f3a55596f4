"""The key that seals, from where the settings say. Files are read once, and again when they have
changed, so that a renewed certificate needs no restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
    pkcs12,
)
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.services.sealing.failures import KeyUnusable
from hub.settings.seal import PemKey, Pkcs12Key

_HASHES: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


@dataclass(frozen=True)
class SealKey:
    """A key ready for use. ``above`` are the certificates over its own, the uppermost last;
    ``roots`` and ``crls`` what the hub itself knows about them."""

    signer: Signer
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()

    @property
    def uppermost(self) -> x509.Certificate:
        """The last of its chain, its root where the chain is whole."""
        return (self.certificate, *self.above)[-1]


class KeySource(Protocol):
    """Where the key comes from."""

    def key(self) -> SealKey:
        """The key. Raises ``KeyUnusable``."""
        ...


class LoadedSigner(Signer):
    """Signs with a key in memory. pyHanko's own reads it anew for each signature, which costs more
    than the signature."""

    def __init__(
        self,
        private: RSAPrivateKey | EllipticCurvePrivateKey,
        certificate: asn1.Certificate,
        above: Sequence[asn1.Certificate],
    ) -> None:
        known = SimpleCertificateStore()
        known.register_multiple(above)  # its own is added in any case
        super().__init__(signing_cert=certificate, cert_registry=known, embed_roots=False)
        self._private = private

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """The signature over ``data``; for an estimate of its size, as many zeros."""
        if dry_run:
            return bytes(self._private.key_size // 4 + 16)
        algorithm = _HASHES[digest_algorithm]
        if isinstance(self._private, RSAPrivateKey):
            return self._private.sign(data, PKCS1v15(), algorithm)
        return self._private.sign(data, ECDSA(algorithm))


class FileKey:
    """A key in files."""

    def __init__(self, files: Sequence[str], read: Callable[[], SealKey]) -> None:
        self._files = [Path(name) for name in files]
        self._read = read
        self._lock = threading.Lock()
        self._state: tuple[tuple[int, int], ...] = ()
        self._key: SealKey | None = None

    def key(self) -> SealKey:
        """The key as it was read last; read again when a file has changed. Files that have become
        unreadable change nothing while a key is known."""
        with self._lock:
            try:
                state = tuple((one.stat().st_mtime_ns, one.stat().st_size) for one in self._files)
            except OSError:
                state = self._state if self._key else ()
            if self._key is None or state != self._state:
                self._key, self._state = self._read(), state
            return self._key


def pkcs12_key(settings: Pkcs12Key) -> FileKey:
    """A PKCS#12 file."""

    def read() -> SealKey:
        content = read_file(settings.file)
        secret = settings.passphrase.encode() if settings.passphrase else None
        try:
            private, certificate, more = pkcs12.load_key_and_certificates(content, secret)
        except (ValueError, TypeError):
            raise KeyUnusable(
                f"{settings.file}: is no PKCS#12 file, or the passphrase is not its own",
                code="seal_key_passphrase",
            ) from None
        if certificate is None:
            raise KeyUnusable(f"{settings.file}: holds no certificate of its key")
        return made(private, [certificate, *more], settings.file)

    return FileKey([settings.file], read)


def pem_key(settings: PemKey) -> FileKey:
    """PEM files."""
    names = [settings.key, settings.certificate, *([settings.chain] if settings.chain else [])]

    def read() -> SealKey:
        content = read_file(settings.key)
        secret = settings.passphrase.encode() if settings.passphrase else None
        try:
            private = load_pem_private_key(content, secret)
        except (ValueError, TypeError):
            raise KeyUnusable(
                f"{settings.key}: holds no private key in PEM, or the passphrase is not its own",
                code="seal_key_passphrase",
            ) from None
        certificates = [one for name in names[1:] for one in read_certificates(name)]
        return made(private, certificates, settings.certificate)

    return FileKey(names, read)


def read_file(name: str) -> bytes:
    """A file's bytes. Raises ``KeyUnusable`` with its name and what the system says."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise KeyUnusable(f"{name}: cannot be read: {error.strerror}") from None


def read_certificates(name: str) -> list[x509.Certificate]:
    """All certificates of a PEM file. Raises ``KeyUnusable``."""
    try:
        return x509.load_pem_x509_certificates(read_file(name))
    except ValueError:
        raise KeyUnusable(f"{name}: holds no certificate in PEM") from None


def made(private: object, certificates: Sequence[x509.Certificate], name: str) -> SealKey:
    """Key and certificates put together. Raises ``KeyUnusable`` when they do not fit."""
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise KeyUnusable(f"{name}: the key is neither RSA nor elliptic", code="seal_key_unfit")
    own, above = certificates[0], chain_of(certificates[0], certificates[1:])
    if own.public_key() != private.public_key():
        raise KeyUnusable(
            f"{name}: its first certificate is not that of the key", code="seal_key_mismatch"
        )
    signer = LoadedSigner(private, plain(own), [plain(one) for one in above])
    return SealKey(signer, own, above)


def chain_of(
    own: x509.Certificate, others: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Those of ``others`` that lead up from ``own``, in this order."""
    found: list[x509.Certificate] = []
    below = own
    while below.issuer != below.subject:
        over = next((one for one in others if one.subject == below.issuer), None)
        if over is None or over in found:
            break
        found.append(over)
        below = over
    return tuple(found)


def plain(certificate: x509.Certificate) -> asn1.Certificate:
    """The same certificate as pyHanko's library reads it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
