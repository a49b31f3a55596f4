"""Rows of the hub's own register: customers, repair cases, notes (requirements D5, D6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import SealedJson, SealedText, UtcDateTime


class Customer(Scoped, Base):
    """A customer card. Contact fields are sealed; ``*_index`` are keyed hashes to match them by."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_customer_mobile", "workspace_id", "mobile_index"),
        Index("ix_customer_email", "workspace_id", "email_index"),
        Index("ix_customer_page", "workspace_id", "id"),
    )

    key: Mapped[str] = mapped_column(String(200))  # idempotency key of its creation
    number: Mapped[str] = mapped_column(String(16))
    fields: Mapped[Any] = mapped_column(SealedJson)
    mobile_index: Mapped[str | None] = mapped_column(String(64))
    email_index: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CustomerKey(Scoped, Base):
    """Idempotency keys that matched an existing customer: the same key again gives the same row."""

    __tablename__ = "customer_key"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    key: Mapped[str] = mapped_column(String(200))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))


class RepairCase(Scoped, Base):
    """A repair case, linked to a customer."""

    __tablename__ = "repair_case"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_repair_case_page", "workspace_id", "id"),
    )

    key: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(16))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"), index=True)
    status: Mapped[str] = mapped_column(String(40))
    fields: Mapped[Any] = mapped_column(SealedJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseNote(Scoped, Base):
    """A note on a customer or repair case."""

    __tablename__ = "case_note"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    key: Mapped[str] = mapped_column(String(200))
    table: Mapped[str] = mapped_column("table_name", String(40))
    row_id: Mapped[str] = mapped_column(String(36), index=True)
    text: Mapped[str] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NumberSeries(Scoped, Base):
    """The next number for people of one kind (customers, repair cases) in a workspace."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str] = mapped_column(String(40))
    next: Mapped[int] = mapped_column(Integer)
