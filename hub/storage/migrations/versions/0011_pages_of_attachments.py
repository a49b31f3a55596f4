"""How many pages an attached PDF has: more than its picture shows are to be read in the file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of attachments that are there nobody has counted the pages; 0 is what other files have."""
    column = sa.Column("pages", sa.Integer(), nullable=False, server_default="0")
    op.add_column("attachment", column)


def downgrade() -> None:
    op.drop_column("attachment", "pages")
