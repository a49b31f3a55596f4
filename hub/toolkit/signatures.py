"""Signatures of outgoing webhooks by Standard Webhooks: ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature``, which is ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.

Several secrets make several signatures, with a blank between them: a receiver that knows any of
them is content, which is how a secret is exchanged without a gap.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from datetime import datetime

from hub.kernel.errors import ConfigurationError

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes, by the standard
_LENGTH = 32


def new_secret(random: Callable[[int], bytes] = os.urandom) -> str:
    """A fresh secret as receivers are told it."""
    return PREFIX + base64.b64encode(random(_LENGTH)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that ``secret`` stands for. Raises ``ConfigurationError``, without the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise ConfigurationError(
            f"a webhook secret is {PREFIX} and the base64 of {SHORTEST} to {LONGEST} bytes"
        )
    return key


def sign(webhook_id: str, at: datetime, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The three headers for one attempt that begins at ``at``."""
    if "." in webhook_id:
        raise ValueError("a dot in the id would let two messages share a signature")
    timestamp = str(int(at.timestamp()))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    signatures = [_signature(key_of(secret), signed) for secret in secrets]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _signature(key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
