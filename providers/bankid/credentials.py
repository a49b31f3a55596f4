"""The relying party's certificate: read it, split a P12, know when it ends, refuse the public one.

Files are read when they are first needed, since they may be renewed while the hub runs and, in a
demo, are written by the sandbox a moment after the hub starts.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from hub.kernel.errors import AuthenticationFailed, ConfigurationError
from providers.bankid.settings import PRODUCTION_HOST, BankIdSettings

_PUBLIC_TEST_NAME = "fp testcert"  # the certificate that BankID gives to everybody for tests


@dataclass(frozen=True)
class Credentials:
    """PEM files for TLS, and what is known about the certificate. ``folder`` is ours to remove."""

    certificate: str
    key: str
    name: str
    serial_number: str
    expires: datetime
    folder: str | None = None

    def remove(self) -> None:
        """Delete the files that were split off a P12."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def load(settings: BankIdSettings) -> Credentials:
    """The client certificate that the settings name.

    Raises ``AuthenticationFailed`` when a file is missing or cannot be read: the instance is paused
    and resumes when its probe finds the file in order.
    """
    if settings.p12:
        return _from_p12(settings)
    pem = _read(settings.certificate, "certificate")
    _read(settings.key, "key")
    try:
        leaf = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise AuthenticationFailed(
            f"setting 'certificate': {settings.certificate} is not a certificate in PEM form"
        ) from None
    return _described(leaf, settings.certificate, settings.key, None)


def root_file(path: str, name: str) -> str:
    """``path`` of a pinned root, checked. Raises ``ConfigurationError``."""
    try:
        x509.load_pem_x509_certificates(Path(path).read_bytes())
    except OSError:
        raise ConfigurationError(f"setting '{name}': {path} cannot be read") from None
    except ValueError:
        raise ConfigurationError(
            f"setting '{name}': {path} holds no certificate in PEM form"
        ) from None
    return path


def refuse_unfit(settings: BankIdSettings) -> None:
    """In production only BankID's own production service will do. Raises ``ConfigurationError``."""
    problems = []
    if settings.environment != "production":
        problems.append("setting 'environment' must be 'production'")
    if urlsplit(settings.address).hostname != PRODUCTION_HOST:
        problems.append(f"setting 'base_url' must lead to {PRODUCTION_HOST}: leave it out")
    if settings.app_start_url:
        problems.append("setting 'app_start_url' is for simulators: leave it out")
    if problems:
        raise ConfigurationError(
            "BankID: these settings are not fit for production", problems=tuple(problems)
        )


def refuse_public_certificate(credentials: Credentials) -> None:
    """Everybody has the key of the public test certificate. Raises ``ConfigurationError``."""
    if credentials.name.lower().startswith(_PUBLIC_TEST_NAME):
        raise ConfigurationError(
            "BankID: the client certificate is the public test certificate; "
            "production needs the organisation's own, ordered from a bank"
        )


def _from_p12(settings: BankIdSettings) -> Credentials:
    data = _read(settings.p12, "p12")
    try:
        key, leaf, chain = pkcs12.load_key_and_certificates(data, settings.p12_password.encode())
    except ValueError:
        raise AuthenticationFailed(
            f"setting 'p12': {settings.p12} does not open with the given password"
        ) from None
    if key is None or leaf is None:
        raise AuthenticationFailed(f"setting 'p12': {settings.p12} lacks a key or a certificate")
    folder = Path(tempfile.mkdtemp(prefix="paraph-bankid-"))  # mkdtemp makes it readable by us only
    certificate, key_file = folder / "client.pem", folder / "client.key"
    certificate.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in (leaf, *chain)))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return _described(leaf, str(certificate), str(key_file), str(folder))


def _described(
    leaf: x509.Certificate, certificate: str, key: str, folder: str | None
) -> Credentials:
    return Credentials(
        certificate,
        key,
        name=_attribute(leaf, NameOID.COMMON_NAME),
        serial_number=_attribute(leaf, NameOID.SERIAL_NUMBER),
        expires=leaf.not_valid_after_utc,
        folder=folder,
    )


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _read(path: str, name: str) -> bytes:
    if not path:
        raise AuthenticationFailed(
            f"setting '{name}' is missing: give 'certificate' and 'key', or 'p12'"
        )
    try:
        return Path(path).read_bytes()
    except OSError:
        raise AuthenticationFailed(f"setting '{name}': {path} cannot be read") from None
