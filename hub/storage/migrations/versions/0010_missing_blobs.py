"""Blobs that the object store does not have are marked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blob", sa.Column("missing_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_blob_missing",
        "blob",
        ["workspace_id"],
        sqlite_where=sa.text("missing_at IS NOT NULL"),
        postgresql_where=sa.text("missing_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_blob_missing", "blob")
    op.drop_column("blob", "missing_at")
