"""The customer's portal: contacts, shares, sign-ins and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("customer", sa.String(length=170), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("email_index", sa.String(length=64), nullable=True),
        sa.Column("mobile_index", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        _moment("created_at"),
        _moment("left_at", nullable=True),
        *_scoped(),
        sa.UniqueConstraint("workspace_id", "customer", "key"),
    )
    op.create_index("ix_contact_email", "contact", ["workspace_id", "email_index"])
    op.create_index("ix_contact_mobile", "contact", ["workspace_id", "mobile_index"])
    op.create_table(
        "share",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=180), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        _moment("created_at"),
        _moment("archive_at", nullable=True),
        _moment("remove_at", nullable=True),
        *_scoped(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.UniqueConstraint("request_id", "holder"),
    )
    op.create_index("ix_share_holder", "share", ["workspace_id", "holder", "request_id"])
    _sign_ins()
    of_session = sa.Column("portal_session_id", sa.String(length=36), nullable=True)
    op.add_column("access_token", of_session)


def _sign_ins() -> None:
    op.create_table(
        "portal_entry",
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("code_mac", sa.String(length=64), nullable=False),
        sa.Column("link_sha256", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        *_scoped(),
        sa.UniqueConstraint("link_sha256"),
    )
    of_entry = "portal_entry"
    op.create_index(
        "ix_portal_entry_address", of_entry, ["workspace_id", "address_index", "created_at"]
    )
    op.create_index("ix_portal_entry_network", of_entry, ["workspace_id", "asked_by", "created_at"])
    op.create_index("ix_portal_entry_session", of_entry, ["session_hash"])
    op.create_table(
        "portal_session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_index", sa.String(length=64), nullable=False),
        _moment("created_at"),
        _moment("seen_at"),
        _moment("ended_at", nullable=True),
        *_scoped(),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_index(
        "ix_portal_session_address", "portal_session", ["workspace_id", "address_index"]
    )


def downgrade() -> None:
    op.execute("DELETE FROM access_token WHERE portal_session_id IS NOT NULL")
    op.drop_column("access_token", "portal_session_id")
    for name in ("portal_session", "portal_entry", "share", "contact"):
        op.drop_table(name)


def _moment(name: str, *, nullable: bool = False) -> sa.schema.SchemaItem:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _scoped() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
