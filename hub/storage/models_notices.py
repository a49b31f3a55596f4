"""Rows of notices that their readers may choose: what somebody wants to be told, and what waits for
its hour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import PlainJson, SealedJson, SealedText, UtcDateTime


class Preference(Scoped, Base):
    """What somebody is told, and by which way. One for each address and ``audience``: ``user`` of
    the sender's, or ``contact`` of a customer.

    ``address_index`` is the keyed hash of the e-mail address, or of the number where there is none.
    ``offered`` is what mappings gave last, event → way; ``choices`` what the reader said instead.
    ``undelivered`` names by way the keyed hash of an address that takes nothing any more.
    """

    __tablename__ = "preference"
    __table_args__ = (UniqueConstraint("workspace_id", "audience", "address_index"),)

    audience: Mapped[str] = mapped_column(String(8))
    address_index: Mapped[str] = mapped_column(String(64))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(SealedText)
    mobile: Mapped[str | None] = mapped_column(SealedText)
    name: Mapped[str] = mapped_column(SealedText)
    language: Mapped[str] = mapped_column(String(8))
    offered: Mapped[Any] = mapped_column(PlainJson)
    choices: Mapped[Any] = mapped_column(PlainJson)
    undelivered: Mapped[Any] = mapped_column(PlainJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeldNotice(Scoped, Base):
    """A notice that waits: for the end of quiet hours, or for the mail that collects a day's.
    ``payload`` is the message as it would leave by itself; ``contact_id`` whom it is for, where
    that is a customer's contact. It goes when it becomes a delivery."""

    __tablename__ = "held_notice"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_held_notice_due", "preference_id", "due_at"),
    )

    preference_id: Mapped[str] = mapped_column(ForeignKey("preference.id"))
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    contact_id: Mapped[str | None] = mapped_column(String(36))
    key: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(24))
    way: Mapped[str] = mapped_column(String(8))
    destination: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(SealedJson)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
