"""The words of a message: the workspace's texts, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.mapping.texts import render
from hub.settings import WorkspaceSettings

SMS, EMAIL = "sms", "email"


def wording(
    workspace: WorkspaceSettings,
    kind: str,
    purpose: str,
    language: str,
    values: Mapping[str, Any],
) -> tuple[str, str]:
    """Text and subject of an ``invite`` or ``reminder``; an SMS has no subject."""
    text = render(workspace.text(f"{kind}_{purpose}", language), values)
    if kind == SMS:
        return text, ""
    return text, render(workspace.text(f"{kind}_{purpose}_subject", language), values)
