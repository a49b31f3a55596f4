"""Which blobs the rows name, asked by what looks after the object store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.storage.models import (
    Attachment,
    Blob,
    Document,
    DocumentPage,
    Evidence,
    HostedAgreement,
    MessageFile,
    Viewing,
    Workspace,
)

NAMING: tuple[tuple[Any, Any], ...] = (
    (Blob, Blob.sha256),
    (Document, Document.sha256),
    (DocumentPage, DocumentPage.sha256),
    (Attachment, Attachment.sha256),
    (Attachment, Attachment.shown_sha256),
    (Viewing, Viewing.sha256),
    (MessageFile, MessageFile.sha256),
    (Evidence, Evidence.bundle_sha256),
    (Evidence, Evidence.pdf_sha256),
    (HostedAgreement, HostedAgreement.file_sha256),
    (HostedAgreement, HostedAgreement.signed_sha256),
)
"""Every column that names bytes in the object store. ``Blob`` has a row for each of them, by an
index; the others are asked beside it before anything is deleted."""


def workspaces(session: Session) -> list[str]:
    """Workspaces that have blobs."""
    some = select(Blob.id).where(Blob.workspace_id == Workspace.id).exists()
    return list(session.scalars(select(Workspace.id).where(some).order_by(Workspace.id)))


def known(session: Session, workspace_id: str, folder: str) -> dict[str, datetime | None]:
    """The blobs of a folder (the first two letters of their hashes): hash → missing since."""
    after = f"{int(folder, 16) + 1:02x}" if folder != "ff" else "g"
    rows = select(Blob.sha256, Blob.missing_at).where(
        Blob.workspace_id == workspace_id, Blob.sha256 >= folder, Blob.sha256 < after
    )
    return {row.sha256: row.missing_at for row in session.execute(rows)}


def named(session: Session, workspace_id: str, hashes: Collection[str]) -> set[str]:
    """Which of these any row names."""
    found: set[str] = set()
    for model, column in NAMING:
        mine = model.workspace_id == workspace_id
        found.update(session.scalars(select(column).where(mine, column.in_(hashes))))
    return found


def mark(
    session: Session, workspace_id: str, hashes: Collection[str], since: datetime | None
) -> None:
    """They are missing ``since``, or are there again."""
    mine = Blob.workspace_id == workspace_id, Blob.sha256.in_(hashes)
    session.execute(update(Blob).where(*mine).values(missing_at=since))


def missing(session: Session) -> dict[str, int]:
    """How many blobs that rows name are not in the object store, by workspace."""
    gone = select(Blob.workspace_id, func.count()).where(Blob.missing_at.is_not(None))
    return {row[0]: row[1] for row in session.execute(gone.group_by(Blob.workspace_id))}
