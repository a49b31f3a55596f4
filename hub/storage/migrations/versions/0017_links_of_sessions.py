"""Links that were opened in a session of the portal are found by it when it goes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OF_SESSION = text("portal_session_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_access_token_session",
        "access_token",
        ["portal_session_id"],
        sqlite_where=_OF_SESSION,
        postgresql_where=_OF_SESSION,
    )


def downgrade() -> None:
    op.drop_index("ix_access_token_session", "access_token")
