"""Rows of credentials: values that the hub keeps for its instances, and pauses that were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import SealedJson, UtcDateTime


class InstanceSecret(Scoped, Base):
    """One value that is kept for an instance.

    ``kind`` is setting (it stands over the one in the workspace's file) or plugin (the plugin's
    own, by the port ``secrets``). ``version`` counts its changes. ``over`` is a MAC of what the
    file gave when a setting was kept: once the file gives something else, that counts again.
    """

    __tablename__ = "instance_secret"
    __table_args__ = (UniqueConstraint("workspace_id", "instance", "kind", "name"),)

    instance: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    value: Mapped[Any] = mapped_column(SealedJson)
    version: Mapped[int] = mapped_column(Integer)
    over: Mapped[str | None] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)  # real time
    saved_by: Mapped[str] = mapped_column(String(120))


class InstancePause(Scoped, Base):
    """One pause of an instance for its credentials, told once: who was told, and when it ended.

    ``mail`` says what became of the mail to operations: owed, no_address or no_channel.
    """

    __tablename__ = "instance_pause"
    __table_args__ = (UniqueConstraint("workspace_id", "instance", "began_at"),)

    instance: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)  # real time: the instance's paused_at
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail: Mapped[str] = mapped_column(String(16))


class HeldRequest(Scoped, Base):
    """A request whose record was told that it waits for a paused instance; the row goes when the
    record is told that it goes on. ``seq`` is that of the event."""

    __tablename__ = "held_request"
    __table_args__ = (UniqueConstraint("pause_id", "request_id"),)

    pause_id: Mapped[str] = mapped_column(ForeignKey("instance_pause.id"))
    request_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int] = mapped_column(Integer)
