"""Instances know whether their last probe failed in a way that a person must mend."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instance", sa.Column("probe_final", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("instance", "probe_final")
