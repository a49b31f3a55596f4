"""A customer's link has no end of its own: what it may do is its request's to say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.storage.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("access_token", "expires_at")


def downgrade() -> None:
    """The end that every link was given: that of its request."""
    op.add_column("access_token", sa.Column("expires_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE access_token SET expires_at ="
        " (SELECT r.expires_at FROM request r WHERE r.id = access_token.request_id)"
    )
