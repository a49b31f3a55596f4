"""What hosted providers keep for us, and the names that they give to remarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import PlainJson, SealedJson, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UNDER_WAY = sa.text("status IN ('placing', 'standing')")


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("request_id", sa.String(36), sa.ForeignKey("request.id"), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=True),
        sa.Column("external_id", sa.String(100), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("placed", SealedJson(), nullable=True),
        sa.Column("file_sha256", sa.String(64), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("choices", SealedJson(), nullable=True),
        sa.Column("word", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("survey", SealedJson(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("surveyed_at", UtcDateTime(), nullable=True),
        sa.Column("signed_sha256", sa.String(64), nullable=True),
        sa.Column("parts", PlainJson(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(36), primary_key=True, nullable=False),
        sa.Column("workspace_id", sa.String(36), sa.ForeignKey("workspace.id"), nullable=False),
        sa.UniqueConstraint("request_id", "number"),
        sa.UniqueConstraint("request_id", "current"),
    )
    op.create_index(
        "ix_agreement_reference", "agreement", ["workspace_id", "provider", "reference"]
    )
    op.create_index(
        "ix_agreement_under_way",
        "agreement",
        ["workspace_id", "provider", "id"],
        sqlite_where=_UNDER_WAY,
        postgresql_where=_UNDER_WAY,
    )
    op.add_column("message", sa.Column("external_id", sa.String(100), nullable=True))
    op.create_index("ix_message_external", "message", ["request_id", "external_id"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_message_external", "message")
    op.drop_column("message", "external_id")
    op.drop_table("agreement")
