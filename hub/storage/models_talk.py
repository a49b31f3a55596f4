"""Rows of what customers and the sender write to each other: messages, and the files with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import SealedText, UtcDateTime

_UNREAD = text("read_at IS NULL")


class Message(Scoped, Base):
    """A remark: ``direction`` is in (from the customer) or out (to the customer). ``external_id``
    is its name at a hosted provider, or of the e-mail that it came by. ``read_at``: since when the
    one whom it was written to has it: the recipient for out, the sender's people for in."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_request", "request_id", "id"),
        Index("ix_message_external", "request_id", "external_id", unique=True),
        Index(
            "ix_message_unread",
            "request_id",
            "direction",
            "recipient_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    recipient_id: Mapped[str] = mapped_column(ForeignKey("recipient.id"))
    direction: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(SealedText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    external_id: Mapped[str | None] = mapped_column(String(100))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageFile(Scoped, Base):
    """A file that came with a message, as it is handed on: looked at, an image drawn anew. ``name``
    ends as its type does, and no other of the request's has it."""

    __tablename__ = "message_file"
    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        Index("ix_message_file_request", "request_id"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(SealedText)
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
