"""Rows of what hosted providers keep for us: one agreement for each request and provider."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import PlainJson, SealedJson, UtcDateTime

_UNDER_WAY = text("status IN ('placing', 'standing')")


class HostedAgreement(Scoped, Base):
    """One request at one hosted provider (``contracts.agreements``). ``number`` counts a request's
    agreements; ``current`` is NULL once the request has moved to another provider.

    status: placing, standing (people can read and sign there), over (final there), withdrawn,
    lost (gone there). ``reference`` is the provider's id, empty before it has one. ``placed`` is
    ``contracts.agreements.Placed`` as data; its links let somebody in. ``word`` and ``state`` are
    the last survey's, ``survey`` what else it told. ``file_sha256`` is what was handed over,
    ``signed_sha256`` what came back, ``parts`` the provider's own proof, all in the object store.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        UniqueConstraint("request_id", "current"),
        Index("ix_agreement_reference", "workspace_id", "provider", "reference"),
        Index(
            "ix_agreement_under_way",
            "workspace_id",
            "provider",
            "id",
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    provider: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(Integer)
    current: Mapped[bool | None] = mapped_column(Boolean)
    external_id: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(200), default="")
    placed: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    file_size: Mapped[int] = mapped_column(Integer, default=0)
    choices: Mapped[Any] = mapped_column(SealedJson, nullable=True)  # boxes that can be ticked
    word: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="")
    survey: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last known to be so
    surveyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # and everything about it
    signed_sha256: Mapped[str | None] = mapped_column(String(64))
    parts: Mapped[Any] = mapped_column(PlainJson, nullable=True)  # [{name, media_type, sha256}]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
