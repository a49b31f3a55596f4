"""Text as the fonts of the templates can show it.

PDF/A refuses a letter that no font holds, so what would be an empty box there becomes a question
mark in a diamond here. Marks that turn the direction of reading are taken out: they can make a
document read otherwise than what is signed.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
UNKNOWN = "\ufffd"
_BREAK = "\u200b"
# Neither seen nor looked up: joiners, marks of direction, hyphens and breaks that may be.
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u00ad\u2060\ufe0e\ufe0f\n")
_JOINER = "\u200d"
# A word that has no place to break would run over the edge of its column. E-mail addresses may be
# longer: somebody may copy them, and the hidden breaks along.
_LONG_WORD = re.compile(r"[^\s\u200b@-]{30,}|[^\s\u200b-]{45,}")
_PIECE = 6


def fit(text: str) -> str:
    """``text`` with nothing in it that the fonts cannot show, and with places to break."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(_shown(cluster) for cluster in _clusters(text.replace("\t", " ")))
    return _LONG_WORD.sub(_with_breaks, text)


def fitted(value: Any) -> Any:
    """Plain data with every text in it as ``fit`` makes it."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, Mapping):
        return {name: fitted(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [fitted(one) for one in value]
    return value


@cache
def coverage() -> tuple[frozenset[int], ...]:
    """For each font which characters it holds."""
    return tuple(frozenset(_characters(path.read_bytes())) for path in _files())


def _files() -> list[Path]:
    return sorted(FONTS.glob("*.ttf"))


def _clusters(text: str) -> Iterator[str]:
    """A character with the marks on it."""
    cluster = ""
    for character in text:
        if cluster and not unicodedata.combining(character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _shown(cluster: str) -> str:
    first = cluster[0]
    if first in _UNSEEN:
        return first
    if unicodedata.category(first) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return "\n" if first in "\u2028\u2029" else ""
    if _held(cluster):
        return cluster
    return first if _held(first) else UNKNOWN


@lru_cache(maxsize=8192)
def _held(cluster: str) -> bool:
    wanted = {ord(character) for character in cluster}
    return any(wanted <= font for font in coverage())


def _with_breaks(match: re.Match[str]) -> str:
    pieces, piece = [], ""
    for character in match.group():
        sticks = unicodedata.combining(character) or character in _UNSEEN
        if len(piece) >= _PIECE and not sticks and not piece.endswith(_JOINER):
            pieces.append(piece)
            piece = ""
        piece += character
    return _BREAK.join([*pieces, piece])


def _characters(font: bytes) -> Iterator[int]:
    """The characters of a font's ``cmap`` table (OpenType 1.9), formats 4 and 12."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * index)
        if tag == b"cmap":
            (encodings,) = struct.unpack_from(">H", font, start + 2)
            for number in range(encodings):
                _, _, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * number)
                yield from _subtable(font, start + offset)


def _subtable(font: bytes, start: int) -> Iterator[int]:
    (form,) = struct.unpack_from(">H", font, start)
    if form == 12:
        (groups,) = struct.unpack_from(">L", font, start + 12)
        for group in range(groups):
            first, last, _ = struct.unpack_from(">LLL", font, start + 16 + 12 * group)
            yield from range(first, last + 1)
    elif form == 4:
        (twice,) = struct.unpack_from(">H", font, start + 6)
        ends = struct.unpack_from(f">{twice // 2}H", font, start + 14)
        starts = struct.unpack_from(f">{twice // 2}H", font, start + 16 + twice)
        for first, last in zip(starts, ends, strict=True):
            yield from range(first, min(last, 0xFFFE) + 1)
