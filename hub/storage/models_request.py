"""Rows of a signature request: the request, its recipients, events, link tokens, orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.storage.models_core import Base, Scoped
from hub.storage.types import PlainJson, SealedJson, SealedText, UtcDateTime

_BY_HAND = text("decision IS NOT NULL")
_OF_SESSION = text("portal_session_id IS NOT NULL")


class Request(Scoped, Base):
    """The signing case.

    ``open_key`` names mapping and source record while the request is open and is NULL afterwards:
    a second trigger meanwhile finds this request instead of making another.
    """

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("workspace_id", "open_key"),
        Index("ix_request_source", "workspace_id", "source_instance", "source_id"),
        Index("ix_request_state", "workspace_id", "state", "id"),
        Index("ix_request_page", "workspace_id", "id"),
        Index("ix_request_version", "mapping_version_id"),
        Index("ix_request_kind", "workspace_id", "kind", "state", "id"),
        Index(
            "ix_request_by_hand",
            "workspace_id",
            "decision",
            "id",
            sqlite_where=_BY_HAND,
            postgresql_where=_BY_HAND,
        ),
    )

    number: Mapped[str] = mapped_column(String(16), index=True)  # short, for people
    mapping_version_id: Mapped[str] = mapped_column(ForeignKey("mapping_version.id"))
    mapping_key: Mapped[str] = mapped_column(String(100))
    source_instance: Mapped[str] = mapped_column(String(64))
    source_table: Mapped[str] = mapped_column(String(100))
    source_id: Mapped[str] = mapped_column(String(100))
    open_key: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(16))
    decision: Mapped[str | None] = mapped_column(String(16))  # accepted, declined: noted by hand
    reason: Mapped[str | None] = mapped_column(String(40))
    reason_detail: Mapped[str | None] = mapped_column(SealedText)  # also the customer's own words
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(SealedText)
    language: Mapped[str] = mapped_column(String(8))
    provider: Mapped[str] = mapped_column(String(64))
    form: Mapped[str | None] = mapped_column(String(64))
    carries_on: Mapped[str] = mapped_column(String(64))
    plan: Mapped[Any] = mapped_column(SealedJson)  # RequestPlan as data
    record: Mapped[Any] = mapped_column(SealedJson)  # the source record as read
    answers: Mapped[Any] = mapped_column(SealedJson)  # what the customer filled in
    signature: Mapped[Any] = mapped_column(SealedJson, nullable=True)  # who, when, order reference
    event_seq: Mapped[int] = mapped_column(Integer, default=0)
    event_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    recipients: Mapped[list[Recipient]] = relationship(order_by="Recipient.id", lazy="selectin")


class Recipient(Scoped, Base):
    """A person of a request. ``contact`` holds name, mobile, email, national_id.

    ``turn``: people of a lower turn come first; viewers and copies have none of their own.
    ``forwarded_from`` is who passed the link on; that row's own link only reads from then on.
    """

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("request_id", "key"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    key: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    contact: Mapped[Any] = mapped_column(SealedJson)
    turn: Mapped[int] = mapped_column(Integer, default=1)
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # or approved
    forwarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forwarded_from: Mapped[str | None] = mapped_column(String(36))


class RequestEvent(Scoped, Base):
    """Append-only history, hash-chained: ``hash = SHA-256(previous hash, canonical JSON)``.

    ``data`` has no personal data: personal fields stand in ``personal`` and are represented in the
    chain by salted commitments, so that erasing them keeps the chain valid.
    """

    __tablename__ = "request_event"
    __table_args__ = (
        UniqueConstraint("request_id", "seq"),
        UniqueConstraint("request_id", "dedupe"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    dedupe: Mapped[str] = mapped_column(String(200))
    data: Mapped[Any] = mapped_column(PlainJson)
    personal: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AccessToken(Scoped, Base):
    """What a link may do. Only the token's SHA-256 is kept. It has no end of its own: its request's
    end says what may still be done, and what was signed is shown afterwards too (C6)."""

    __tablename__ = "access_token"
    __table_args__ = (
        Index(
            "ix_access_token_session",
            "portal_session_id",
            sqlite_where=_OF_SESSION,
            postgresql_where=_OF_SESSION,
        ),
    )

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), index=True)
    recipient_id: Mapped[str] = mapped_column(ForeignKey("recipient.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of a link that was opened from the portal: it leads somewhere while that session lives.
    portal_session_id: Mapped[str | None] = mapped_column(String(36))


class SigningOrder(Scoped, Base):
    """One recipient's signing at a provider (``contracts.provider.Order``).

    status: creating, pending, complete (raw answer in hand), accepted, refused, failed,
    cancelled. ``flow`` is ``this_device`` or ``other_device``; in the first one the signature
    counts only after the browser that began came back with the nonce.
    """

    __tablename__ = "signing_order"
    __table_args__ = (
        Index("ix_order_request", "request_id", "status"),
        Index("ix_order_recipient", "recipient_id", "status"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    recipient_id: Mapped[str] = mapped_column(ForeignKey("recipient.id"))
    provider: Mapped[str] = mapped_column(String(64))
    flow: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str | None] = mapped_column(String(200), index=True)
    state: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    task: Mapped[Any] = mapped_column(SealedJson)
    session_hash: Mapped[str] = mapped_column(String(64))
    nonce_hash: Mapped[str] = mapped_column(String(64))
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[str] = mapped_column(String(64), default="")
    message: Mapped[Any] = mapped_column(PlainJson, nullable=True)
    raw: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    report: Mapped[Any] = mapped_column(PlainJson, nullable=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
