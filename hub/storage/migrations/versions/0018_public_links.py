"""Public links with a password, and the passwords that were tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_link",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_scoped(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.UniqueConstraint("request_id"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_table(
        "public_try",
        sa.Column("link_sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_scoped(),
    )
    tried = "public_try"
    op.create_index("ix_public_try_network", tried, ["workspace_id", "asked_by", "created_at"])
    op.create_index("ix_public_try_link", tried, ["workspace_id", "link_sha256", "created_at"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM access_token WHERE portal_session_id IN"
        " (SELECT id FROM portal_session WHERE way = 'public')"
    )
    op.execute("DELETE FROM portal_session WHERE way = 'public'")
    op.execute("DELETE FROM share WHERE audience = 'public' AND holder LIKE 'public:%'")
    op.drop_table("public_try")
    op.drop_table("public_link")


def _scoped() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
