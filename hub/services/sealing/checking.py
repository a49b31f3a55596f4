"""Checks a sealed PDF without asking anybody, and names the first thing that is wrong.

What counts as sealed: one signature that covers the file from its first byte, and after it nothing
but document time stamps with what is needed to check them. The last of these covers the whole
file, so no byte is left that nobody vouches for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import DocumentSecurityStore, EmbeddedPdfSignature
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import (
    extract_self_reported_ts,
    validate_sig_integrity,
)

from hub.services.sealing.awaited import awaited
from hub.services.sealing.chains import ChainProblem, common_name, judge
from hub.services.sealing.coverage import check_coverage, check_framing, held
from hub.services.sealing.forms import SEAL, STAMP, OddForm, check_form
from hub.services.sealing.revocation import Revocations
from hub.services.sealing.stamps import DIGESTS, Stamp, StampBroken, read_stamp, stamp_of
from hub.services.sealing.trust import Trust
from hub.services.sealing.verdict import PdfVerdict, SealProblem

_STAMP_WORDS = {
    "wrong_root": "unknown_authority",
    "unfit_certificate": "unknown_authority",
    "expired": "timestamp_expired",
    "not_yet_valid": "timestamp_expired",
    "revoked": "timestamp_revoked",
}


def check_pdf(content: bytes, trust: Trust, at: datetime | None = None) -> PdfVerdict:
    """Whether the seal of a PDF holds at a moment (now), for one who trusts these roots."""
    return awaited(lambda: _checked(content, trust, at or datetime.now(UTC)))


async def _checked(content: bytes, trust: Trust, at: datetime) -> PdfVerdict:
    known = PdfVerdict(ok=False)
    try:
        parts = _parts(content)
        seal = parts.seal
        known = replace(
            known,
            level="B-B",
            signer=common_name(seal.signer_cert).strip("'"),
            sealed_at=extract_self_reported_ts(seal.signer_info) or seal.self_reported_timestamp,
        )
        check_framing(content, [seal, *parts.stamps])
        _check_signature(seal)
        check_coverage(seal, parts.stamps, parts.later)
        stamp = _stamp(seal)
        stamps = [_document_stamp(one) for one in parts.stamps]
        known = replace(known, level="B-LTA" if stamps else "B-T" if stamp else "B-B")
        found = parts.revocations.and_(trust.revocations)
        moment = at
        for one in reversed(stamps):
            await _check_stamp(one, trust, moment, found)
            moment = one.at
        if stamp:
            await _check_stamp(stamp, trust, moment, found)
            known = replace(known, stamped_at=stamp.at, authority=stamp.authority)
        elif stamps:
            known = replace(known, stamped_at=stamps[0].at, authority=stamps[0].authority)
        await _check_signer(seal, trust, moment if stamps else at, known.stamped_at, found)
        return replace(known, ok=True)
    except (SealProblem, ChainProblem) as problem:
        return replace(known, word=problem.word, problems=(problem.said,))
    except Exception as error:  # whatever the library meets in a stranger's file
        said = f"the seal cannot be read ({type(error).__name__})"
        return replace(known, word="seal_broken", problems=(said,))


@dataclass(frozen=True)
class _Parts:
    seal: EmbeddedPdfSignature
    later: tuple[EmbeddedPdfSignature, ...]
    stamps: tuple[EmbeddedPdfSignature, ...]
    revocations: Revocations


def _parts(content: bytes) -> _Parts:
    """What the file holds, read with distrust. Raises ``SealProblem``."""
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        is_encrypted = reader.encrypted
    except Exception as error:  # whatever the library meets in a stranger's file
        raise SealProblem("not_a_pdf", f"it is no PDF ({type(error).__name__})") from None
    if is_encrypted:
        raise SealProblem("encrypted", "the PDF is encrypted; a seal of the hub never is")
    signatures = list(reader.embedded_regular_signatures)
    stamps = list(reader.embedded_timestamp_signatures)
    if not signatures:
        raise SealProblem("not_sealed", "nothing in it is sealed")
    seal = _seal_among(signatures)
    return _Parts(seal, _after(seal, signatures), _after(seal, stamps), _embedded(reader))


def _after(
    seal: EmbeddedPdfSignature, others: Iterable[EmbeddedPdfSignature]
) -> tuple[EmbeddedPdfSignature, ...]:
    """Those that were added later: what was there before says nothing about the seal."""
    return tuple(one for one in others if one.signed_revision > seal.signed_revision)


def _seal_among(signatures: list[EmbeddedPdfSignature]) -> EmbeddedPdfSignature:
    """The certifying signature, which allows nothing after it; without one, the last."""
    certifying = [one for one in signatures if one.docmdp_level is not None]
    return certifying[0] if certifying else signatures[-1]


def _embedded(reader: PdfFileReader) -> Revocations:
    try:
        store: Any = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Revocations()
    crls = tuple(one.get_object().data for one in store.crls)
    return Revocations(crls, tuple(one.get_object().data for one in store.ocsps))


def _check_signature(seal: EmbeddedPdfSignature) -> None:
    """Whether the seal's signature is over the bytes that it says it is over."""
    if seal.md_algorithm not in DIGESTS:
        said = f"the seal rests on {seal.md_algorithm}, which is not safe"
        raise SealProblem("weak_digest", said)
    intact, valid = validate_sig_integrity(
        seal.signer_info, seal.signer_cert, "data", seal.compute_digest()
    )
    if not valid:
        raise SealProblem("seal_broken", "the seal's signature is not by its certificate's key")
    if not intact:
        raise SealProblem("changed", "the content is not what was sealed: bytes were changed")
    try:
        check_form(held(seal), SEAL)
    except OddForm as error:
        raise SealProblem("seal_broken", f"the seal's signature {error}") from None


def _stamp(seal: EmbeddedPdfSignature) -> Stamp | None:
    try:
        return stamp_of(seal.signer_info)
    except StampBroken as error:
        raise SealProblem("timestamp_broken", f"the seal's time stamp {error}") from None


def _document_stamp(one: EmbeddedPdfSignature) -> Stamp:
    try:
        check_form(held(one), STAMP)
        return read_stamp(one.signed_data, one.compute_digest)
    except (StampBroken, OddForm) as error:
        raise SealProblem("timestamp_broken", f"the document's time stamp {error}") from None


async def _check_stamp(stamp: Stamp, trust: Trust, at: datetime, found: Revocations) -> None:
    roots = trust.timestamp_roots
    try:
        await judge(stamp.certificate, stamp.others, roots, at, found, stamps=True)
    except ChainProblem as problem:
        word = _STAMP_WORDS[problem.word]
        raise SealProblem(word, f"the time-stamp authority: {problem.said}") from None


async def _check_signer(
    seal: EmbeddedPdfSignature,
    trust: Trust,
    at: datetime,
    stamped_at: datetime | None,
    found: Revocations,
) -> None:
    """The seal's certificate, at the last moment that anybody vouches for. It may have been taken
    back later than an authority saw the seal."""
    others = extract_certificate_info(seal.signed_data).other_certs
    own = seal.signer_cert
    await judge(own, others, trust.roots, at, found, revoked_after=stamped_at)
