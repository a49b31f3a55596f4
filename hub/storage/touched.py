"""How many rows a statement has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def touched(
    session: Session, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> int:
    """Run an update or a delete; the number of rows."""
    result = cast("CursorResult[Any]", session.execute(statement, parameters))
    return int(result.rowcount)
