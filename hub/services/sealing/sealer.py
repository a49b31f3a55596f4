"""Seals PDFs (PAdES): the hub's signature over the whole file, with a time stamp of an authority
and what is needed to check it for long, as the settings say."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko_certvalidator import ValidationContext

from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger
from hub.services.sealing.chains import common_name
from hub.services.sealing.checking import check_pdf
from hub.services.sealing.failures import KeyUnusable, NoTimeStamp
from hub.services.sealing.keys import KeySource, SealKey, pem_key, pkcs12_key, plain
from hub.services.sealing.opening import opened
from hub.services.sealing.own import OwnAuthority
from hub.services.sealing.revocation import Revocations, RevocationSource
from hub.services.sealing.session import ArchivalSigner, sign
from hub.services.sealing.stamps import Stamper, UnitChanged, stamp_of
from hub.services.sealing.token import TokenKey
from hub.services.sealing.trial import tiny_pdf
from hub.services.sealing.trust import Trust, read_roots
from hub.settings.seal import SealSettings
from hub.toolkit.guard import Guard
from hub.toolkit.http import HttpClient

_FIELD = "Seal"
# The administrator named the authority: it may be anywhere. A guard also limits a call as a whole.
_ANYWHERE = Guard((ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")), plain=True)
# What is needed to check the document's time stamp goes in before it, so that it covers all of it.
_BEFORE_THE_STAMP = DSSContentSettings(
    include_vri=False,
    next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
)
_log = get_logger(__name__)


@dataclass(frozen=True)
class SealReport:
    """What was done. ``claimed_at`` is this machine's clock, ``stamped_at`` the authority's time;
    ``missing`` is the code of the failure that made ``level`` lower than ``wanted``."""

    wanted: str
    level: str
    signer: str
    certificate: str
    claimed_at: datetime
    stamped_at: datetime | None = None
    authority: str = ""
    missing: str = ""

    @property
    def downgraded(self) -> bool:
        """Whether the seal is of a lower level than the settings ask for."""
        return bool(self.missing)

    def data(self) -> dict[str, Any]:
        """It, to be kept."""
        return {**asdict(self), "downgraded": self.downgraded}


@dataclass(frozen=True)
class Sealed:
    """A sealed PDF."""

    content: bytes
    level: str
    report: SealReport


class Sealer:
    """Seals with one key. Safe to use from many threads; ``folder`` is the data folder."""

    def __init__(
        self, settings: SealSettings, folder: Path, clock: Clock, http: HttpClient | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._source = source_of(settings, folder, clock)
        self._http = http or _http(settings.timestamp_url or "")
        self._roots = read_roots(settings.trust_roots)
        self._stamp_roots = read_roots(settings.timestamp_roots)
        self._stamper: Stamper | None = None
        if settings.level != "B-B" and settings.timestamp_url:
            self._stamper = Stamper(settings.timestamp_url, self._stamp_roots, self._http, clock)
        self._revocations = RevocationSource(self._http, clock)
        self._sizes: dict[Hashable, int] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def is_for_trying_out(self) -> bool:
        """Whether the hub's own authority stands behind the seals."""
        return isinstance(self._source, OwnAuthority)

    def seal(self, pdf: bytes, reason: str = "", at: datetime | None = None) -> Sealed:
        """``pdf`` with the hub's seal, ``at`` being when it claims to be made.

        Raises ``Unfit`` for what is no PDF or is encrypted, ``KeyUnusable``, and ``NoTimeStamp``
        unless the settings ask for a downgrade then.
        """
        key = self._source.key()
        self._check_time(key)
        level, missing = self._settings.level, ""
        claimed = (at or self._clock.wall()).astimezone(UTC).replace(microsecond=0)
        try:
            content, signed = self._made(pdf, key, level, reason, claimed)
        except NoTimeStamp as error:
            if self._settings.when_unavailable != "downgrade":
                raise
            _log.warning("seal_downgraded", code=error.code, detail=error.detail)
            level, missing = "B-B", error.code
            content, signed = self._made(pdf, key, level, reason, claimed)
        return Sealed(content, level, self._report(key, level, missing, claimed, signed))

    def trust(self) -> Trust:
        """What this hub's own seals are checked against."""
        key = self._source.key()
        return Trust(self._anchors(key), self._stamp_roots, Revocations(crls=key.crls))

    def self_test(self) -> SealReport:
        """Seal and check a tiny PDF. Raises ``ConfigurationError`` when the key cannot be used or
        the seal does not hold: the hub is not to start then. Raises ``NoTimeStamp`` when only the
        authority is missing: the hub starts, and documents wait."""
        try:
            sealed = self.seal(tiny_pdf(), "self-test")
            verdict = check_pdf(sealed.content, self.trust(), self._clock.wall())
        except KeyUnusable as error:
            raise ConfigurationError(f"the seal: {error.detail}") from None
        if not verdict.ok:
            raise ConfigurationError(
                f"the seal does not pass its own check: {verdict.problems[0]}; correct `seal:`"
            )
        return sealed.report

    def _check_time(self, key: SealKey) -> None:
        now, own = self._clock.wall(), key.certificate
        name = common_name(plain(own))
        if now < own.not_valid_before_utc:
            raise KeyUnusable(
                f"the certificate {name} is valid from {own.not_valid_before_utc:%Y-%m-%d %H:%M} "
                f"UTC, and this machine's clock says {now:%Y-%m-%d %H:%M}: correct the clock",
                code="seal_certificate_not_yet_valid",
            )
        if now > own.not_valid_after_utc:
            raise KeyUnusable(
                f"the certificate {name} expired on {own.not_valid_after_utc:%Y-%m-%d}: put a new "
                "one in its place, or correct this machine's clock",
                code="seal_certificate_expired",
            )

    def _made(
        self, pdf: bytes, key: SealKey, level: str, reason: str, at: datetime
    ) -> tuple[bytes, cms.SignedData]:
        for _ in range(3):  # an authority may answer with several units, one after the other
            try:
                return self._once(pdf, key, level, reason, at)
            except UnitChanged:
                continue
        raise NoTimeStamp("the time-stamp authority changes its certificate all the time")

    def _once(
        self, pdf: bytes, key: SealKey, level: str, reason: str, at: datetime
    ) -> tuple[bytes, cms.SignedData]:
        output = BytesIO(pdf)
        writer, is_first = opened(output)
        options: dict[str, Any] = {}
        if level == "B-LTA":
            options = {
                "embed_validation_info": True,
                "use_pades_lta": True,
                "validation_context": self._context(key),
                "dss_settings": _BEFORE_THE_STAMP,
            }
        about = PdfSignatureMetadata(
            field_name=_FIELD if is_first else f"{_FIELD}{at:%Y%m%d%H%M%S}",
            md_algorithm=_digest(key.certificate),
            subfilter=SigSeedSubFilter.PADES,
            reason=reason or None,
            certify=is_first,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            **options,
        )
        stamper = None if level == "B-B" else self._stamper
        try:
            signer = ArchivalSigner(about, key.signer, timestamper=stamper)
            kind = (key.certificate.fingerprint(SHA256()), stamper is None)
            signed = sign(signer, writer, at, self._sizes, kind)
        except SigningError as error:
            raise KeyUnusable(
                f"the seal's certificate is not accepted: {error.__cause__ or error}",
                code="seal_certificate_unfit",
            ) from None
        return output.getvalue(), signed

    def _context(self, key: SealKey) -> ValidationContext:
        """Everything that a later check needs, gathered before it is sealed."""
        if self._stamper is None:
            raise NoTimeStamp("no time-stamp authority is named in seal.timestamp_url")
        self._stamper.meet()
        anchors = self._anchors(key)
        over = tuple(one for one in anchors if one.subject == key.uppermost.issuer)[:1]
        found = Revocations(crls=key.crls)
        for chain in ((key.certificate, *key.above, *over), *self._stamper.chains.values()):
            found = found.and_(self._revocations.collect(chain))
            _check_revoked(chain, found)
        return ValidationContext(
            trust_roots=[plain(one) for one in (*anchors, *self._stamp_roots)],
            other_certs=[plain(one) for one in key.above],
            crls=list(found.crls),
            ocsps=list(found.ocsps),
            moment=self._clock.wall(),
        )

    def _anchors(self, key: SealKey) -> tuple[x509.Certificate, ...]:
        return self._roots or key.roots or (key.uppermost,)

    def _report(
        self, key: SealKey, level: str, missing: str, claimed: datetime, signed: cms.SignedData
    ) -> SealReport:
        stamp = stamp_of(signed["signer_infos"][0])
        return SealReport(
            wanted=self._settings.level,
            level=level,
            signer=common_name(plain(key.certificate)).strip("'"),
            certificate=key.certificate.fingerprint(SHA256()).hex(),
            claimed_at=claimed,
            stamped_at=stamp.at if stamp else None,
            authority=stamp.authority if stamp else "",
            missing=missing,
        )


