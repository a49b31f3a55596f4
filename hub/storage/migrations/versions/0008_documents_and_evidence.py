"""Documents, who saw them, several recipients, acceptances that can be cleared, evidence."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.storage.types import PlainJson, SealedJson, SealedText, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = (
    "acceptance",
    "evidence",
    "one_time_code",
    "message",
    "viewing",
    "attachment",
    "document_page",
    "document",
    "blob",
)


def upgrade() -> None:
    _people()
    _papers()
    _looks()
    _proofs()


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("ix_order_recipient", "signing_order")
    with op.batch_alter_table("recipient") as table:
        for name in ("forwarded_from", "forwarded_at", "invited_at", "turn"):
            table.drop_column(name)


def _people() -> None:
    op.add_column("recipient", sa.Column("turn", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("recipient", sa.Column("invited_at", UtcDateTime(), nullable=True))
    op.add_column("recipient", sa.Column("forwarded_at", UtcDateTime(), nullable=True))
    op.add_column("recipient", sa.Column("forwarded_from", sa.String(36), nullable=True))


def _papers() -> None:
    op.create_index("ix_order_recipient", "signing_order", ["recipient_id", "status"])
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_row(),
        sa.UniqueConstraint("workspace_id", "sha256"),
    )
    op.create_table(
        "document",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", SealedText(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.UniqueConstraint("request_id", "key", "current"),
        sa.UniqueConstraint("request_id", "key", "version"),
    )
    op.create_table(
        "document_page",
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("text", SealedText(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.UniqueConstraint("document_id", "number"),
    )
    op.create_table(
        "attachment",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", SealedText(), nullable=False),
        sa.Column("file_name", SealedText(), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("shown_sha256", sa.String(64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("must_view", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.UniqueConstraint("request_id", "key"),
    )


def _looks() -> None:
    op.create_table(
        "viewing",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("recipient_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("robot", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"]),
        sa.UniqueConstraint("recipient_id", "kind", "subject", "sha256", "robot"),
    )
    op.create_index("ix_viewing_request", "viewing", ["request_id", "recipient_id"])
    op.create_table(
        "message",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("recipient_id", sa.String(36), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("text", SealedText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"]),
    )
    op.create_index("ix_message_request", "message", ["request_id", "id"])
    op.create_table(
        "one_time_code",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("recipient_id", sa.String(36), nullable=False),
        sa.Column("session_hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"]),
    )
    op.create_index("ix_code_recipient", "one_time_code", ["recipient_id", "id"])


def _proofs() -> None:
    op.create_table(
        "evidence",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bundle_sha256", sa.String(64), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("report", PlainJson(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.UniqueConstraint("request_id", "number"),
    )
    op.create_table(
        "acceptance",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("recipient_id", sa.String(36), nullable=False),
        sa.Column("order_id", sa.String(36), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=True),
        sa.Column("signature", SealedJson(), nullable=False),
        sa.Column("shown", SealedJson(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.Column("cleared", SealedJson(), nullable=True),
        *_row(),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["signing_order.id"]),
        sa.UniqueConstraint("recipient_id", "current"),
    )
    op.create_index("ix_acceptance_request_id", "acceptance", ["request_id"])


def _row() -> tuple[Any, ...]:
    return (
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("workspace_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
