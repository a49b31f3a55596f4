"""The versions of a workspace's mappings: which there are, who uses them, going back to one.

Works on the database alone, so that it serves the command line beside a running hub too. A version
that was rolled back to is active for new requests everywhere within seconds (``MappingShelf.
follow``) and is held until its file gives something else or somebody chooses again. Requests under
way keep theirs in any case.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterator
from typing import Any, Protocol

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from hub.contracts.requests import OPEN_STATES
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError, NotFound, Refused
from hub.kernel.logging import get_logger
from hub.mapping.problems import did_you_mean
from hub.services.version_rows import Faults, let_go
from hub.storage.db import Database
from hub.storage.locks import alone
from hub.storage.models import MappingVersion, Request

_log = get_logger(__name__)
SHORT = 12  # characters of a hash that people are shown
LEAST = 4  # characters of a hash that name a version
PAGE = 50
Query = Select[MappingVersion]


class HasVersions(Protocol):
    """What this needs: ``Core``, or the ``Office`` of the command line."""

    @property
    def db(self) -> Database:
        """Where the versions are."""
        ...

    @property
    def clock(self) -> Clock:
        """When something is chosen."""
        ...


class Versions:
    """Versions of one workspace."""

    def __init__(self, core: HasVersions, workspace_id: str) -> None:
        self._db, self._clock = core.db, core.clock
        self._workspace_id = workspace_id

    def mappings(self) -> list[dict[str, Any]]:
        """Each mapping with its version in force, by name."""
        query = self._rows().where(MappingVersion.active).order_by(MappingVersion.key)
        with self._db.read() as session:
            rows = list(session.scalars(query))
            requests = self._open(session, [row.id for row in rows])
        return [
            {"mapping": row.key, **_told(row), "open_requests": requests.get(row.id, 0)}
            for row in rows
        ]

    def versions(self, key: str, *, after: str | None = None) -> dict[str, Any]:
        """A page of a mapping's versions, the last one brought into force by its file first.
        Raises ``NotFound``."""
        with self._db.read() as session:
            query = self._rows(key)
            if after:
                query = query.where(_older(self._page_end(session, key, after)))
            rows = list(session.scalars(_newest_first(query).limit(PAGE + 1)))
            if not rows and not after:
                raise self._unknown(session, key)
            ids = [row.id for row in rows[:PAGE]]
            all_of, open_of = self._all(session, ids), self._open(session, ids)
        items = [
            {
                **_told(row),
                "requests": all_of.get(row.id, 0),
                "open_requests": open_of.get(row.id, 0),
                **_changed(before, row),
            }
            for row, before in zip(rows, [*rows[1:], None], strict=True)
        ]
        return {"items": items[:PAGE], "next": rows[PAGE - 1].id if len(rows) > PAGE else None}

    def find(self, prefix: str, key: str | None = None) -> MappingVersion:
        """The version whose hash begins with ``prefix``, of one mapping or of any. Raises
        ``NotFound``, or ``Refused`` where it may be several."""
        with self._db.read() as session:
            return self._find(session, prefix, key)

    def active(self, key: str) -> MappingVersion:
        """The version in force. Raises ``NotFound``."""
        with self._db.read() as session:
            row = session.scalar(self._rows(key).where(MappingVersion.active))
            if row is None:
                raise self._unknown(session, key)
            return row

    def rollback(
        self, key: str, wanted: str | None, *, by: str, faults: Faults
    ) -> tuple[MappingVersion, MappingVersion]:
        """Make the version before the one in force active for new requests, or the one whose hash
        begins with ``wanted``; that and the one before. ``faults`` tells why one cannot be in
        force here. Raises ``NotFound``, ``Refused``, and ``ConfigurationError`` with every
        fault."""
        with self._db.read() as session:
            row = self._wanted(session, key, wanted)
        found = faults(row)
        if found:
            raise ConfigurationError(
                f"version {row.sha256[:SHORT]} of {key} cannot be in force here",
                problems=tuple(found),
            )
        with self._db.write() as session:
            alone(session, "mappings")
            again, active = self._wanted(session, key, wanted), self._active(session, key)
            if again.id != row.id:
                raise Refused("another version was activated at the same moment; try again")
            over = active.held_over or active.sha256
            let_go(session, (self._workspace_id, key))
            again.active = True
            if over != again.sha256:
                again.held_over, again.held_at, again.held_by = over, self._clock.now(), by[:100]
            session.flush()
        _log.info("mapping rolled back", mapping=key, sha256=row.sha256[:SHORT])
        return again, active

    def _wanted(self, session: Session, key: str, wanted: str | None) -> MappingVersion:
        active = self._active(session, key)
        if wanted is not None:
            row = self._find(session, wanted, key)
            if row.id == active.id:
                raise Refused(
                    f"version {row.sha256[:SHORT]} of {key} is active already",
                    code="active_already",
                )
            return row
        before = session.scalar(_newest_first(self._rows(key).where(_older(active))).limit(1))
        if before is None:
            raise NotFound(f"there is no version of {key} before this one", code="unknown_version")
        return before

    def _active(self, session: Session, key: str) -> MappingVersion:
        row = session.scalar(self._rows(key).where(MappingVersion.active))
        if row is None:
            raise self._unknown(session, key)
        return row

    def _find(self, session: Session, prefix: str, key: str | None) -> MappingVersion:
        wanted = prefix.strip().lower()
        if key is not None and session.scalar(self._rows(key).limit(1)) is None:
            raise self._unknown(session, key)
        if len(wanted) < LEAST or not set(wanted) <= set("0123456789abcdef"):
            raise NotFound(
                f"'{prefix[:80]}' is no version: write the first {LEAST} or more characters of its "
                "hash (paraph versions MAPPING)",
                code="unknown_version",
            )
        named = self._rows(key).where(MappingVersion.sha256.startswith(wanted))
        rows = list(session.scalars(named.order_by(MappingVersion.sha256).limit(3)))
        if not rows:
            of = f" of {key}" if key else ""
            raise NotFound(
                f"there is no version {wanted[:80]}{of}; see paraph versions",
                code="unknown_version",
            )
        if len(rows) > 1:
            shown = ", ".join(f"{row.sha256[:SHORT]} ({row.key})" for row in rows)
            raise Refused(f"{wanted} may be: {shown}; write more of it", code="ambiguous_version")
        return rows[0]

    def _unknown(self, session: Session, key: str) -> NotFound:
        mine = MappingVersion.workspace_id == self._workspace_id
        known = session.scalars(select(MappingVersion.key).where(mine).distinct()).all()
        hint = did_you_mean(key, known) if known else "the hub has not activated any yet"
        return NotFound(f"there is no mapping '{key[:80]}'; {hint}", code="unknown_mapping")

    def _page_end(self, session: Session, key: str, after: str) -> MappingVersion:
        row = session.scalar(self._rows(key).where(MappingVersion.id == after))
        if row is None:
            raise NotFound(f"there is no page after {after[:80]}", code="unknown_version")
        return row

    def _rows(self, key: str | None = None) -> Query:
        query = select(MappingVersion).where(MappingVersion.workspace_id == self._workspace_id)
        return query if key is None else query.where(MappingVersion.key == key)

    def _all(self, session: Session, ids: Collection[str]) -> dict[str, int]:
        query = select(Request.mapping_version_id, func.count())
        query = query.where(Request.mapping_version_id.in_(ids))
        return _pairs(session, query.group_by(Request.mapping_version_id))

    def _open(self, session: Session, ids: Collection[str]) -> dict[str, int]:
        query = select(Request.mapping_version_id, func.count()).where(
            Request.workspace_id == self._workspace_id,
            Request.state.in_(OPEN_STATES),
            Request.mapping_version_id.in_(ids),
        )
        return _pairs(session, query.group_by(Request.mapping_version_id))


def _pairs(session: Session, query: Any) -> dict[str, int]:
    return {version_id: int(count) for version_id, count in session.execute(query)}


def _newest_first(query: Query) -> Query:
    return query.order_by(MappingVersion.activated_at.desc(), MappingVersion.id.desc())


def _older(row: MappingVersion) -> Any:
    """Brought into force by its file before ``row``."""
    same = and_(MappingVersion.activated_at == row.activated_at, MappingVersion.id < row.id)
    return or_(MappingVersion.activated_at < row.activated_at, same)


def _told(row: MappingVersion) -> dict[str, Any]:
    return {
        "version": row.sha256,
        "active": row.active,
        "activated_at": row.activated_at.isoformat(),
        "held_since": row.held_at.isoformat() if row.held_at else None,
        "held_by": row.held_by,
        "held_over": row.held_over,
    }


def _changed(before: MappingVersion | None, row: MappingVersion) -> dict[str, int | None]:
    """How many lines are new or gone since the version before: of its text and what it takes from
    outside."""
    if before is None:
        return {"lines_added": None, "lines_removed": None}
    matcher = difflib.SequenceMatcher(None, [*_lines(before)], [*_lines(row)], autojunk=False)
    added = removed = 0
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            removed, added = removed + b - a, added + d - c
    return {"lines_added": added, "lines_removed": removed}


def _lines(row: MappingVersion) -> Iterator[str]:
    yield from row.text.splitlines()
    outside = row.surroundings or {}
    for name, text in sorted(outside.get("fragments", {}).items()):
        yield from (f"{name}: {line}" for line in text.splitlines())
    for name, value in sorted(outside.get("values", {}).items()):
        yield f"{name}: {json.dumps(value, sort_keys=True)}"
