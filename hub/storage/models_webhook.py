"""Rows of outgoing webhooks: who wants to be told of what happens to requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import PlainJson, SealedJson, SealedText, UtcDateTime


class WebhookSubscription(Scoped, Base):
    """A receiver of events. Its deliveries go to the destination ``webhook:<id>``.

    ``kinds`` are event kinds, NULL is all of them. ``secrets`` is ``[{"secret", "until"}]``, the
    newest first; ``until`` is the moment (real time) at which a former one stops signing.
    """

    __tablename__ = "webhook_subscription"
    __table_args__ = (Index("ix_webhook_subscription_workspace", "workspace_id"),)

    url: Mapped[str] = mapped_column(SealedText)  # paths and queries of receivers hold secrets
    kinds: Mapped[Any] = mapped_column(PlainJson, nullable=True)
    secrets: Mapped[Any] = mapped_column(SealedJson)
    description: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_code: Mapped[str | None] = mapped_column(String(64))
    disabled_detail: Mapped[str | None] = mapped_column(Text)
