"""The server's side of NTLM over HTTP: challenge, and proof of the answer (NTLMv2 only).

Written after Microsoft's [MS-NLMP]. Message integrity and sealing are not part of signing in to a
web server, so only the proof is checked.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass

SIGNATURE = b"NTLMSSP\0"
_UNICODE, _TARGET, _NTLM, _SIGN, _EXTENDED, _INFO, _128, _56 = (
    0x1, 0x4, 0x200, 0x8000, 0x80000, 0x800000, 0x20000000, 0x80000000,
)  # fmt: skip
_TARGET_IS_DOMAIN = 0x10000
_FLAGS = _UNICODE | _TARGET | _NTLM | _SIGN | _EXTENDED | _INFO | _128 | _56 | _TARGET_IS_DOMAIN
# kinds of target information
_END, _SERVER, _DOMAIN, _TIME = 0, 1, 2, 7
_EPOCH = 11_644_473_600  # seconds from 1601 to 1970


@dataclass(frozen=True)
class Answer:
    """The third message: who, and the proof."""

    domain: str
    user: str
    response: bytes


def kind(message: bytes) -> int:
    """1 negotiate, 2 challenge, 3 authenticate; 0 for what is no NTLM message."""
    if not message.startswith(SIGNATURE) or len(message) < 12:
        return 0
    return int(struct.unpack_from("<I", message, 8)[0])


def challenge(nonce: bytes, domain: str, server: str, seconds: float) -> bytes:
    """The second message."""
    name = domain.encode("utf-16-le")
    ticks = struct.pack("<Q", int((seconds + _EPOCH) * 10_000_000))
    info = b"".join(
        struct.pack("<HH", number, len(value)) + value
        for number, value in (
            (_DOMAIN, name),
            (_SERVER, server.encode("utf-16-le")),
            (_TIME, ticks),
            (_END, b""),
        )
    )
    start = 56
    return (
        SIGNATURE
        + struct.pack("<I", 2)
        + struct.pack("<HHI", len(name), len(name), start)
        + struct.pack("<I", _FLAGS)
        + nonce
        + bytes(8)
        + struct.pack("<HHI", len(info), len(info), start + len(name))
        + struct.pack("<BBHBBBB", 10, 0, 17763, 0, 0, 0, 15)
        + name
        + info
    )


def read_answer(message: bytes) -> Answer | None:
    """The third message; None when it is broken."""
    try:
        response = _piece(message, 20)
        domain = _piece(message, 28).decode("utf-16-le")
        user = _piece(message, 36).decode("utf-16-le")
    except (struct.error, UnicodeDecodeError, ValueError):
        return None
    return Answer(domain, user, response)


def proves(answer: Answer, nonce: bytes, password: str) -> bool:
    """Whether the answer was made with this password for this challenge."""
    if len(answer.response) <= 24:  # NTLMv1, which no server takes any more
        return False
    proof, blob = answer.response[:16], answer.response[16:]
    secret = md4(password.encode("utf-16-le"))
    who = (answer.user.upper() + answer.domain).encode("utf-16-le")
    key = hmac.new(secret, who, hashlib.md5).digest()
    expected = hmac.new(key, nonce + blob, hashlib.md5).digest()
    return hmac.compare_digest(proof, expected)


def _piece(message: bytes, at: int) -> bytes:
    length, _, offset = struct.unpack_from("<HHI", message, at)
    if offset + length > len(message):
        raise ValueError("beyond the end")
    return message[offset : offset + length]


def md4(data: bytes) -> bytes:
    """RFC 1320; OpenSSL no longer offers it, and NTLM is made of it."""
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", 8 * len(data))
    for at in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, at)
        mixed = list(state)
        for mix, constant, order, shifts in _ROUNDS:
            for step, index in enumerate(order):
                a, b, c, d = mixed
                total = (a + mix(b, c, d) + words[index] + constant) & 0xFFFFFFFF
                shift = shifts[step % 4]
                turned = ((total << shift) | (total >> (32 - shift))) & 0xFFFFFFFF
                mixed = [d, turned, b, c]
        state = [(one + other) & 0xFFFFFFFF for one, other in zip(state, mixed, strict=True)]
    return struct.pack("<4I", *state)


_Mix = Callable[[int, int, int], int]
_ROUNDS: tuple[tuple[_Mix, int, tuple[int, ...], tuple[int, ...]], ...] = (
    (lambda x, y, z: (x & y) | (~x & z), 0, tuple(range(16)), (3, 7, 11, 19)),
    (
        lambda x, y, z: (x & y) | (x & z) | (y & z),
        0x5A827999,
        (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
        (3, 5, 9, 13),
    ),
    (
        lambda x, y, z: x ^ y ^ z,
        0x6ED9EBA1,
        (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15),
        (3, 9, 11, 15),
    ),
)
