"""What a seal covers, and what was added after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, SignatureCoverageLevel

from hub.services.sealing.verdict import SealProblem

# What the field of a time stamp may hold: nothing that acts or shows.
STAMP_FIELD = {"/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/Rect", "/P", "/V"}


def check_framing(content: bytes, signatures: Sequence[EmbeddedPdfSignature]) -> None:
    """Whether each signature stands where its byte range leaves room, and nothing else does: the
    gap is all that no signature covers. Raises ``SealProblem``."""
    for one in signatures:
        said = "the file was written anew by a program: the seal's places do not fit any more"
        try:
            start, before, after, length = (int(number) for number in one.byte_range)
        except (TypeError, ValueError):
            raise SealProblem("rewritten", said) from None
        if start != 0 or not 0 < before < after or after + length > len(content) or length < 0:
            raise SealProblem("rewritten", said)
        gap = content[before:after]
        if gap[:1] != b"<" or gap[-1:] != b">" or not _is_plain(gap[1:-1], one.pkcs7_content):
            raise SealProblem("rewritten", said)


def held(one: EmbeddedPdfSignature) -> bytes:
    """The signature (a CMS ContentInfo) without the zeros behind it."""
    content = one.pkcs7_content
    return content[: _length(content)]


def _is_plain(digits: bytes, content: bytes) -> bool:
    """Whether the gap holds the signature and zeros behind it, written in one way only: a digit in
    the other case, or something in the zeros, would change bytes and nothing else."""
    wanted = content.hex().encode()
    return digits in (wanted, wanted.upper()) and not any(content[_length(content) :])


def _length(content: bytes) -> int:
    """How long the DER value at the beginning is."""
    if len(content) < 2 or content[1] < 0x80:
        return 2 + (content[1] if len(content) > 1 else 0)
    size = content[1] & 0x7F
    return 2 + size + int.from_bytes(content[2 : 2 + size], "big")


def check_coverage(
    seal: EmbeddedPdfSignature,
    stamps: Sequence[EmbeddedPdfSignature],
    later: Sequence[EmbeddedPdfSignature],
) -> None:
    """Whether the seal covers all, or what follows are time stamps of which the last one does.
    Raises ``SealProblem``."""
    if later:
        raise SealProblem("signed_again", "somebody signed it again after the seal")
    last = (seal, *stamps)[-1]
    fits = all(_covers(one, is_last=one is last) for one in (seal, *stamps))
    if not fits or any(_is_seen(one) for one in stamps):
        said = "something was added to the file after it was sealed"
        raise SealProblem("changed_later", said)


def _is_seen(stamp: EmbeddedPdfSignature) -> bool:
    """The library lets a new field be of any size, with scripts, as long as it is signed."""
    field = stamp.sig_field
    return not set(field) <= STAMP_FIELD or list(field["/Rect"]) != [0, 0, 0, 0]


def _covers(one: EmbeddedPdfSignature, *, is_last: bool) -> bool:
    try:
        one.compute_integrity_info()
    except Exception:  # the library stumbles over what was added
        return False
    covered: Any = one.coverage  # None for the type checker, which sees where it begins
    if is_last or covered is not SignatureCoverageLevel.ENTIRE_REVISION:
        return is_last and covered is SignatureCoverageLevel.ENTIRE_FILE
    found: Any = one.diff_result
    return isinstance(found, DiffResult) and (
        found.modification_level <= ModificationLevel.LTA_UPDATES
    )
