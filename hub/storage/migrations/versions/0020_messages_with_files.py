"""Files that come with messages, and who has read which: what was written until now counts as
read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "message_file",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "position"),
    )
    op.create_index("ix_message_file_request", "message_file", ["request_id"])
    op.add_column("message", sa.Column("read_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE message SET read_at = at")
    op.create_index(
        "ix_message_unread",
        "message",
        ["request_id", "direction", "recipient_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )


def downgrade() -> None:
    op.drop_index("ix_message_unread", "message")
    op.drop_column("message", "read_at")
    op.drop_index("ix_message_file_request", "message_file")
    op.drop_table("message_file")
