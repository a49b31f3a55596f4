"""Keeps personal data and secrets out of logs and stored attempts.

Two nets: keys whose names say that their value is secret or personal, and patterns that look like
personal data wherever they stand (national ids, phone numbers, e-mail addresses, bearer tokens).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

MASK = "•••"

_SECRET_KEY = re.compile(
    r"pass(word|wd)?|secret|token|authorization|cookie|api[-_]?key|personal[-_]?number|national"
    r"|signature|ocsp|ssn|\bpin\b|name|address|street|mobile|phone|e-?mail|message|body|text"
    r"|visibledata|\$login|recipient|customer|^(to|from)$",
    re.IGNORECASE,
)
_SAFE_KEY = re.compile(
    r"^(file_?name|table_?name|hostname|logger_name|event|level|path|instance|plugin|kind|state"
    r"|code|status|destination|mapping|thread_?name|to_state|from_state)$",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:19|20)?\d{6}[-+]?\d{2}(\d{2})\b"), MASK + r"\1"),
    (re.compile(r"(?<![\w.-])\+?\d[\d ()-]{6,}(\d{2})\b"), MASK + r"\1"),
    (re.compile(r"\b[\w.+-]+@([\w-]+\.[\w.-]+)"), MASK + r"@\1"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 " + MASK),
    (re.compile(r"(/s/)[\w-]{8,}"), r"\1" + MASK),
    (re.compile(r"(/p/\w+/(?:o|enter)/)[\w-]{8,}"), r"\1" + MASK),
    (re.compile(r"(/hooks/[^/\s]+/[^/\s]+/)[^\s\"'?]+"), r"\1" + MASK),
    (re.compile(r"(?i)((?:token|secret|password|key|code)=)[^&\s\"']+"), r"\1" + MASK),
)
_TELLING = re.compile(r"(status|state|code|error|success|type|unit)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_-]{1,40}")
_MOST = 40  # keys of one object that an outline shows
# One look that tells whether any of the patterns can match at all: most texts are harmless.
_SUSPECT = re.compile(r"\d[\d ()+-]{5}|@|/s/|/p/|/hooks/|=|(?i:bearer|basic)\s")
_KEEP = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # row ids
    r"|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?",  # moments
    re.IGNORECASE,
)


def redact_text(text: str) -> str:
    """``text`` with everything that looks personal or secret masked; ids and moments stay."""
    if not _SUSPECT.search(text):
        return text
    kept: list[str] = []
    pieces: list[str] = []
    position = 0
    for match in _KEEP.finditer(text):
        pieces.append(_mask(text[position : match.start()]))
        kept.append(match.group())
        position = match.end()
    pieces.append(_mask(text[position:]))
    return "".join(piece + (kept[i] if i < len(kept) else "") for i, piece in enumerate(pieces))


def redact(value: Any, *, limit: int = 4000) -> Any:
    """A copy of ``value`` (JSON-like) that may be logged or stored beside an attempt."""
    if isinstance(value, Mapping):
        return {
            str(k): MASK
            if v not in (None, "", [], {}) and _is_secret(str(k))
            else redact(v, limit=limit)
            for k, v in value.items()
        }
    if isinstance(value, str):
        short = redact_text(value[:limit])
        return short + ("…" if len(value) > limit else "")
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, Sequence):
        return [redact(item, limit=limit) for item in value]
    return value


def redacted_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """``redact`` for the headers of a call: most are the same in every call of one caller."""
    return {
        name: MASK if value and _is_secret(name) else _redacted_header(value)
        for name, value in headers
    }


@lru_cache(maxsize=1024)
def _redacted_header(value: str) -> str:
    found: str = redact(value)
    return found


def outline(value: Any, depth: int = 4) -> Any:
    """The shape of a body without what stands in it: names, lengths, and words of the protocol.

    Kept beside an attempt: enough to see what was sent and what kind of answer came, nothing about
    whom. Values of keys such as ``status`` or ``errorCode`` are shown when they are single words.
    """
    if isinstance(value, Mapping):
        inside = list(value.items())[:_MOST] if depth else []
        return {str(k)[:60]: _outlined(str(k), v, depth - 1) for k, v in inside}
    if isinstance(value, str | bytes):
        return f"{len(value)} {'characters' if isinstance(value, str) else 'bytes'}"
    if isinstance(value, Sequence):
        more = [f"and {len(value) - 3} more"] if len(value) > 3 else []
        return [*(outline(item, depth - 1) for item in value[:3] if depth), *more]
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**6:
        return "a long number"
    return value


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return bool(_SECRET_KEY.search(key)) and not _SAFE_KEY.match(key)


def last_digits(national_id: str, count: int = 4) -> str:
    """``•••-2391``: as much of a national id as a note may show (requirement D6); nothing where
    there is none."""
    digits = re.sub(r"\D", "", national_id)
    return f"{MASK}-{digits[-count:]}" if digits else ""


def _outlined(key: str, value: Any, depth: int) -> Any:
    telling = _TELLING.search(key) and isinstance(value, str) and _WORD.fullmatch(value)
    return value if telling else outline(value, depth)


def _mask(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
