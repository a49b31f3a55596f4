"""The animated QR code. Its secret never leaves the server: browsers get the finished content."""

from __future__ import annotations

import hashlib
import hmac


def qr_content(token: str, secret: str, seconds: float) -> str:
    """What the picture holds ``seconds`` after the start answer arrived; whole seconds, cut off."""
    moment = str(max(0, int(seconds)))
    code = hmac.new(secret.encode("ascii"), moment.encode("ascii"), hashlib.sha256).hexdigest()
    return f"bankid.{token}.{moment}.{code}"
