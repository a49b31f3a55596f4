"""Identifiers: UUIDv7 for rows (sortable by time), random tokens for links."""

from __future__ import annotations

import random
import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562, method 1): 48 bits of milliseconds, 12 bits counter, 62 bits random.

    Ids of one process are strictly increasing, so ``ORDER BY id`` is the order of creation.
    """
    return UUID(int=_number())


def _number() -> int:
    global _last_ms, _counter
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            # No system call in here: it would let go of the interpreter, and who waits for that
            # to come back would keep all others waiting for the lock.
            _last_ms, _counter = now, random.getrandbits(10)
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        ms, counter = _last_ms, _counter
    # Ids are no secrets: the module's generator, new in each process, costs no system call.
    tail = random.getrandbits(62)
    return (ms << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | tail


def new_id() -> str:
    """A fresh row id: a UUIDv7 as text."""
    text = f"{_number():032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def random_token(bits: int = 256) -> str:
    """An unguessable URL-safe token."""
    return secrets.token_urlsafe(bits // 8)
