"""Rows of job lines: how far each line of an upstream's orders is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import SealedJson, UtcDateTime


class JobLine(Scoped, Base):
    """A line of a record upstream, as it was last read or moved. ``step`` is the mapping's key for
    where it is and ``step_name`` the upstream's word; ``decision`` accepted or declined once it is
    decided; ``request_id`` the request that it was last offered with. ``details``: text, quantity,
    unit, price, vat, currency."""

    __tablename__ = "job_line"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source_instance", "source_table", "source_id", "line_id"),
        Index("ix_job_line_page", "workspace_id", "id"),
        Index("ix_job_line_step", "workspace_id", "step", "id"),
        Index("ix_job_line_kind", "workspace_id", "kind", "step", "id"),
        Index("ix_job_line_decision", "workspace_id", "decision", "id"),
        Index("ix_job_line_decided", "workspace_id", "kind", "decision", "id"),
        Index("ix_job_line_number", "workspace_id", "source_number", "id"),
        Index("ix_job_line_request", "request_id"),
    )

    source_instance: Mapped[str] = mapped_column(String(64))
    source_table: Mapped[str] = mapped_column(String(100))
    source_id: Mapped[str] = mapped_column(String(100))
    source_number: Mapped[str] = mapped_column(String(100))
    line_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(20))
    step_name: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(String(16))
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"))
    details: Mapped[Any] = mapped_column(SealedJson)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
