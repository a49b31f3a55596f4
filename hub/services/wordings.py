"""The words of a message: the workspace's texts, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.mapping.texts import render
from hub.settings import WorkspaceSettings

SMS, EMAIL = "sms", "email"


def wording(
    workspace: WorkspaceSettings,
    way: str,
    purpose: str,
    language: str,
    values: Mapping[str, Any],
    kind: str = "",
) -> tuple[str, str]:
    """Text and subject of an ``invite``, ``reminder`` or ``chase`` of a request of this ``kind``;
    an SMS has no subject."""
    text = render(workspace.text(f"{way}_{purpose}", language, kind), values)
    if way == SMS:
        return text, ""
    return text, render(workspace.text(f"{way}_{purpose}_subject", language, kind), values)
