"""Job lines with their steps, answers that were noted by hand, and indexes for lists of requests by
kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_job_line_page": ["workspace_id", "id"],
    "ix_job_line_step": ["workspace_id", "step", "id"],
    "ix_job_line_kind": ["workspace_id", "kind", "step", "id"],
    "ix_job_line_decision": ["workspace_id", "decision", "id"],
    "ix_job_line_decided": ["workspace_id", "kind", "decision", "id"],
    "ix_job_line_number": ["workspace_id", "source_number", "id"],
    "ix_job_line_request": ["request_id"],
}
_BY_HAND = sa.text("decision IS NOT NULL")


def upgrade() -> None:
    op.add_column("request", sa.Column("decision", sa.String(length=16), nullable=True))
    op.create_index("ix_request_kind", "request", ["workspace_id", "kind", "state", "id"])
    op.create_index(
        "ix_request_by_hand",
        "request",
        ["workspace_id", "decision", "id"],
        sqlite_where=_BY_HAND,
        postgresql_where=_BY_HAND,
    )
    op.create_table(
        "job_line",
        sa.Column("source_instance", sa.String(length=64), nullable=False),
        sa.Column("source_table", sa.String(length=100), nullable=False),
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("source_number", sa.String(length=100), nullable=False),
        sa.Column("line_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("step_name", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "workspace_id", "source_instance", "source_table", "source_id", "line_id"
        ),
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "job_line", columns)


def downgrade() -> None:
    op.drop_table("job_line")
    op.drop_index("ix_request_by_hand", "request")
    op.drop_index("ix_request_kind", "request")
    op.drop_column("request", "decision")
