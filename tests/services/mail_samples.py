"""A workspace whose mails are looked at."""

from __future__ import annotations

import base64
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from hub.settings import WorkspaceSettings, load_workspaces

CONFIG = Path(__file__).parents[2] / "config" / "workspaces"


def workspace(**changes: Any) -> WorkspaceSettings:
    """The demo's, with some of it changed."""
    return replace(load_workspaces(CONFIG, environment="test")["demo"], **changes)


def logo(kind: str = "png", size: int = 0) -> str:
    """A logo as a workspace writes it, filled up to ``size`` bytes."""
    made = BytesIO()
    Image.new("RGB", (120, 40), "#0b5c4a").save(made, "PNG")
    content = made.getvalue() + b"\0" * max(0, size - len(made.getvalue()))
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
