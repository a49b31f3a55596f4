"""Rows of work: what is owed to others, each try at it, and timers. Rows are the truth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import PlainJson, SealedJson, UtcDateTime

_DUE = text("state IN ('pending', 'retry')")
_UNFINISHED = text("state IN ('pending', 'retry', 'leased', 'paused')")
_GIVEN_UP = text("state = 'gave_up'")
_LEASED = text("state = 'leased'")
_OVER = text("state IN ('done', 'cancelled')")


class Delivery(Scoped, Base):
    """One thing that is owed to one destination.

    states: pending → leased → delivered | retry(next_at) | gave_up | paused | cancelled |
    discarded. ``key`` makes owing the same thing twice impossible. Deliveries of one ``entity``
    go out in the order of ``seq``. ``destination`` is an instance key, scoped by the workspace.
    ``next_at`` and ``lease_until`` are real time, the rest business time. ``uncertain``: an
    earlier try may have had its effect although no answer was stored.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index(
            "ix_delivery_due",
            "workspace_id",
            "destination",
            "next_at",
            sqlite_where=_DUE,
            postgresql_where=_DUE,
        ),
        Index(
            "ix_delivery_entity",
            "entity",
            "seq",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index("ix_delivery_leased", "lease_until", sqlite_where=_LEASED, postgresql_where=_LEASED),
        Index(
            "ix_delivery_given_up",
            "workspace_id",
            "id",
            sqlite_where=_GIVEN_UP,
            postgresql_where=_GIVEN_UP,
        ),
        Index("ix_delivery_page", "workspace_id", "id"),
        Index("ix_delivery_request", "request_id"),
        Index("ix_delivery_external", "external_ref"),
    )

    key: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[str | None] = mapped_column(String(36))
    entity: Mapped[str] = mapped_column(String(120))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(24))
    step: Mapped[str] = mapped_column(String(120), default="")
    destination: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(SealedJson)
    state: Mapped[str] = mapped_column(String(12), default="pending")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    uncertain: Mapped[bool] = mapped_column(Boolean, default=False)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claim_id: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    external_ref: Mapped[str | None] = mapped_column(String(120))
    result: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_detail: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # real time
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Scoped, Base):
    """One try at a delivery: redacted request and answer, outcome, duration."""

    __tablename__ = "attempt"

    delivery_id: Mapped[str] = mapped_column(ForeignKey("delivery.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # real time
    duration_ms: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(16))  # delivered, retry, gave_up, paused, released
    code: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text)
    exchange: Mapped[Any] = mapped_column(PlainJson)  # [{method, url, status, seconds}], redacted


class Timer(Scoped, Base):
    """Something to do at a moment (business time). ``entity`` is the request or order; ``n``
    counts.

    states: pending → leased → done | cancelled; a repeating timer goes back to pending.
    """

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("kind", "entity", "n"),
        Index(
            "ix_timer_due",
            "due_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_timer_leased", "lease_until", sqlite_where=_LEASED, postgresql_where=_LEASED),
        Index("ix_timer_entity", "entity"),
        Index("ix_timer_over", "due_at", "id", sqlite_where=_OVER, postgresql_where=_OVER),
    )

    kind: Mapped[str] = mapped_column(String(24))
    entity: Mapped[str] = mapped_column(String(36))
    n: Mapped[int] = mapped_column(Integer, default=1)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="pending")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claim_id: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Replay(Scoped, Base):
    """An operator's decision to do things again: who, when, which, how fast. A log; it stays."""

    __tablename__ = "replay"
    __table_args__ = (Index("ix_replay_page", "workspace_id", "id"),)

    of: Mapped[str] = mapped_column(String(16))  # deliveries or inbound
    by: Mapped[str] = mapped_column(String(100))
    filters: Mapped[Any] = mapped_column(PlainJson)
    forced: Mapped[bool] = mapped_column(Boolean)
    rate: Mapped[float] = mapped_column(Float)  # a second
    number: Mapped[int] = mapped_column(Integer)  # how many were made due
    already_applied: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReplayItem(Scoped, Base):
    """One delivery of a replay, and what it was before: a stop puts back what was not tried yet.

    ``inbound_id`` is the call, where a call is replayed; ``delivery_id`` then owes it.
    """

    __tablename__ = "replay_item"

    replay_id: Mapped[str] = mapped_column(ForeignKey("replay.id"), index=True)
    delivery_id: Mapped[str] = mapped_column(String(36), index=True)
    inbound_id: Mapped[str | None] = mapped_column(String(36), index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)  # real time
    before: Mapped[Any] = mapped_column(PlainJson)  # {state, attempts, uncertain, …}


class Lease(Base):
    """Work that must be single (probes, retention): who holds it until when (real time)."""

    __tablename__ = "lease"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str] = mapped_column(String(80))
    holder: Mapped[str] = mapped_column(String(36))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
