"""Hooks as other CRMs sign them: a shared secret, or an HMAC in base64."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from hub.contracts.plugin import RawHook
from tests.contracts.connector_driver import HOOK_URL, STARTED

SECRET = "signing-secret-of-tests"


def hook_of(
    event: Any, proof: Mapping[str, str] | Callable[[bytes], Mapping[str, str]], **changes: Any
) -> RawHook:
    """A good call, but for ``changes``."""
    body = orjson.dumps(event)
    given = {
        "method": "POST",
        "url": HOOK_URL,
        "headers": proof(body) if callable(proof) else proof,
        "query": {},
        "body": body,
        "remote_ip": "127.0.0.1",
        "received_at": STARTED,
        **changes,
    }
    return RawHook(**given)


def signed_in_base64(body: bytes) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha512).digest()
    return {"x-signature": base64.b64encode(digest).decode()}


def kinto_hook() -> dict[str, Any]:
    """Settings for a hook with a shared secret in a header."""
    hook = {"check": "header", "header": "X-Shared-Secret", "id": "payload.record_id",
            "table_at": "payload.collection_id"}  # fmt: skip
    return {"hook": hook, "hook_secret": SECRET}
