"""Passwords for what is shared by a link: kept as argon2id hashes, and compared few at a time.

The parameters are those that OWASP gives as its least (Password Storage Cheat Sheet: 19 MiB, two
rounds, one lane). Each hash takes so much memory while it is made, so at most ``AT_ONCE`` are made
in a process: whoever sends many passwords makes others wait a moment, and no more.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.kernel.errors import Unfit

AT_ONCE = 2
_PATIENCE = 3.0  # seconds, real time: longer than a queue of thirty takes
_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16
)
_free = threading.BoundedSemaphore(AT_ONCE)
# What a password is compared with where there is none, so that it takes as long.
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0IGhlcmU$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def hashed(password: str) -> str:
    """What to keep of a password."""
    with _turn(None):
        return _HASHER.hash(_plain(password))


def matches(kept: str, given: str) -> bool:
    """Whether ``given`` is the password; never for an empty ``kept``, which takes as long. Raises
    ``Unfit`` (``busy``) where too many others are compared."""
    with _turn(_PATIENCE):
        try:
            _HASHER.verify(kept or _NOBODYS, _plain(given))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def _plain(password: str) -> str:
    """As it was meant, however a keyboard spells its accents and blanks."""
    plain = " ".join(unicodedata.normalize("NFKC", password).split())
    return plain.encode("utf-8", "replace").decode()


@contextmanager
def _turn(patience: float | None) -> Iterator[None]:
    if not _free.acquire(timeout=patience):
        raise Unfit("busy", "too many passwords are being compared", field="password")
    try:
        yield
    finally:
        _free.release()
