"""Answers that were noted by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("decision", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("request", "decision")
