"""How many rows a statement has changed."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.orm import Session


def touched(session: Session, statement: Update | Delete) -> int:
    """Run it; the number of rows."""
    result = cast("CursorResult[Any]", session.execute(statement))
    return int(result.rowcount)
