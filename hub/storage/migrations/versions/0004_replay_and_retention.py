"""Replays are kept with what each row was before; calls keep what they spoke of; destinations since
when they fail; finished timers can be found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("of", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("already_applied", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("replay", schema=None) as batch_op:
        batch_op.create_index("ix_replay_page", ["workspace_id", "id"], unique=False)

    op.create_table(
        "replay_item",
        sa.Column("replay_id", sa.String(length=36), nullable=False),
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("inbound_id", sa.String(length=36), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["replay_id"],
            ["replay.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("replay_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_replay_item_delivery_id"), ["delivery_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_replay_item_inbound_id"), ["inbound_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replay_item_replay_id"), ["replay_id"], unique=False)

    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mapping", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("about", sa.Text(), nullable=True))

    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_timer_over",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('done', 'cancelled')"),
            postgresql_where=sa.text("state IN ('done', 'cancelled')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_timer_over",
            sqlite_where=sa.text("state IN ('done', 'cancelled')"),
            postgresql_where=sa.text("state IN ('done', 'cancelled')"),
        )

    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_column("failing_since")

    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_column("about")
        batch_op.drop_column("mapping")

    with op.batch_alter_table("replay_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replay_item_replay_id"))
        batch_op.drop_index(batch_op.f("ix_replay_item_inbound_id"))
        batch_op.drop_index(batch_op.f("ix_replay_item_delivery_id"))

    op.drop_table("replay_item")
    with op.batch_alter_table("replay", schema=None) as batch_op:
        batch_op.drop_index("ix_replay_page")

    op.drop_table("replay")
