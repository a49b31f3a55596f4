"""A knowledge base to try against: speaks Agiloft's protocols and has a screen for people."""

from __future__ import annotations

from connectors.agiloft.sandbox.simulator import AgiloftSandbox

__all__ = ["AgiloftSandbox"]
