"""Whether a certificate leads up to a trusted root, and was good at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    ValidationError,
)

from hub.services.sealing.keys import plain
from hub.services.sealing.revocation import Revocations


class ChainProblem(Exception):
    """What is wrong with a certificate: a ``word`` for programs, ``said`` for people."""

    def __init__(self, word: str, said: str) -> None:
        super().__init__(said)
        self.word = word
        self.said = said


async def judge(
    own: asn1.Certificate,
    others: Iterable[asn1.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    revocations: Revocations,
    *,
    stamps: bool = False,
    revoked_after: datetime | None = None,
) -> tuple[x509.Certificate, ...]:
    """The chain from ``own`` up to its root. ``stamps``: it is that of a time-stamp authority.
    What was taken back only after ``revoked_after`` counts as good. Raises ``ChainProblem``."""
    context = ValidationContext(
        trust_roots=[plain(one) for one in roots], other_certs=list(others), moment=at
    )
    validator = CertificateValidator(own, validation_context=context)
    name = common_name(own)
    try:
        usage = {"time_stamping"} if stamps else None
        path = await validator.async_validate_usage(set(), extended_key_usage=usage)
    except ExpiredError as error:
        when = f"{error.expired_dt:%Y-%m-%d}"
        raise ChainProblem("expired", f"{name}, or one above it, expired on {when}") from None
    except NotYetValidError as error:
        when = f"{error.valid_from:%Y-%m-%d %H:%M}"
        said = f"{name}, or one above it, is not valid before {when} UTC"
        raise ChainProblem("not_yet_valid", said) from None
    except InvalidCertificateError:
        if own.self_signed != "no":
            raise _lost(name) from None
        said = f"{name} may not be used for this"
        raise ChainProblem("unfit_certificate", said) from None
    except (PathBuildingError, ValidationError):
        raise _lost(name) from None
    certificates = [x509.load_der_x509_certificate(one.dump()) for one in path.iter_certs(True)]
    chain = tuple(reversed(certificates))
    if not stamps:
        _check_usage(own)
    _check_revoked(chain, revocations, revoked_after)
    return chain


def _lost(name: str) -> ChainProblem:
    return ChainProblem("wrong_root", f"{name} leads to no trusted root")


def common_name(certificate: asn1.Certificate) -> str:
    """What a certificate calls its holder."""
    names = certificate.subject.native
    found = names.get("common_name") or names.get("organization_name") or "a certificate"
    return f"'{found}'" if isinstance(found, str) else f"'{found[0]}'"


def _check_usage(own: asn1.Certificate) -> None:
    usage = own.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        said = f"{common_name(own)} is not for signatures"
        raise ChainProblem("unfit_certificate", said)


def _check_revoked(
    chain: Sequence[x509.Certificate], revocations: Revocations, good_until: datetime | None
) -> None:
    for own, issuer in pairwise(chain):
        since = revocations.revoked_at(own, issuer)
        if since is not None and (good_until is None or since <= good_until):
            said = f"{common_name(plain(own))} was revoked on {since:%Y-%m-%d}"
            raise ChainProblem("revoked", said)
