"""Revocation lists and answers: what is known about certificates that were taken back, and how it
is had over HTTP for seals that are to be checked when nobody answers any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from hub.kernel.clock import Clock
from hub.kernel.errors import ParaphError
from hub.services.sealing.failures import NoTimeStamp
from hub.toolkit.http import HttpClient

_KEPT = timedelta(hours=1)
_OCSP = {"Content-Type": "application/ocsp-request"}


@dataclass(frozen=True)
class Revocations:
    """Revocation lists (DER) and OCSP answers (DER) at hand."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def and_(self, other: Revocations) -> Revocations:
        """Both together, each thing once."""
        crls = tuple(dict.fromkeys(self.crls + other.crls))
        return Revocations(crls, tuple(dict.fromkeys(self.ocsps + other.ocsps)))

    def revoked_at(self, own: x509.Certificate, issuer: x509.Certificate) -> datetime | None:
        """When ``own`` was taken back, by what its issuer signed; None if nothing says so."""
        found = [*self._listed(own, issuer), *self._answered(own, issuer)]
        return min(found, default=None)

    def _listed(self, own: x509.Certificate, issuer: x509.Certificate) -> Iterable[datetime]:
        for content in self.crls:
            with suppress(ValueError, UnsupportedAlgorithm, TypeError):
                known = x509.load_der_x509_crl(content)
                if known.issuer != own.issuer or not _signed_list(known, issuer):
                    continue
                entry = known.get_revoked_certificate_by_serial_number(own.serial_number)
                if entry is not None:
                    yield _since(entry)

    def _answered(self, own: x509.Certificate, issuer: x509.Certificate) -> Iterable[datetime]:
        for content in self.ocsps:
            with suppress(ValueError, UnsupportedAlgorithm, TypeError):
                answer = ocsp.load_der_ocsp_response(content)
                if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                    continue
                if answer.serial_number == own.serial_number and _answered_by(answer, issuer):
                    since = answer.revocation_time_utc
                    if since is not None:
                        yield since


class RevocationSource:
    """Asks the authorities of a chain, over the hub's own HTTP; keeps answers for an hour."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._known: dict[bytes, tuple[datetime, Revocations]] = {}

    def collect(self, chain: Sequence[x509.Certificate]) -> Revocations:
        """What is to be known of each certificate of a chain that goes up to its root. One that
        names no place to ask has nothing to be known. Raises ``NoTimeStamp``."""
        found = Revocations()
        for own, issuer in pairwise(chain):
            found = found.and_(self._one(own, issuer))
        return found

    def _one(self, own: x509.Certificate, issuer: x509.Certificate) -> Revocations:
        name, now = own.fingerprint(issuer.signature_hash_algorithm or SHA1()), self._clock.wall()  # noqa: S303
        known = self._known.get(name)
        if known is None or known[0] < now:
            self._known[name] = known = (now + _KEPT, self._asked(own, issuer))
        return known[1]

    def _asked(self, own: x509.Certificate, issuer: x509.Certificate) -> Revocations:
        responders, lists = _responders(own), _lists(own)
        for url in responders:
            if content := self._call("POST", url, _question(own, issuer), _OCSP):
                return Revocations(ocsps=(content,))
        for url in lists:
            if content := self._call("GET", url):
                return Revocations(crls=(_der(content),))
        if responders or lists:
            raise NoTimeStamp(
                "no authority tells whether the certificates of the seal are still good",
                code="revocation_unknown",
            )
        return Revocations()

    def _call(
        self,
        method: str,
        url: str,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes | None:
        try:
            answer = self._http.call(method, url, data=data, headers=headers, changes=False)
        except ParaphError:
            return None
        return answer.body if answer.status == 200 else None


def _since(entry: x509.RevokedCertificate) -> datetime:
    """When it was taken back, or when its key was lost if that is told and was earlier."""
    since = entry.revocation_date_utc
    with suppress(x509.ExtensionNotFound):
        lost = entry.extensions.get_extension_for_class(x509.InvalidityDate).value
        since = min(since, lost.invalidity_date.replace(tzinfo=UTC))
    return since


def _signed_list(known: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    public = issuer.public_key()
    if not isinstance(public, RSAPublicKey | EllipticCurvePublicKey):
        return False
    return issuer.subject == known.issuer and known.is_signature_valid(public)


def _answered_by(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Whether the issuer answered, or one whom it let do so."""
    if _signed(answer, issuer):
        return True
    for one in answer.certificates:
        with suppress(ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            one.verify_directly_issued_by(issuer)
            usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            if ExtendedKeyUsageOID.OCSP_SIGNING in usage and _signed(answer, one):
                return True
    return False


def _signed(answer: ocsp.OCSPResponse, by: x509.Certificate) -> bool:
    public, algorithm = by.public_key(), answer.signature_hash_algorithm
    try:
        if isinstance(public, RSAPublicKey) and algorithm:
            public.verify(answer.signature, answer.tbs_response_bytes, PKCS1v15(), algorithm)
            return True
        if isinstance(public, EllipticCurvePublicKey) and algorithm:
            public.verify(answer.signature, answer.tbs_response_bytes, ECDSA(algorithm))
            return True
    except InvalidSignature:
        pass
    return False


def _responders(own: x509.Certificate) -> list[str]:
    try:
        access = own.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        one.access_location.value
        for one in access
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]


def _lists(own: x509.Certificate) -> list[str]:
    try:
        points = own.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    names = [name for point in points for name in point.full_name or ()]
    texts = [one.value for one in names if isinstance(one, x509.UniformResourceIdentifier)]
    return [text for text in texts if text.startswith(("http://", "https://"))]


def _question(own: x509.Certificate, issuer: x509.Certificate) -> bytes:
    builder = ocsp.OCSPRequestBuilder()
    # Which certificate is meant is said with SHA-1: the one that every responder knows.
    request = builder.add_certificate(own, issuer, SHA1()).build()  # noqa: S303
    return request.public_bytes(Encoding.DER)


def _der(content: bytes) -> bytes:
    """A list as DER; some authorities hand out PEM."""
    if content.startswith(b"-----"):
        with suppress(ValueError):
            return x509.load_pem_x509_crl(content).public_bytes(Encoding.DER)
    return content
