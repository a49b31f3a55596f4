"""The mappings and forms that are in force, and the versions that requests under way began with.

Activation is all or nothing: every file is read, checked against instances, forms and texts,
and its examples are run, before the first of them takes effect. A reload that fails leaves the
former versions active; a start goes on with them (``former``), since a file that somebody spoiled
must not keep the hub from what is owed. A version that was rolled back to (``versions``) is held
until its file gives something else.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.mapping.fragments import read_fragments
from hub.mapping.loader import load_forms, load_mapping
from hub.registry import Registry
from hub.services.forms_in_use import form_faults
from hub.services.known_tables import known_tables
from hub.services.mapping_checks import check_mapping, version_faults
from hub.services.version_rows import Faults, Former, Place, activate, compiled, former
from hub.settings import WorkspaceSettings
from hub.settings.known_fields import Tables, load_fields
from hub.storage.db import Database
from hub.storage.locks import alone
from hub.storage.models import MappingVersion

_log = get_logger(__name__)


@dataclass(frozen=True)
class ActiveMapping:
    """A mapping in force and the row of its version."""

    mapping: CompiledMapping
    version_id: str


@dataclass(frozen=True)
class _Shelf:
    active: Mapping[Place, ActiveMapping]
    forms: Mapping[str, FormSpec]
    filed: Mapping[Place, str]  # the hash of what the files gave
    discovered: Mapping[str, Tables]
    faults: tuple[str, ...] = ()  # of files that a start could not take
    idle: Mapping[Place, str] = field(default_factory=dict)  # not in force for that, see ``former``


class MappingShelf:
    """Reads ``mappings/*.yaml`` and ``config/forms/*.yaml`` and keeps what is in force."""

    def __init__(
        self, db: Database, clock: Clock, mappings: Path, forms: Path, fields: Path | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._mappings = mappings
        self._forms = forms
        self._fields = fields
        self._shelf = _Shelf({}, {}, {}, {})
        self._versions: dict[str, CompiledMapping] = {}
        self._lock = threading.Lock()
        self._switching = threading.Lock()  # one change of what is in force at a time

    def load(
        self,
        workspaces: Mapping[str, WorkspaceSettings],
        workspace_ids: Mapping[str, str],
        registry: Registry,
        *,
        starting: bool = False,
    ) -> None:
        """Read, check and activate everything. Raises ``ConfigurationError`` and changes nothing;
        ``starting`` after there were mappings in force, those whose file is faulty stay as they
        were (``faults``)."""
        forms = load_forms(self._forms)
        discovered, unread = self._discovered(starting)
        wanted, faulty = self._read(workspaces, workspace_ids, registry, forms, discovered)
        named = {row_id: workspaces[key] for key, row_id in workspace_ids.items()}

        def faults_of(row: MappingVersion) -> list[str]:
            return version_faults(row, named[row.workspace_id], registry, forms, discovered)

        for place, problems in self._held_faults(wanted, faults_of):
            faulty.setdefault(place, []).extend(problems)
        ids = workspace_ids.values()
        gone = form_faults(self._db, ids, forms, self._forms, self.version)
        kept = former(self._db, faulty, faults_of) if faulty and starting and not gone else None
        told = tuple(dict.fromkeys(fault for faults in faulty.values() for fault in faults))
        if gone or (faulty and kept is None):
            raise ConfigurationError("the mappings are not valid", problems=(*told, *gone))
        good = {place: mapping for place, mapping in wanted.items() if place not in faulty}
        filed = {place: mapping.sha256 for place, mapping in wanted.items()}
        with self._switching:
            active, stay = self._activate(good, kept or Former())
            idle = kept.idle if kept is not None else {}
            self._shelf = _Shelf(active, forms, filed | stay, discovered, (*told, *unread), idle)

    def _read(
        self,
        workspaces: Mapping[str, WorkspaceSettings],
        workspace_ids: Mapping[str, str],
        registry: Registry,
        forms: Mapping[str, FormSpec],
        discovered: Mapping[str, Tables],
    ) -> tuple[dict[Place, CompiledMapping], dict[Place, list[str]]]:
        """The mappings that can be read, and what is wrong with those that may not be in force."""
        unreadable: tuple[str, ...] = ()
        try:
            fragments = read_fragments(self._mappings)
        except ConfigurationError as error:
            fragments, unreadable = {}, tuple(error.problems or (error.detail,))
        wanted: dict[Place, CompiledMapping] = {}
        faulty: dict[Place, list[str]] = {}
        for workspace in workspaces.values():
            tables = known_tables(registry, workspace.key, discovered)
            for key in workspace.mappings:
                place, path = (workspace_ids[workspace.key], key), self._mappings / f"{key}.yaml"
                try:
                    wanted[place] = mapping = load_mapping(path, workspace.values, fragments)
                    problems = check_mapping(mapping, workspace, registry, forms, tables)
                except ConfigurationError as error:
                    problems = list(error.problems or (error.detail,))
                except Exception as error:  # a fault of ours: no reason to keep all others waiting
                    _log.error("mapping cannot be read", mapping=key, exc_info=error)
                    problems = [f"{path}:1:1: file: cannot be taken ({type(error).__name__})"]
                if problems or unreadable:
                    faulty[place] = [*unreadable, *problems]
        return wanted, faulty

    def _discovered(self, starting: bool) -> tuple[dict[str, Tables], tuple[str, ...]]:
        """The names of fields, which serve checks only: a start goes on without them."""
        if self._fields is None:
            return {}, ()
        try:
            return load_fields(self._fields), ()
        except ConfigurationError as error:
            if not starting:
                raise
            return {}, tuple(error.problems or (error.detail,))

    def follow(self) -> bool:
        """Take up what another process has chosen: a version that was rolled back to, or the
        file's again. Whether there was anything. What comes from files that this process has not
        read yet is left to its watch."""
        with self._switching:
            shelf = self._shelf
            row_of, mine = MappingVersion, {place[0] for place in (*shelf.active, *shelf.idle)}
            query = select(
                row_of.id, row_of.workspace_id, row_of.key, row_of.sha256, row_of.held_over
            ).where(row_of.workspace_id.in_(mine), row_of.active)
            with self._db.read() as session:
                rows = session.execute(query).all()
            changed: dict[Place, ActiveMapping] = {}
            for row in rows:
                place = (row.workspace_id, row.key)
                here = shelf.active.get(place)
                now = here.version_id if here is not None else shelf.idle.get(place)
                chosen = row.held_over is not None or row.sha256 == shelf.filed.get(place)
                if chosen and now is not None and now != row.id:
                    changed[place] = ActiveMapping(self.version(row.id), row.id)
            if changed:
                idle = {place: one for place, one in shelf.idle.items() if place not in changed}
                active = {**shelf.active, **changed}
                self._shelf = replace(shelf, active=active, idle=idle)
        for (_, key), one in changed.items():
            _log.info("mapping version taken up", mapping=key, sha256=one.mapping.sha256[:12])
        return bool(changed)

    def active(self, workspace_id: str, key: str) -> ActiveMapping | None:
        """The mapping in force, or None when the workspace has no such mapping."""
        return self._shelf.active.get((workspace_id, key))

    def for_source(
        self, workspace_id: str, instance: str, table: str, trigger: str = "webhook"
    ) -> list[ActiveMapping]:
        """The mappings that this table of this instance starts, by a hook or a poll."""
        return [
            one
            for (workspace, _), one in self._shelf.active.items()
            if workspace == workspace_id
            and one.mapping.source_instance == instance
            and one.mapping.source_table == table
            and trigger in one.mapping.triggers
        ]

    def sources(self, trigger: str) -> set[tuple[str, str, str]]:
        """Workspace id, instance and table of each source with a mapping that ``trigger``
        starts."""
        return {
            (workspace, one.mapping.source_instance, one.mapping.source_table)
            for (workspace, _), one in self._shelf.active.items()
            if trigger in one.mapping.triggers
        }

    @property
    def folder(self) -> Path:
        """Where the mappings' files are."""
        return self._mappings

    @property
    def forms(self) -> Mapping[str, FormSpec]:
        """Every form in force, by key."""
        return self._shelf.forms

    @property
    def idle(self) -> Collection[Place]:
        """Mappings that are not in force, since neither file nor former version fits."""
        return self._shelf.idle

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong in files that the start could not take; a reload takes them or refuses."""
        return self._shelf.faults

    @property
    def discovered(self) -> Mapping[str, Tables]:
        """What was read of the upstreams' tables, see ``known_tables``."""
        return self._shelf.discovered

    def form(self, key: str) -> FormSpec:
        """A form in force; those of open requests are."""
        return self._shelf.forms[key]

    def known_form(self, key: str) -> FormSpec | None:
        """A form, or None when its file went after the last request with it had ended."""
        return self._shelf.forms.get(key)

    def version(self, version_id: str) -> CompiledMapping:
        """The mapping that a request began with, compiled once."""
        found = self._versions.get(version_id)
        if found is None:
            with self._db.read() as session:
                found = compiled(session.get_one(MappingVersion, version_id))
            with self._lock:
                self._versions[version_id] = found
        return found

    def _held_faults(
        self, wanted: Mapping[Place, CompiledMapping], faults_of: Faults
    ) -> Iterator[tuple[Place, list[str]]]:
        """What is wrong with the versions that stay active over their file's."""
        held = select(MappingVersion).where(
            MappingVersion.workspace_id.in_({place[0] for place in wanted}),
            MappingVersion.active,
            MappingVersion.held_over.is_not(None),
        )
        with self._db.read() as session:
            rows = list(session.scalars(held))
        for row in rows:
            filed = wanted.get((row.workspace_id, row.key))
            if filed is None or filed.sha256 != row.held_over:
                continue
            way_out = f"'paraph rollback {row.key} {filed.sha256[:12]}' goes on with the file"
            faults = [f"{fault} (held since a rollback; {way_out})" for fault in faults_of(row)]
            if faults:
                yield (row.workspace_id, row.key), faults

    def _activate(
        self, wanted: Mapping[Place, CompiledMapping], kept: Former
    ) -> tuple[dict[Place, ActiveMapping], dict[Place, str]]:
        """What is in force now, and for those that stay what counts as their file's version."""
        with self._db.write() as session:
            alone(session, "mappings")  # processes that start at once
            ids = {
                place: activate(session, place, mapping, self._clock.now())
                for place, mapping in wanted.items()
            }
        with self._lock:
            self._versions.update(
                {version_id: wanted[place] for place, (version_id, held) in ids.items() if not held}
            )
        in_force = {place: one for place, (one, _) in ids.items()}
        in_force |= {place: row.id for place, row in kept.stay.items()}
        active = {place: ActiveMapping(self.version(one), one) for place, one in in_force.items()}
        return active, {place: row.held_over or row.sha256 for place, row in kept.stay.items()}


def open_key(active: ActiveMapping, record_id: str) -> str:
    """What makes a second open request for the same record impossible."""
    mapping = active.mapping
    return f"{mapping.key}|{mapping.source_instance}|{mapping.source_table}|{record_id}"[:300]
