"""Alembic's entry: runs revisions on the connection that ``hub.storage.migrate`` hands over, within
the transaction that is already open there."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from hub.storage.models import Base
from hub.storage.types import PlainJson, SealedJson, SealedText, UtcDateTime


def _plain_type(kind: str, column: Any, _: Any) -> str | Literal[False]:
    """Revisions name only SQLAlchemy's own types, so that they stay when ours change."""
    if kind == "type" and isinstance(column, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(column, PlainJson | SealedJson | SealedText):
        return "sa.Text()"
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations run through hub.storage.migrate, which opens the database")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=_plain_type,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
