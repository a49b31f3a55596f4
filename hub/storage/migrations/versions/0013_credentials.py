"""Values that are kept for instances, pauses that were told, and when an instance last went on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import SealedJson, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instance", sa.Column("resumed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "instance_secret",
        sa.Column("instance", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("value", SealedJson(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("over", sa.String(64), nullable=True),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(120), nullable=False),
        *_of_a_workspace(),
        sa.UniqueConstraint("workspace_id", "instance", "kind", "name"),
    )
    op.create_table(
        "instance_pause",
        sa.Column("instance", sa.String(64), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("mail", sa.String(16), nullable=False),
        *_of_a_workspace(),
        sa.UniqueConstraint("workspace_id", "instance", "began_at"),
    )
    op.create_table(
        "held_request",
        sa.Column("pause_id", sa.String(36), sa.ForeignKey("instance_pause.id"), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_of_a_workspace(),
        sa.UniqueConstraint("pause_id", "request_id"),
    )


def downgrade() -> None:
    for table in ("held_request", "instance_pause", "instance_secret"):
        op.drop_table(table)
    op.drop_column("instance", "resumed_at")


def _of_a_workspace() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("workspace_id", sa.String(36), sa.ForeignKey("workspace.id"), nullable=False),
    )
