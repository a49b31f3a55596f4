"""The hub's own authority, for trying out: a root and below it a certificate that seals, made in
the data folder at set-up.

Processes that start together wait for each other at a lock, so all use what the first one made.
Each file is written aside and then put into place. The root serves for 20 years, the certificate
for two; a new one is made 90 days before that ends, a new root when it would end before its
certificate. ``root.pem`` keeps former roots, so that what was sealed under them can be checked.

The seal's key is RSA, which every reader of PDF 1.7 knows (ISO 32000-1); elliptic ones came later.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hub.kernel.clock import Clock
from hub.services.sealing.failures import KeyUnusable
from hub.services.sealing.keys import SealKey, made
from hub.toolkit.certificates import begun, named, usage

ROOT_SERVES = timedelta(days=7300)
SERVES = timedelta(days=730)
RENEWED_BEFORE = timedelta(days=90)
LIST_SERVES = timedelta(days=30)  # the revocation list; a new one is made each hour
_EARLIER = timedelta(hours=1)  # for clocks that lag behind the one that made it
_RSA_BITS = 3072  # as strong as the root's curve (NIST SP 800-57)
_RootKey = ec.EllipticCurvePrivateKey
_Root = tuple[_RootKey, x509.Certificate]
_Own = tuple[RSAPrivateKey, x509.Certificate]


class OwnAuthority:
    """A source of the seal's key that makes it itself."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._key: SealKey | None = None
        self._again = clock.wall()

    def key(self) -> SealKey:
        """The key; made when there is none, or the old one ends soon."""
        now = self._clock.wall()
        with self._lock:
            if self._key is None or now >= self._again:
                try:
                    with self._alone():
                        self._key = self._made(now)
                except OSError as error:
                    raise KeyUnusable(
                        f"{self._folder}: the hub's own seal cannot be kept there: {error.strerror}"
                    ) from None
                self._again = now + timedelta(hours=1)
            return self._key

    @property
    def roots_file(self) -> Path:
        """The file to give to whoever checks seals: all roots so far."""
        return self._folder / "root.pem"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _made(self, now: datetime) -> SealKey:
        root = cast("_Root | None", self._read("authority.pem", _RootKey))
        if root is None or root[1].not_valid_after_utc < now + SERVES + RENEWED_BEFORE:
            root = _root(now)
            self._write("authority.pem", _pem(*root))
            known = self.roots_file.read_bytes() if self.roots_file.exists() else b""
            self._write("root.pem", root[1].public_bytes(Encoding.PEM) + known)
        own = cast("_Own | None", self._read("seal.pem", RSAPrivateKey))
        if own is None or not _serves(own[1], root[1], now):
            own = _seal(now, *root)
            self._write("seal.pem", _pem(*own))
        key = made(own[0], [own[1], root[1]], str(self._folder / "seal.pem"))
        roots = x509.load_pem_x509_certificates(self.roots_file.read_bytes())
        return SealKey(key.signer, key.certificate, key.above, tuple(roots), (_list(now, *root),))

    def _read(self, name: str, kind: type) -> tuple[object, x509.Certificate] | None:
        file = self._folder / name
        if not file.exists():
            return None
        try:
            content = file.read_bytes()
            private = load_pem_private_key(content, None)
            certificate = x509.load_pem_x509_certificate(content)
        except (OSError, ValueError) as error:
            # It is not replaced: what was sealed so far hangs on it.
            why = getattr(error, "strerror", None) or "holds no key and certificate"
            raise KeyUnusable(
                f"{file}: {why}; put it back from a backup, or remove the folder to begin anew"
            ) from None
        if not isinstance(private, kind):
            raise KeyUnusable(f"{file}: holds another kind of key", code="seal_key_unfit")
        return private, certificate

    def _write(self, name: str, content: bytes) -> None:
        aside = self._folder / f".{name}.new"
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / name)


def _serves(own: x509.Certificate, root: x509.Certificate, now: datetime) -> bool:
    """Whether the certificate is this root's and has time left. One that is not valid yet stays: it
    is the clock that is wrong."""
    return own.issuer == root.subject and now < own.not_valid_after_utc - RENEWED_BEFORE


def _pem(private: _RootKey | RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    key = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key + certificate.public_bytes(Encoding.PEM)


def _root(now: datetime) -> _Root:
    private = ec.generate_private_key(ec.SECP256R1())
    name = named(f"Paraph own root {now:%Y-%m-%d} {os.urandom(3).hex()}")
    builder = begun(name, name, private.public_key(), now - _EARLIER, now + ROOT_SERVES)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage(signs=False), critical=True)
    return private, builder.sign(private, hashes.SHA256())


def _seal(now: datetime, root_key: _RootKey, root: x509.Certificate) -> _Own:
    private = generate_private_key(65537, _RSA_BITS)
    name = named("Paraph seal, for trying out")
    builder = begun(name, root.subject, private.public_key(), now - _EARLIER, now + SERVES)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(usage(signs=True, commits=True), critical=True)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = builder.add_extension(above, critical=False)
    return private, builder.sign(root_key, hashes.SHA256())


def _list(now: datetime, root_key: _RootKey, root: x509.Certificate) -> bytes:
    """The root's revocation list, with nothing on it: what is sealed for long carries it."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=root.subject,
        last_update=now - _EARLIER,
        next_update=now + LIST_SERVES,
    )
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = builder.add_extension(above, critical=False)
    builder = builder.add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    return builder.sign(root_key, hashes.SHA256()).public_bytes(Encoding.DER)
