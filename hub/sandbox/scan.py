"""Finds the plugins that bring a simulator. Only reads manifests; loads no code of a plugin."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hub.contracts.manifest import Manifest, read_manifest

PACKAGES = ("connectors", "providers", "hub.channels")


def manifests_with_sandbox(packages: tuple[str, ...] = PACKAGES) -> list[Manifest]:
    """Every manifest below ``packages`` that names a sandbox, connectors first."""
    found = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations or []) if spec else []:
            for path in sorted(Path(root).glob("*/manifest.toml")):
                found.append(read_manifest(path, f"{package}.{path.parent.name}"))
    return [manifest for manifest in found if manifest.sandbox]
