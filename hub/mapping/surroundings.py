"""What a mapping takes from outside its own file: shared fragments, and values that differ between
workspaces and environments. Both become part of its version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.mapping.fragments import FOLDER


@dataclass(frozen=True)
class Surroundings:
    """``fragments`` are texts by name, ``values`` what the workspace sets; ``folder`` is what
    messages call the place of the fragments."""

    fragments: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    folder: str = FOLDER


def identity(text: str, fragments: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """The hash that names a version: of the text, and of what it takes from outside."""
    if not fragments and not values:
        return sha256_hex(text.encode())
    return sha256_hex(canonical_json([text, dict(fragments), dict(values)]))
