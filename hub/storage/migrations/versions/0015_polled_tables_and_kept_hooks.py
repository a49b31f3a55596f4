"""Tables upstream that are polled, and hooks that the hub keeps in order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "polled_table",
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("source_table", sa.String(length=100), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("behind", sa.Boolean(), nullable=False),
        *_troubles(),
        sa.UniqueConstraint("workspace_id", "instance", "source_table"),
    )
    op.create_table(
        "kept_hooks",
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        *_troubles(),
        sa.UniqueConstraint("workspace_id", "instance"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM timer WHERE kind IN ('table_poll', 'keep_hooks')")
    op.drop_table("kept_hooks")
    op.drop_table("polled_table")


def _troubles() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
