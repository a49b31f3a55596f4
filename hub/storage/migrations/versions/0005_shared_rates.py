"""Calls per second of a destination are counted on its row, for all processes together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instance", sa.Column("rate_full_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("instance", "rate_full_at")
