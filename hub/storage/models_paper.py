"""Rows of what is signed and of who saw it: blobs, documents with their pages, attachments, looks
at them, one-time codes, acceptances and the evidence that comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import PlainJson, SealedJson, SealedText, UtcDateTime

_GONE = text("missing_at IS NOT NULL")


class Blob(Scoped, Base):
    """Bytes in the object store, named by their SHA-256. ``size`` in bytes. The row is written in
    the transaction that first refers to the bytes, after they were stored. ``missing_at``: since
    when the object store is known not to have them."""

    __tablename__ = "blob"
    __table_args__ = (
        UniqueConstraint("workspace_id", "sha256"),
        Index("ix_blob_missing", "workspace_id", sqlite_where=_GONE, postgresql_where=_GONE),
    )

    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    missing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Document(Scoped, Base):
    """One version of a PDF that a request is about. A new version replaces the former one, which is
    kept: ``current`` is NULL on it, so that each key has one current version at most."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("request_id", "key", "version"),
        UniqueConstraint("request_id", "key", "current"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    current: Mapped[bool | None] = mapped_column(Boolean)
    position: Mapped[int] = mapped_column(Integer)  # counts from 1, as the mapping lists them
    title: Mapped[str] = mapped_column(SealedText)
    source: Mapped[str] = mapped_column(String(16))  # attachment, url, base64 or template
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentPage(Scoped, Base):
    """A page as the server rendered it (F4). Measures in pixels; ``sha256`` names the image."""

    __tablename__ = "document_page"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(SealedText)  # for screen readers


class Attachment(Scoped, Base):
    """A file beside the documents. ``must_view``: nobody signs before the server saw it fetched.
    ``pages`` of a PDF, 0 for anything else: the image shows the first of them only."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("request_id", "key"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    key: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(SealedText)
    file_name: Mapped[str] = mapped_column(SealedText)
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))  # the file as it came
    shown_sha256: Mapped[str | None] = mapped_column(String(64))  # the image that pages show
    pages: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    size: Mapped[int] = mapped_column(Integer)
    must_view: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Viewing(Scoped, Base):
    """What this server saw somebody fetch: ``kind`` is page, attachment or download; ``sha256`` the
    bytes that were given. ``robot``: a link preview or scanner, which has seen nothing."""

    __tablename__ = "viewing"
    __table_args__ = (
        UniqueConstraint("recipient_id", "kind", "subject", "sha256", "robot"),
        Index("ix_viewing_request", "request_id", "recipient_id"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    recipient_id: Mapped[str] = mapped_column(ForeignKey("recipient.id"))
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(80))  # e.g. "offer:2:1" (key:version:page)
    sha256: Mapped[str] = mapped_column(String(64))
    robot: Mapped[bool] = mapped_column(Boolean)
    times: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OneTimeCode(Scoped, Base):
    """A code that was sent before signing. Only its MAC is kept; it dies after five wrong tries."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_code_recipient", "recipient_id", "id"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    recipient_id: Mapped[str] = mapped_column(ForeignKey("recipient.id"))
    session_hash: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Evidence(Scoped, Base):
    """The proof of a completed request. ``number`` counts a request's completions: clearing an
    acceptance keeps the former proof. ``level`` is B-B, B-T or B-LTA; ``report`` what was made."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    number: Mapped[int] = mapped_column(Integer)
    bundle_sha256: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    level: Mapped[str] = mapped_column(String(8))
    report: Mapped[Any] = mapped_column(PlainJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Acceptance(Scoped, Base):
    """One recipient's signature or approval, kept also after it was cleared (C5). ``signature`` is
    who, when and how; ``shown`` the canonical list of what was shown; ``cleared`` who took it back
    and why. ``current`` is NULL once it was cleared."""

    __tablename__ = "acceptance"
    __table_args__ = (UniqueConstraint("recipient_id", "current"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), index=True)
    recipient_id: Mapped[str] = mapped_column(ForeignKey("recipient.id"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("signing_order.id"))
    kind: Mapped[str] = mapped_column(String(16))  # signed or approved
    current: Mapped[bool | None] = mapped_column(Boolean)
    signature: Mapped[Any] = mapped_column(SealedJson)
    shown: Mapped[Any] = mapped_column(SealedJson)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared: Mapped[Any] = mapped_column(SealedJson, nullable=True)
