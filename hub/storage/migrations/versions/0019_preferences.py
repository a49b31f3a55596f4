"""What somebody wants to be told, and notices that wait for their hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("undelivered", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("seen_at"),
        *_scoped(),
        sa.UniqueConstraint("workspace_id", "audience", "address_index"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_table(
        "held_notice",
        sa.Column("preference_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("destination", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        _moment("due_at"),
        _moment("created_at"),
        *_scoped(),
        sa.ForeignKeyConstraint(["preference_id"], ["preference.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    op.create_index("ix_held_notice_due", "held_notice", ["preference_id", "due_at"])


def downgrade() -> None:
    for name in ("held_notice", "preference"):
        op.drop_table(name)


def _moment(name: str) -> sa.schema.SchemaItem:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _scoped() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
