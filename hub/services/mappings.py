"""The mappings and forms that are in force, and the versions that requests under way began with.

Activation is all or nothing: every file is read, checked against instances, forms and texts,
and its examples are run, before the first of them takes effect. A reload that fails leaves the
former versions active. A version that was rolled back to (``versions``) is held until its file
gives something else.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select

from hub.contracts.requests import OPEN_STATES
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.mapping.fragments import read_fragments
from hub.mapping.loader import load_forms, load_mapping
from hub.registry import Registry
from hub.services.known_tables import known_tables
from hub.services.mapping_checks import check_mapping, version_faults
from hub.services.version_rows import Place, activate, compiled
from hub.settings import WorkspaceSettings
from hub.settings.known_fields import Tables, load_fields
from hub.storage.db import Database
from hub.storage.locks import alone
from hub.storage.models import MappingVersion, Request

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
    ) -> None:
        """Read, check and activate everything. Raises ``ConfigurationError`` and changes
        nothing."""
        forms = load_forms(self._forms)
        fragments = read_fragments(self._mappings)
        discovered = load_fields(self._fields) if self._fields is not None else {}
        wanted: dict[Place, CompiledMapping] = {}
        problems: list[str] = []
        for workspace in workspaces.values():
            tables = known_tables(registry, workspace.key, discovered)
            for key in workspace.mappings:
                path = self._mappings / f"{key}.yaml"
                try:
                    mapping = load_mapping(path, workspace.values, fragments)
                    problems += check_mapping(mapping, workspace, registry, forms, tables)
                    wanted[workspace_ids[workspace.key], key] = mapping
                except ConfigurationError as error:
                    problems += error.problems or (error.detail,)
        named = {row_id: workspaces[key] for key, row_id in workspace_ids.items()}
        problems += self._held_faults(wanted, named, registry, forms, discovered)
        problems += self._forms_in_use(workspace_ids.values(), forms)
        if problems:
            raise ConfigurationError("the mappings are not valid", problems=tuple(problems))
        with self._switching:
            self._activate(wanted, forms, discovered)

    def follow(self) -> bool:
        """Take up what another process has chosen: a version that was rolled back to, or the
        file's again. Whether there was anything. What comes from files that this process has not
        read yet is left to its watch."""
        with self._switching:
            shelf = self._shelf
            query = select(
                MappingVersion.id,
                MappingVersion.workspace_id,
                MappingVersion.key,
                MappingVersion.sha256,
                MappingVersion.held_over,
            ).where(
                MappingVersion.workspace_id.in_({place[0] for place in shelf.active}),
                MappingVersion.active,
            )
            with self._db.read() as session:
                rows = session.execute(query).all()
            changed: dict[Place, ActiveMapping] = {}
            for row in rows:
                place = (row.workspace_id, row.key)
                here = shelf.active.get(place)
                chosen = row.held_over is not None or row.sha256 == shelf.filed.get(place)
                if chosen and here is not None and here.version_id != row.id:
                    changed[place] = ActiveMapping(self.version(row.id), row.id)
            if changed:
                self._shelf = replace(shelf, active={**shelf.active, **changed})
        for (_, key), one in changed.items():
            _log.info("mapping version taken up", mapping=key, sha256=one.mapping.sha256[:12])
        return bool(changed)

    def active(self, workspace_id: str, key: str) -> ActiveMapping | None:
        """The mapping in force, or None when the workspace has no such mapping."""
        return self._shelf.active.get((workspace_id, key))

    def for_source(self, workspace_id: str, instance: str, table: str) -> list[ActiveMapping]:
        """The mappings that a hook about this table of this instance triggers."""
        return [
            one
            for (workspace, _), one in self._shelf.active.items()
            if workspace == workspace_id
            and one.mapping.source_instance == instance
            and one.mapping.source_table == table
            and "webhook" in one.mapping.triggers
        ]

    @property
    def folder(self) -> Path:
        """Where the mappings' files are."""
        return self._mappings

    @property
    def forms(self) -> Mapping[str, FormSpec]:
        """Every form in force, by key."""
        return self._shelf.forms

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

    def _forms_in_use(
        self, workspace_ids: Collection[str], forms: Mapping[str, FormSpec]
    ) -> list[str]:
        # a request keeps its mapping's text but not its form's: customers are filling it in
        query = (
            select(Request.form, func.count())
            .where(Request.workspace_id.in_(workspace_ids), Request.state.in_(OPEN_STATES))
            .where(Request.form.is_not(None), Request.form.not_in(list(forms)))
            .group_by(Request.form)
            .order_by(Request.form)
        )
        with self._db.read() as session:
            return [
                f"{self._forms}: the form '{key}' is gone, but {count} open requests use it; put "
                "its file back until they have ended (new requests may use another form)"
                for key, count in session.execute(query)
            ]

    def _held_faults(
        self,
        wanted: Mapping[Place, CompiledMapping],
        workspaces: Mapping[str, WorkspaceSettings],
        registry: Registry,
        forms: Mapping[str, FormSpec],
        discovered: Mapping[str, Tables],
    ) -> list[str]:
        """What is wrong with the versions that stay active over their file's."""
        held = select(MappingVersion).where(
            MappingVersion.workspace_id.in_(workspaces),
            MappingVersion.active,
            MappingVersion.held_over.is_not(None),
        )
        with self._db.read() as session:
            rows = list(session.scalars(held))
        problems: list[str] = []
        for row in rows:
            filed = wanted.get((row.workspace_id, row.key))
            if filed is None or filed.sha256 != row.held_over:
                continue
            faults = version_faults(row, workspaces[row.workspace_id], registry, forms, discovered)
            way_out = f"'paraph rollback {row.key} {filed.sha256[:12]}' goes on with the file"
            problems += [f"{fault} (held since a rollback; {way_out})" for fault in faults]
        return problems

    def _activate(
        self,
        wanted: Mapping[Place, CompiledMapping],
        forms: Mapping[str, FormSpec],
        discovered: Mapping[str, Tables],
    ) -> None:
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
        active = {place: ActiveMapping(self.version(one), one) for place, (one, _) in ids.items()}
        filed = {place: mapping.sha256 for place, mapping in wanted.items()}
        self._shelf = _Shelf(active, forms, filed, discovered)


def open_key(active: ActiveMapping, record_id: str) -> str:
    """What makes a second open request for the same record impossible."""
    mapping = active.mapping
    return f"{mapping.key}|{mapping.source_instance}|{mapping.source_table}|{record_id}"[:300]
