"""Rows of an installation: workspaces, keys, instances, mapping versions, what came in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from hub.kernel.ids import new_id
from hub.storage.types import PlainJson, SealedText, UtcDateTime


class Base(DeclarativeBase):
    """Root of all models. Every row has a UUIDv7 id, in the order of creation."""

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)


class Scoped:
    """A row that belongs to one workspace (requirement F9). What people leaf through has an index
    over workspace and id; the rest is found by other columns."""

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))


class Workspace(Base):
    """One organisation served by this installation."""

    __tablename__ = "workspace"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKey(Scoped, Base):
    """A key for the API. Only its SHA-256 is kept; ``prefix`` helps a person to tell keys apart."""

    __tablename__ = "api_key"

    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16), default="operator")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Instance(Scoped, Base):
    """One configured plugin: its condition. Its settings stand in the workspace's file."""

    __tablename__ = "instance"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    key: Mapped[str] = mapped_column(String(64))
    plugin: Mapped[str] = mapped_column(String(64))
    paused_code: Mapped[str | None] = mapped_column(String(64))
    paused_detail: Mapped[str | None] = mapped_column(Text)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it last went on
    probed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    probe_ok: Mapped[bool | None] = mapped_column(Boolean)
    probe_text: Mapped[str | None] = mapped_column(Text)
    probe_final: Mapped[bool | None] = mapped_column(Boolean)  # a person must mend it
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the first of them
    breaker_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rate_full_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # see engine.rates


class MappingVersion(Scoped, Base):
    """An immutable mapping text; requests pin the one they began with.

    ``activated_at`` is when its file last brought it into force. A version that was rolled back to
    stays active over the file's: ``held_over`` is the hash of what the file gave then.
    """

    __tablename__ = "mapping_version"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key", "sha256"),
        Index(
            "ix_mapping_version_active",
            "workspace_id",
            "key",
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
    )

    key: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    # {"fragments": name → text, "values": name → value}, as they were; None: it takes nothing
    surroundings: Mapped[Any] = mapped_column(PlainJson, nullable=True)
    active: Mapped[bool] = mapped_column(Boolean, default=False)
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_over: Mapped[str | None] = mapped_column(String(64))
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_by: Mapped[str | None] = mapped_column(String(100))


class Inbound(Scoped, Base):
    """A call from outside, as received. ``dedupe`` makes the same call count once.

    ``mapping`` and ``about`` are what the verified call spoke of, so that it can be replayed
    without the credentials that came with it, which are never stored.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("workspace_id", "dedupe"),
        Index("ix_inbound_received", "workspace_id", "received_at"),
        Index("ix_inbound_page", "workspace_id", "id"),
    )

    source: Mapped[str] = mapped_column(String(16))  # api, button, hook or poll
    instance: Mapped[str | None] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(String(300))
    headers: Mapped[Any] = mapped_column(PlainJson)  # redacted
    body: Mapped[str | None] = mapped_column(SealedText)
    verified: Mapped[bool] = mapped_column(Boolean, default=True)
    dedupe: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(40))
    request_id: Mapped[str | None] = mapped_column(String(36), index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    mapping: Mapped[str | None] = mapped_column(String(100))
    about: Mapped[Any] = mapped_column(PlainJson, nullable=True)  # {"records": …} or {"reports": …}
