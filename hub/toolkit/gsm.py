"""SMS text: which alphabet it needs, how many parts it makes, and how to keep it in the cheap one.

The 7-bit alphabet is 3GPP TS 23.038 (GSM 03.38), default table and its extension table. One
character outside of it turns the whole message into UCS-2 and 160 characters into 70. Does not
send, does not know any gateway; what a gateway says about parts is what it bills.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

ESCAPE = 0x1B
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_CODES = {char: bytes([code]) for code, char in enumerate(BASIC) if code != ESCAPE}
_CODES |= {char: bytes([ESCAPE, code]) for char, code in EXTENSION.items()}

# Alone, then per part when the text is split: a 6-byte header takes its share of 140 bytes.
GSM_LIMITS = (160, 153)
UCS2_LIMITS = (70, 67)

# What word processors put in place of plain characters, and what it says without them.
PLAIN = {
    **dict.fromkeys("\u00a0\u202f\u2007\u2009\t", " "),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    "\u2026": "...",
}
# Zero-width and direction marks: they show nothing, yet each one forces UCS-2.
INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
INVISIBLE += "\ufeff"
_CLEAN = str.maketrans({**PLAIN, **dict.fromkeys(INVISIBLE, ""), "\r": "\n"})

# Letters that lose nothing but their shape; the rest is done by taking the accents off.
FOLDS = str.maketrans(
    {
        "ç": "c",
        "œ": "oe",
        "Œ": "OE",
        "«": '"',
        "»": '"',
        "ẞ": "SS",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "•": "-",
        "°": "o",
    }
)


@dataclass(frozen=True)
class Size:
    """What a text costs to send: ``encoding`` is ``gsm`` or ``ucs2``, ``units`` its code units
    (an extension character counts two), ``parts`` the messages it becomes."""

    encoding: str
    units: int
    parts: int


def clean(text: str) -> str:
    """``text`` composed (NFC), with typographic spaces, quotes and dashes made plain and invisible
    marks dropped. No letter changes; half a surrogate pair, which is no letter, becomes ``�``."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_CLEAN)


def fold(text: str) -> str:
    """``text`` with letters outside the 7-bit alphabet replaced by their nearest inside it.

    Changes names (``Ștefan`` becomes ``Stefan``), so it is a choice of the sender and never for
    legal text. What has no near letter stays as it is.
    """
    return "".join(char if char in _CODES else _folded(char) for char in text)


def is_gsm(text: str) -> bool:
    """Whether the whole text fits the 7-bit alphabet."""
    return all(char in _CODES for char in text)


def outside(text: str) -> tuple[str, ...]:
    """The characters that force UCS-2, each once, in the order in which they appear."""
    return tuple(dict.fromkeys(char for char in text if char not in _CODES))


def encode(text: str) -> bytes:
    """One byte per septet, unpacked, extension characters as pairs. Raises ``ValueError`` for a
    text outside the alphabet."""
    strange = outside(text)
    if strange:
        raise ValueError(f"not in the GSM 7-bit alphabet: U+{ord(strange[0]):04X}")
    return b"".join(_CODES[char] for char in text)


def measure(text: str) -> Size:
    """Alphabet, units and parts of ``text`` as it is. An empty text is one part."""
    gsm = is_gsm(text)
    return Size("gsm" if gsm else "ucs2", sum(_weights(text, gsm)), max(1, len(split(text))))


def split(text: str) -> list[str]:
    """The parts of ``text``. Neither an extension pair nor a surrogate pair is ever cut in two,
    which is why some texts need one part more than their length suggests."""
    gsm = is_gsm(text)
    alone, each = GSM_LIMITS if gsm else UCS2_LIMITS
    weights = list(_weights(text, gsm))
    if sum(weights) <= alone:
        return [text] if text else []
    parts, start, filled = [], 0, 0
    for index, weight in enumerate(weights):
        if filled + weight > each:
            parts.append(text[start:index])
            start, filled = index, 0
        filled += weight
    return [*parts, text[start:]]


def _weights(text: str, gsm: bool) -> Iterator[int]:
    if gsm:
        return (len(_CODES[char]) for char in text)
    return (2 if ord(char) > 0xFFFF else 1 for char in text)


def _folded(char: str) -> str:
    mapped = char.translate(FOLDS)
    if mapped != char:
        return mapped
    bare = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
    return bare if bare and is_gsm(bare) else char
