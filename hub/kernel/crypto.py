"""Keys and what is done with them: seal personal data at rest, derive link tokens, sign links.

One master secret per installation; every use derives its own key with HKDF, so that no two uses
share one. Rotation: several masters may be given; the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.kernel.errors import ConfigurationError, Spoiled

_SEAL_TEXT = "g1:"  # AES-256-GCM, first form; the mark is authenticated with what it stands before
_SEAL = _SEAL_TEXT.encode()
_SEAL_BYTES = b"b1:"  # AES-256-GCM of bytes; then the key's mark, the nonce and what is sealed
_MARK = 8  # bytes that tell under which master something was sealed
_NONCE = 12  # bytes, random: good for 2^32 seals under one master
_BYTES_HEAD = len(_SEAL_BYTES) + _MARK + _NONCE
_OTHER_KEY = "stored data was sealed with another PARAPH_SECRET_KEY than the configured one"


def sha256_hex(data: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no white space, UTF-8. What is hashed is always made by this."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


class Vault:
    """Seals and opens secrets. ``masters`` are base64 or plain texts of at least 32 characters."""

    def __init__(self, *masters: str) -> None:
        if not masters or any(len(master) < 32 for master in masters):
            raise ConfigurationError(
                "the secret key is missing or shorter than 32 characters: set PARAPH_SECRET_KEY"
            )
        self._masters = [master.encode() for master in masters]
        self._ciphers = [AESGCM(_derive(master, "seal")) for master in self._masters]
        self._bytes_ciphers = {
            _derive(master, "mark:bytes")[:_MARK]: AESGCM(_derive(master, "seal:bytes"))
            for master in self._masters
        }
        self._macs: dict[str, list[hmac.HMAC]] = {}

    def seal(self, text: str) -> str:
        """Encrypt and authenticate ``text``."""
        nonce = _nonces.take()
        sealed = nonce + self._ciphers[0].encrypt(nonce, text.encode(), _SEAL)
        return _SEAL_TEXT + base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed; ``ConfigurationError`` when no master fits."""
        if sealed.startswith(_SEAL_TEXT):
            raw = _unpacked(sealed[len(_SEAL_TEXT) :])
            for cipher in self._ciphers:
                try:
                    return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _SEAL).decode()
                except (InvalidTag, ValueError):
                    continue
        raise ConfigurationError(_OTHER_KEY)

    def seal_bytes(self, content: bytes, bound_to: str) -> bytes:
        """Encrypt and authenticate ``content`` together with where it belongs, such as its path."""
        mark, cipher = next(iter(self._bytes_ciphers.items()))
        head = _SEAL_BYTES + mark + _nonces.take()
        return head + cipher.encrypt(head[-_NONCE:], content, head + bound_to.encode())

    def open_bytes(self, sealed: bytes | memoryview, bound_to: str) -> bytes:
        """What was sealed. ``ConfigurationError`` when no master fits, ``Spoiled`` when the bytes
        are not as they were sealed, or belong elsewhere."""
        whole = memoryview(sealed)
        head = bytes(whole[:_BYTES_HEAD])
        if not head.startswith(_SEAL_BYTES) or len(head) < _BYTES_HEAD:
            raise Spoiled("the stored bytes are not sealed by this hub")
        cipher = self._bytes_ciphers.get(head[len(_SEAL_BYTES) : -_NONCE])
        if cipher is None:
            raise ConfigurationError(_OTHER_KEY)
        try:
            rest = whole[_BYTES_HEAD:]
            return cipher.decrypt(head[-_NONCE:], rest, head + bound_to.encode())
        except InvalidTag:
            raise Spoiled("the stored bytes are not those that were sealed here") from None

    def mac(self, use: str, text: str) -> str:
        """URL-safe HMAC-SHA256 of ``text`` under the newest master, for one named use."""
        return _mac(self._keys(use)[0], text)

    def macs(self, use: str, text: str) -> list[str]:
        """``mac`` under every master, the newest first: what may have been stored before."""
        return [_mac(key, text) for key in self._keys(use)]

    def mac_matches(self, use: str, text: str, given: str) -> bool:
        """Whether ``given`` is the MAC of ``text`` under any master, in constant time."""
        return any(
            hmac.compare_digest(_mac(key, text).encode(), given.encode("utf-8", "replace"))
            for key in self._keys(use)
        )

    def prefix_matches(self, use: str, text: str, given: str) -> bool:
        """Like ``mac_matches`` for a MAC that was cut to the length of ``given``."""
        return any(
            hmac.compare_digest(
                _mac(key, text)[: len(given)].encode(), given.encode("utf-8", "replace")
            )
            for key in self._keys(use)
        )

    def _keys(self, use: str) -> list[hmac.HMAC]:
        if use not in self._macs:
            keys = [_derive(master, f"mac:{use}") for master in self._masters]
            self._macs[use] = [hmac.new(key, digestmod="sha256") for key in keys]
        return self._macs[use]


class _Nonces(threading.local):
    """Random nonces, drawn a hundred at a time by each thread: every draw is a system call that
    lets go of the interpreter, and some ten seals of one trigger would wait for it again."""

    def __init__(self) -> None:
        self._stock = b""
        self._at = 0

    def take(self) -> bytes:
        """One that nobody has had."""
        if self._at >= len(self._stock):
            self._stock, self._at = os.urandom(100 * _NONCE), 0
        self._at += _NONCE
        return self._stock[self._at - _NONCE : self._at]


_nonces = _Nonces()


def _forget_nonces() -> None:
    global _nonces
    _nonces = _Nonces()


os.register_at_fork(after_in_child=_forget_nonces)  # or both would use the same ones


def _derive(master: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"paraph:{use}".encode()).derive(
        master
    )


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _mac(key: hmac.HMAC, text: str) -> str:
    mac = key.copy()
    mac.update(text.encode())
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()
