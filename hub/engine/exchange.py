"""Collects, for one try, which calls were made: method, address without secrets, status, seconds,
and the outlines of what was sent and answered.

``listener`` is told of every plugin's HTTP calls; outside of a try it does nothing. Bodies are kept
as outlines only (``hub.kernel.redact.outline``): they hold personal data, and what was owed is
stored, sealed, with the delivery anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import orjson

from hub.kernel.redact import MASK, outline, redact_text

_MOST = 20  # calls kept of one try
_calls: ContextVar[list[dict[str, Any]] | None] = ContextVar("paraph_exchange", default=None)


class _Answer(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...


@contextmanager
def collecting() -> Iterator[list[dict[str, Any]]]:
    """Within this block, calls are added to the list that it yields."""
    calls: list[dict[str, Any]] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)


def listener(
    method: str, url: str, answer: _Answer | None, seconds: float, sent: Any = None
) -> None:
    """Note one call; fits ``hub.toolkit.http.Listener``."""
    if _calls.get() is not None:
        told = {"sent": outlined(sent), "answered": outlined(answer.body if answer else None)}
        note(method, url, answer.status if answer else None, seconds, **told)


def note(method: str, url: str, status: int | None, seconds: float, **told: Any) -> None:
    """Note one call of any protocol (SMTP, say); ``told`` holds outlines of bodies."""
    calls = _calls.get()
    if calls is not None and len(calls) < _MOST:
        calls.append(
            {
                "method": method,
                "url": plain_url(url),
                "status": status,
                "seconds": round(seconds, 3),
                **{name: value for name, value in told.items() if value},
            }
        )


def outlined(body: Any) -> Any:
    """The outline of a body; JSON in bytes is looked into."""
    if isinstance(body, bytes | str):
        with suppress(orjson.JSONDecodeError):
            body = orjson.loads(body) if body[:1] in (b"{", b"[", "{", "[") else body
    return outline(body)


def plain_url(url: str) -> str:
    """``url`` without user, fragment and the values of its query."""
    parts = urlsplit(url)
    names = "&".join(f"{name}={MASK}" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{redact_text(parts.path)}"
    return f"{address}?{names}" if names else address
