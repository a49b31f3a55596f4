"""Settings of the register: none; where it writes is decided by the workspace."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HubRegisterSettings:
    """The register needs no settings."""
