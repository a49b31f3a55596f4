"""The plugins that bring a simulator, connectors first. Only reads manifests; loads no plugin."""

from __future__ import annotations

from hub.contracts.manifest import Manifest
from hub.registry import HOMES, find_manifests


def manifests_with_sandbox(packages: tuple[str, ...] = HOMES) -> list[Manifest]:
    """Every manifest below ``packages`` that names a sandbox."""
    return [manifest for manifest in find_manifests(packages).values() if manifest.sandbox]
