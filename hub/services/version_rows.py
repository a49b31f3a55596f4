"""Rows of mapping versions: what a version keeps, which one is in force, which one is held.

A version that was rolled back to is *held*: it stays active over what its file gives, until the
file gives something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.mapping.compiled import CompiledMapping
from hub.mapping.loader import compile_mapping
from hub.mapping.surroundings import Surroundings
from hub.storage.db import Database
from hub.storage.models import MappingVersion

_log = get_logger(__name__)
Place = tuple[str, str]  # workspace id, mapping key
Faults = Callable[[MappingVersion], list[str]]
"""Everything that keeps a stored version from being in force now."""


def activate(
    session: Session, place: Place, mapping: CompiledMapping, now: datetime
) -> tuple[str, bool]:
    """The id of the version in force, and whether it is one that is held over the file's."""
    workspace_id, key = place
    mine = (MappingVersion.workspace_id == workspace_id, MappingVersion.key == key)
    active = session.scalar(select(MappingVersion).where(*mine, MappingVersion.active))
    if active is not None and active.held_over == mapping.sha256:
        return active.id, True
    row = session.scalar(
        select(MappingVersion).where(*mine, MappingVersion.sha256 == mapping.sha256)
    )
    if row is not None and row is active and row.held_over is None:
        return row.id, False
    if active is not None and active.held_over is not None:
        _log.warning("rollback ended, since the file has changed", mapping=key,
                     was=active.sha256[:12])  # fmt: skip
    let_go(session, place)
    if row is None:
        row = MappingVersion(
            id=new_id(),
            workspace_id=workspace_id,
            key=key,
            sha256=mapping.sha256,
            text=mapping.text,
            surroundings=to_keep(mapping),
        )
        session.add(row)
    row.active, row.held_over, row.held_at, row.held_by = True, None, None, None
    row.activated_at = now
    session.flush()
    _log.info("mapping activated", mapping=key, sha256=mapping.sha256[:12])
    return row.id, False


@dataclass(frozen=True)
class Former:
    """What becomes of mappings that a start cannot take from their files: versions that stay, and
    places that are left without one, each with the id of the row that does not fit, if any."""

    stay: Mapping[Place, MappingVersion] = field(default_factory=dict)
    idle: Mapping[Place, str] = field(default_factory=dict)


def former(db: Database, faulty: Mapping[Place, Sequence[str]], faults_of: Faults) -> Former | None:
    """For mappings whose file is faulty, the version that is in force until now, if it is still
    good. None where nothing was in force at all, as at a first start."""
    with db.read() as session:
        rows = list(session.scalars(select(MappingVersion).where(MappingVersion.active)))
    if not rows:
        return None
    stay: dict[Place, MappingVersion] = {}
    idle = dict.fromkeys(faulty, "")
    for row in rows:
        place = (row.workspace_id, row.key)
        if place not in faulty:
            continue
        if faults_of(row):
            idle[place] = row.id
        else:
            stay[place] = row
            del idle[place]
    for place, faults in faulty.items():
        version = stay[place].sha256[:12] if place in stay else "none"
        _log.error("mapping is faulty", mapping=place[1], goes_on_with=version, problems=faults)
    return Former(stay, idle)


def let_go(session: Session, place: Place) -> None:
    """No version of the mapping is active any more, until another one is."""
    workspace_id, key = place
    session.execute(
        update(MappingVersion)
        .where(MappingVersion.workspace_id == workspace_id, MappingVersion.key == key)
        .values(active=False, held_over=None, held_at=None, held_by=None)
    )


def to_keep(mapping: CompiledMapping) -> dict[str, Any] | None:
    """What a version keeps beside its text; None when the text is all there is."""
    fragments, values = dict(mapping.document.fragments), dict(mapping.values)
    return {"fragments": fragments, "values": values} if fragments or values else None


def kept(stored: Mapping[str, Any] | None) -> Surroundings:
    """What ``to_keep`` gave."""
    return Surroundings(**stored) if stored else Surroundings()


def compiled(row: MappingVersion) -> CompiledMapping:
    """A version as it was stored. Raises ``ConfigurationError`` where it cannot be read here."""
    return compile_mapping(row.text, row.key, kept(row.surroundings))
