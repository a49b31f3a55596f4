"""Rows of the customer's portal: contacts, what is shared with whom, sign-ins and sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.models_core import Base, Scoped
from hub.storage.types import SealedText, UtcDateTime


class Contact(Scoped, Base):
    """Somebody whom documents are shared with: a contact of a customer, or of nobody's where the
    mapping names no customer (``customer`` is empty then, else ``<instance>/<id upstream>``).

    ``key`` is a keyed hash of the upstream's name of the contact, or of the address.
    ``email_index`` and ``mobile_index`` are keyed hashes to find it by. ``left_at``: the upstream
    names it no more among the customer's contacts.
    """

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("workspace_id", "customer", "key"),
        Index("ix_contact_email", "workspace_id", "email_index"),
        Index("ix_contact_mobile", "workspace_id", "mobile_index"),
    )

    customer: Mapped[str] = mapped_column(String(170))
    customer_name: Mapped[str] = mapped_column(SealedText)
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(SealedText)
    email: Mapped[str | None] = mapped_column(SealedText)
    mobile: Mapped[str | None] = mapped_column(SealedText)
    email_index: Mapped[str | None] = mapped_column(String(64))
    mobile_index: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Share(Scoped, Base):
    """A request that one holder may see in the portal: ``holder`` is a contact's id,
    ``customer:<customer>`` for all contacts of one, or ``public:<request id>`` for whoever has
    given the password of its public link. From ``archive_at`` on it stands in the
    archive, from ``remove_at`` on nowhere. ``audience`` is what the mapping said."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("request_id", "holder"),
        Index("ix_share_holder", "workspace_id", "holder", "request_id"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"))
    holder: Mapped[str] = mapped_column(String(180))
    audience: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remove_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PortalEntry(Scoped, Base):
    """A sign-in under way. ``address_index`` is a keyed hash of the address that was given, whether
    anybody has it or not; ``asked_by`` one of the network that asked. The link works in any
    browser, the code in the one that asked (``session_hash``) and for five tries."""

    __tablename__ = "portal_entry"
    __table_args__ = (
        Index("ix_portal_entry_address", "workspace_id", "address_index", "created_at"),
        Index("ix_portal_entry_network", "workspace_id", "asked_by", "created_at"),
        Index("ix_portal_entry_session", "session_hash"),
    )

    way: Mapped[str] = mapped_column(String(8))  # email or sms
    address: Mapped[str] = mapped_column(SealedText)
    address_index: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(64))
    session_hash: Mapped[str] = mapped_column(String(64))
    code_mac: Mapped[str] = mapped_column(String(64))
    link_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PublicLink(Scoped, Base):
    """The link by which a request is shared with whoever has its password, an argon2id hash. Only
    the SHA-256 of the link's token is kept."""

    __tablename__ = "public_link"

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), unique=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublicTry(Scoped, Base):
    """A password that was given for a link, there or not, and was not the right one.
    ``link_sha256`` is the token's, ``asked_by`` a keyed hash of the network."""

    __tablename__ = "public_try"
    __table_args__ = (
        Index("ix_public_try_network", "workspace_id", "asked_by", "created_at"),
        Index("ix_public_try_link", "workspace_id", "link_sha256", "created_at"),
    )

    link_sha256: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(64))
    session_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PortalSession(Scoped, Base):
    """Somebody who has shown to hold an address: sees what is shared with any contact that has it.
    Ends when it is idle for long, when its time is over, or by signing out. ``address_index`` is
    the address's keyed hash under the key of that day. With ``way`` public it is somebody who has
    given the password of a public link, and ``address`` is its request's id."""

    __tablename__ = "portal_session"
    __table_args__ = (Index("ix_portal_session_address", "workspace_id", "address_index"),)

    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    way: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(SealedText)
    address_index: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
