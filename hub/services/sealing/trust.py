"""What a seal is checked against: roots, and what is known about certificates taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.kernel.errors import ConfigurationError
from hub.services.sealing.failures import KeyUnusable
from hub.services.sealing.keys import read_certificates
from hub.services.sealing.revocation import Revocations


@dataclass(frozen=True)
class Trust:
    """Trusted roots of seals and of time-stamp authorities, with further revocation lists (DER)
    beside those that a file carries."""

    roots: tuple[x509.Certificate, ...] = ()
    timestamp_roots: tuple[x509.Certificate, ...] = ()
    revocations: Revocations = field(default_factory=Revocations)

    @classmethod
    def read(
        cls,
        roots: Sequence[str | Path],
        timestamp_roots: Sequence[str | Path] = (),
        crls: Sequence[str | Path] = (),
    ) -> Trust:
        """From PEM files; revocation lists may be DER too. Raises ``ConfigurationError``."""
        return cls(
            read_roots(roots),
            read_roots(timestamp_roots),
            Revocations(crls=tuple(_list(Path(name)) for name in crls)),
        )


def read_roots(files: Sequence[str | Path]) -> tuple[x509.Certificate, ...]:
    """All certificates of these PEM files. Raises ``ConfigurationError``."""
    try:
        return tuple(one for name in files for one in read_certificates(str(name)))
    except KeyUnusable as error:
        raise ConfigurationError(error.detail) from None


def _list(file: Path) -> bytes:
    try:
        content = file.read_bytes()
        if content.startswith(b"-----"):
            known = x509.load_pem_x509_crl(content)
        else:
            known = x509.load_der_x509_crl(content)
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigurationError(f"{file}: is no revocation list, in PEM or DER") from None
    return known.public_bytes(Encoding.DER)
