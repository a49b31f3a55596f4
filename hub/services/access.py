"""Workspaces' rows and API keys: who may call the API, for which workspace."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from hub.kernel.clock import Clock
from hub.kernel.crypto import sha256_hex
from hub.kernel.ids import new_id
from hub.settings import WorkspaceSettings
from hub.storage.db import Database
from hub.storage.locks import alone
from hub.storage.models import ApiKey, Workspace

PREFIX = "pk_"
OPERATOR, TRIGGER, READ = "operator", "trigger", "read"
# What each may do.
ROLES: Mapping[str, str] = {
    OPERATOR: "Everything.",
    TRIGGER: "Only ask for requests; enough for an upstream's button.",
    READ: "Only read requests, with banners, counts of views, remarks and files.",
}


@dataclass(frozen=True)
class Caller:
    """Who calls the API."""

    workspace_id: str
    key_id: str
    role: str


def ensure_workspaces(
    db: Database, clock: Clock, workspaces: Mapping[str, WorkspaceSettings]
) -> dict[str, str]:
    """Every configured workspace has a row: key → row id."""
    with db.write() as session:
        alone(session, "workspaces")  # processes that start at once
        known = {row.key: row for row in session.scalars(select(Workspace))}
        for key, one in workspaces.items():
            if key not in known:
                known[key] = Workspace(id=new_id(), key=key, name=one.name, created_at=clock.now())
                session.add(known[key])
            known[key].name = one.name
        return {key: known[key].id for key in workspaces}


def create_key(
    db: Database, clock: Clock, workspace_id: str, name: str, role: str = OPERATOR
) -> str:
    """A new API key. It is shown this once; only its hash is kept."""
    key = PREFIX + secrets.token_urlsafe(32)
    with db.write() as session:
        session.add(
            ApiKey(
                id=new_id(),
                workspace_id=workspace_id,
                name=name,
                prefix=key[:8],
                sha256=sha256_hex(key.encode()),
                role=role,
                created_at=clock.now(),
            )
        )
    return key


def list_keys(db: Database, workspace_id: str) -> list[ApiKey]:
    """Every key of a workspace, oldest first; revoked ones too."""
    query = select(ApiKey).where(ApiKey.workspace_id == workspace_id).order_by(ApiKey.id)
    with db.read() as session:
        return list(session.scalars(query))


def revoke_key(db: Database, clock: Clock, workspace_id: str, key_id: str) -> bool:
    """End a key for good. Whether it was good until now."""
    with db.write() as session:
        row = session.get(ApiKey, key_id)
        if row is None or row.workspace_id != workspace_id or row.revoked_at is not None:
            return False
        row.revoked_at = clock.now()
        return True


class KeyRing:
    """Checks keys. Good ones are remembered for a short while, so that a busy caller costs no
    query."""

    _REMEMBERED = 1.0  # seconds; a revoked key works at most this long, in every process

    def __init__(self, db: Database) -> None:
        self._db = db
        self._good: dict[str, tuple[float, Caller]] = {}

    def check(self, key: str, at: float) -> Caller | None:
        """The caller behind ``key``, or None. ``at`` is monotonic seconds."""
        digest = sha256_hex(key.encode("utf-8", "replace"))
        known = self._good.get(digest)
        if known is not None and at - known[0] < self._REMEMBERED:
            return known[1]
        with self._db.read() as session:
            row = session.scalar(select(ApiKey).where(ApiKey.sha256 == digest))
            if row is None or row.revoked_at is not None:
                self._good.pop(digest, None)
                return None
            caller = Caller(row.workspace_id, row.id, row.role)
        if len(self._good) > 1000:
            self._good.clear()
        self._good[digest] = (at, caller)
        return caller
