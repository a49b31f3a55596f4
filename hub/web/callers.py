"""Who calls with an API key: the same check for the API and for operations' pages."""

from __future__ import annotations

from flask import Request

from hub.kernel.clock import monotonic
from hub.services.access import Caller, KeyRing


def caller_of(request: Request, keys: KeyRing) -> Caller | None:
    """The holder of the key in ``Authorization: Bearer …``, or None."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return keys.check(key.strip(), monotonic()) if scheme.lower() == "bearer" else None
