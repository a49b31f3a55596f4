"""Time stamps (RFC 3161): reading a token, and having one made by the authority."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity

from hub.kernel.clock import Clock
from hub.kernel.errors import ParaphError
from hub.services.sealing.awaited import awaited
from hub.services.sealing.chains import ChainProblem, common_name, judge
from hub.services.sealing.failures import NoTimeStamp
from hub.services.sealing.forms import STAMP, OddForm, check_form
from hub.services.sealing.revocation import Revocations
from hub.toolkit.http import HttpClient

DIGESTS = frozenset({"sha256", "sha384", "sha512"})
APART = timedelta(minutes=5)
_GRANTED = ("granted", "granted_with_mods")
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}


@dataclass(frozen=True)
class Stamp:
    """A time stamp whose signature is good; whether its authority is trusted is for others."""

    at: datetime
    certificate: asn1.Certificate
    others: tuple[asn1.Certificate, ...]

    @property
    def authority(self) -> str:
        """What the authority calls itself."""
        return common_name(self.certificate).strip("'")


class StampBroken(Exception):
    """The token says something else than it should, or nothing."""


def read_stamp(token: cms.SignedData, imprint: Callable[[str], bytes]) -> Stamp:
    """A token, after looking at its signature and at what it stamps: ``imprint`` gives the digest
    that belongs there by the digest's name. Raises ``StampBroken``."""
    try:
        return _read(token, imprint)
    except StampBroken:
        raise
    except Exception as error:  # whatever the library meets in what a stranger wrote
        raise StampBroken(type(error).__name__) from None


def stamp_of(signer: cms.SignerInfo) -> Stamp | None:
    """The time stamp over a signature, if it carries one. Raises ``StampBroken``."""
    token = next(extract_tst_data_iter(signer, signed=False), None)
    if token is None:
        return None
    signature = signer["signature"].native
    return read_stamp(token, lambda name: hashlib.new(name, signature).digest())


def _read(token: cms.SignedData, imprint: Callable[[str], bytes]) -> Stamp:
    info: tsp.TSTInfo = token["encap_content_info"]["content"].parsed
    signer, certificates = extract_signer_info(token), extract_certificate_info(token)
    digest = signer["digest_algorithm"]["algorithm"].native
    wanted = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    if not {digest, wanted} <= DIGESTS:
        raise StampBroken(f"uses {digest} and {wanted}")
    content = bytes(token["encap_content_info"]["content"])
    actual = hashlib.new(digest, content).digest()
    good = validate_sig_integrity(signer, certificates.signer_cert, "tst_info", actual)
    if not all(good):
        raise StampBroken("is not signed by its certificate")
    if info["message_imprint"]["hashed_message"].native != imprint(wanted):
        raise StampBroken("stamps something else")
    at = info["gen_time"].native.astimezone(UTC)
    return Stamp(at, certificates.signer_cert, tuple(certificates.other_certs))


class UnitChanged(Exception):
    """The authority answered with a certificate that it did not use before. It is known now."""


class Stamper(TimeStamper):
    """Has time stamps made. Each is checked before it is used: signature, imprint, nonce, root, and
    that its time is ours within five minutes."""

    def __init__(
        self, url: str, roots: Sequence[x509.Certificate], http: HttpClient, clock: Clock
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url
        self._roots = roots
        self._http = http
        self._clock = clock
        self._seen: dict[bytes, asn1.Certificate] = {}
        self.chains: dict[bytes, tuple[x509.Certificate, ...]] = {}

    def meet(self) -> None:
        """Have a first time stamp made, from which the authority's certificate is known and the
        size of its stamps."""
        awaited(lambda: self.async_dummy_response("sha256"))

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over a digest. Raises ``NoTimeStamp``, or ``UnitChanged``."""
        made: Any = self.request_cms
        nonce, request = made(message_digest, md_algorithm)
        token = _granted(self._call(request.dump()))
        try:
            check_form(token.dump(), STAMP)  # what a check refuses is not to be taken
            stamp = read_stamp(token["content"], lambda name: message_digest)
        except (StampBroken, OddForm) as error:
            said = f"the time stamp {error}" if str(error) else "the time stamp is broken"
            raise NoTimeStamp(said, code="timestamp_wrong") from None
        if token["content"]["encap_content_info"]["content"].parsed["nonce"].native != nonce:
            raise NoTimeStamp("the time stamp answers another request", code="timestamp_wrong")
        self._check_time(stamp)
        await self._check_unit(stamp, token)
        return token

    def _check_time(self, stamp: Stamp) -> None:
        apart = stamp.at - self._clock.wall()
        if abs(apart) > APART:
            raise NoTimeStamp(
                f"the time stamp is {apart.total_seconds():+.0f} s from this machine's clock: "
                "correct whichever is wrong",
                code="timestamp_clock",
            )

    async def _check_unit(self, stamp: Stamp, token: cms.ContentInfo) -> None:
        name = stamp.certificate.sha256
        try:
            self.chains[name] = await judge(
                stamp.certificate, stamp.others, self._roots, stamp.at, Revocations(), stamps=True
            )
        except ChainProblem as error:
            raise NoTimeStamp(
                f"the time-stamp authority is not trusted: {error.said}", code="timestamp_untrusted"
            ) from None
        if name not in self._seen:
            is_first = not self._seen
            self._seen[name] = stamp.certificate
            self._register_dummy("sha256", token)  # type: ignore[no-untyped-call]
            if not is_first:
                raise UnitChanged

    def _call(self, request: bytes) -> bytes:
        try:
            answer = self._http.call(
                "POST", self._url, data=request, headers=_HEADERS, changes=False
            )
        except ParaphError as error:
            raise NoTimeStamp(f"the time-stamp authority: {error.detail}") from None
        if answer.status != 200:
            code = "timestamp_refused" if 400 <= answer.status < 429 else "timestamp_unavailable"
            raise NoTimeStamp(f"the time-stamp authority answers {answer.status}", code=code)
        return answer.body


def _granted(body: bytes) -> cms.ContentInfo:
    try:
        answer = tsp.TimeStampResp.load(body, strict=True)
        status = answer["status"]["status"].native
        token: Any = answer["time_stamp_token"]
        if status in _GRANTED:
            token["content"]["signer_infos"][0]["signature"].native  # noqa: B018  reads it all
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise NoTimeStamp(
            f"the time-stamp authority answers {len(body)} bytes that are no time stamp",
            code="timestamp_unreadable",
        ) from None
    if status not in _GRANTED:
        raise NoTimeStamp(f"the time-stamp authority refuses: {status}", code="timestamp_refused")
    return token
