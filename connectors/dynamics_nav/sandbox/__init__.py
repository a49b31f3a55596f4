"""A Dynamics NAV server to try against: speaks SOAP, OData and API, and has a screen for people."""

from __future__ import annotations

from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

__all__ = ["DynamicsNavSandbox"]
