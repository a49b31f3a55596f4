"""A version that was rolled back to is held over its file's; requests are counted by version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mapping_version", sa.Column("held_over", sa.String(64), nullable=True))
    op.add_column("mapping_version", sa.Column("held_at", UtcDateTime(), nullable=True))
    op.add_column("mapping_version", sa.Column("held_by", sa.String(100), nullable=True))
    op.create_index(
        "ix_mapping_version_active",
        "mapping_version",
        ["workspace_id", "key"],
        sqlite_where=sa.text("active = 1"),
        postgresql_where=sa.text("active"),
    )
    op.create_index("ix_request_version", "request", ["mapping_version_id"])


def downgrade() -> None:
    op.drop_index("ix_request_version", "request")
    op.drop_index("ix_mapping_version_active", "mapping_version")
    for name in ("held_by", "held_at", "held_over"):
        op.drop_column("mapping_version", name)
