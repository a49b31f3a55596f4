"""Proof that a provider hands over, piece by piece, exactly as received."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EvidencePart:
    """One member of an evidence bundle, e.g. ``bankid-signature.xml``."""

    name: str
    content_type: str
    content: bytes
