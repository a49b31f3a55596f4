"""Which portal sessions the browser in front of a page holds.

A document that is opened from the portal has an address below ``/s/`` like any other. That address
alone must lead nowhere: it may be copied out of the browser and sent on. So the doors say here, for
each request, which sessions came with it as cookies, and ``sessions.require`` looks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hub.kernel.crypto import sha256_hex

_held: ContextVar[frozenset[str]] = ContextVar("held", default=frozenset())


def hold(tokens: Collection[str]) -> None:
    """From here on this browser is in front; ``tokens`` are the sessions that it holds."""
    _held.set(frozenset(sha256_hex(one.encode("utf-8", "replace")) for one in tokens))


@contextmanager
def holding(*tokens: str) -> Iterator[None]:
    """For a while."""
    before = _held.get()
    hold(tokens)
    try:
        yield
    finally:
        _held.set(before)


def held(token_sha256: str) -> bool:
    """Whether the browser in front holds this session."""
    return token_sha256 in _held.get()
