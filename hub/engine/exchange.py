"""Collects, for one try, which calls were made: method, address without secrets, status, seconds.

The registry passes ``listener`` to each plugin's ``HttpClient``; outside of a try it does nothing.
No bodies are kept: they hold personal data, and what was owed is stored with the delivery anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from hub.kernel.redact import MASK, redact_text

_MOST = 20  # calls kept of one try
_calls: ContextVar[list[dict[str, Any]] | None] = ContextVar("paraph_exchange", default=None)


class _HasStatus(Protocol):
    @property
    def status(self) -> int: ...


@contextmanager
def collecting() -> Iterator[list[dict[str, Any]]]:
    """Within this block, calls are added to the list that it yields."""
    calls: list[dict[str, Any]] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)


def listener(method: str, url: str, answer: _HasStatus | None, seconds: float) -> None:
    """Note one call; fits ``hub.toolkit.http.Listener``."""
    note(method, url, answer.status if answer else None, seconds)


def note(method: str, url: str, status: int | None, seconds: float) -> None:
    """Note one call of any protocol (SMTP, say)."""
    calls = _calls.get()
    if calls is not None and len(calls) < _MOST:
        calls.append(
            {
                "method": method,
                "url": plain_url(url),
                "status": status,
                "seconds": round(seconds, 3),
            }
        )


def plain_url(url: str) -> str:
    """``url`` without user, fragment and the values of its query."""
    parts = urlsplit(url)
    names = "&".join(f"{name}={MASK}" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{redact_text(parts.path)}"
    return f"{address}?{names}" if names else address
