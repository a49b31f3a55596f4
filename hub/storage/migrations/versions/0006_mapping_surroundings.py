"""A mapping's version keeps what it takes from outside its file: fragments and values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mapping_version", sa.Column("surroundings", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("mapping_version", "surroundings")
