"""Rows of what the hub looks after at the other side: tables that it polls, hooks that it keeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import UtcDateTime


class PolledTable(Scoped, Base):
    """A table upstream that mappings poll, with the connector's cursor: all changes before it are
    accepted. ``begun``: the cursor is known, which None may be for a table that held nothing.
    All moments are real time."""

    __tablename__ = "polled_table"
    __table_args__ = (UniqueConstraint("workspace_id", "instance", "source_table"),)

    instance: Mapped[str] = mapped_column(String(64))
    source_table: Mapped[str] = mapped_column(String(100))
    cursor: Mapped[str | None] = mapped_column(Text)
    begun: Mapped[bool] = mapped_column(Boolean, default=False)
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last one that went well
    taken: Mapped[int] = mapped_column(Integer, default=0)  # changes of the last one
    behind: Mapped[bool] = mapped_column(Boolean, default=False)  # more were there than it took
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_detail: Mapped[str | None] = mapped_column(Text)
    final: Mapped[bool] = mapped_column(Boolean, default=False)  # a person must mend it


class KeptHooks(Scoped, Base):
    """The hooks that an instance has had its other side make, as they were seen to last. All
    moments are real time."""

    __tablename__ = "kept_hooks"
    __table_args__ = (UniqueConstraint("workspace_id", "instance"),)

    instance: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it last went well
    told: Mapped[str | None] = mapped_column(Text)  # what was done then, or why nothing was
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_detail: Mapped[str | None] = mapped_column(Text)
    final: Mapped[bool] = mapped_column(Boolean, default=False)  # a person must mend it
