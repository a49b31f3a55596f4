"""What can go wrong with a seal, as errors. All pass once somebody has mended what they name, so
the document waits meanwhile; the codes stand in the README's table."""

from __future__ import annotations

from hub.kernel.errors import Retryable


class KeyUnusable(Retryable):
    """The seal's key or certificate cannot be used now."""

    code = "seal_key_unreadable"


class NoTimeStamp(Retryable):
    """The authority gave no time stamp that can be used; no other clock takes its place."""

    code = "timestamp_unavailable"