def source_of(settings: SealSettings, folder: Path, clock: Clock) -> KeySource:
    """Where the key comes from by these settings."""
    if settings.pkcs12:
        return pkcs12_key(settings.pkcs12)
    if settings.pem:
        return pem_key(settings.pem)
    if settings.pkcs11:
        return TokenKey(settings.pkcs11)
    return OwnAuthority(folder / "seal", clock)


def _http(url: str) -> HttpClient:
    return HttpClient(
        url, timeout=(5.0, 10.0), max_bytes=10_000_000, hosts=8, guard=_ANYWHERE, longest=15.0
    )


def _check_revoked(chain: Sequence[x509.Certificate], found: Revocations) -> None:
    for own, issuer in pairwise(chain):
        if since := found.revoked_at(own, issuer):
            raise KeyUnusable(
                f"the certificate {common_name(plain(own))} was revoked on {since:%Y-%m-%d}: put "
                "a new one in its place",
                code="seal_certificate_revoked",
            )


def _digest(certificate: x509.Certificate) -> str:
    """SHA-256, and the longer ones for longer elliptic keys, as their authors advise."""
    public = certificate.public_key()
    if isinstance(public, EllipticCurvePublicKey) and public.key_size > 256:
        return "sha384" if public.key_size <= 384 else "sha512"
    return "sha256"
