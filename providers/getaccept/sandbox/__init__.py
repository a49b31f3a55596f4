"""A GetAccept account to try things on: the API, a signer's page, the sender's portal, webhooks."""

from __future__ import annotations

from providers.getaccept.sandbox.simulator import GetAcceptSandbox

__all__ = ["GetAcceptSandbox"]
