"""The mappings and forms that are in force, and the versions that requests under way began with.

Activation is all or nothing: every file is read, checked against instances, forms and texts,
and its examples are run, before the first of them takes effect. A reload that fails leaves the
former versions active.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.contracts.manifest import Manifest
from hub.contracts.requests import OPEN_STATES
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.mapping.compiled import CompiledMapping
from hub.mapping.examples import run_examples
from hub.mapping.forms import FormSpec
from hub.mapping.lint import lint
from hub.mapping.loader import compile_mapping, load_forms, load_mapping
from hub.mapping.surroundings import Surroundings
from hub.registry import InstanceKey, Registry
from hub.settings import WorkspaceSettings
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
    active: Mapping[tuple[str, str], ActiveMapping]  # (workspace id, mapping key)
    forms: Mapping[str, FormSpec]


class MappingShelf:
    """Reads ``mappings/*.yaml`` and ``config/forms/*.yaml`` and keeps what is in force."""

    def __init__(self, db: Database, clock: Clock, mappings: Path, forms: Path) -> None:
        self._db = db
        self._clock = clock
        self._mappings = mappings
        self._forms = forms
        self._shelf = _Shelf({}, {})
        self._versions: dict[str, CompiledMapping] = {}
        self._lock = threading.Lock()

    def load(
        self,
        workspaces: Mapping[str, WorkspaceSettings],
        workspace_ids: Mapping[str, str],
        registry: Registry,
    ) -> None:
        """Read, check and activate everything. Raises ``ConfigurationError`` and changes
        nothing."""
        forms = load_forms(self._forms)
        wanted: dict[tuple[str, str], CompiledMapping] = {}
        problems: list[str] = []
        for workspace in workspaces.values():
            for key in workspace.mappings:
                try:
                    mapping = load_mapping(self._mappings / f"{key}.yaml", workspace.values)
                    problems += check_mapping(mapping, workspace, registry, forms)
                    wanted[workspace_ids[workspace.key], key] = mapping
                except ConfigurationError as error:
                    problems += error.problems or (error.detail,)
        problems += self._forms_in_use(workspace_ids.values(), forms)
        if problems:
            raise ConfigurationError("the mappings are not valid", problems=tuple(problems))
        self._activate(wanted, forms)

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
                row = session.get_one(MappingVersion, version_id)
                found = compile_mapping(row.text, row.key, kept(row.surroundings))
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

    def _activate(
        self, wanted: Mapping[tuple[str, str], CompiledMapping], forms: Mapping[str, FormSpec]
    ) -> None:
        with self._db.write() as session:
            alone(session, "mappings")  # processes that start at once
            active = {
                place: ActiveMapping(mapping, self._activate_one(session, place, mapping))
                for place, mapping in wanted.items()
            }
        with self._lock:
            self._versions.update({one.version_id: one.mapping for one in active.values()})
        self._shelf = _Shelf(active, forms)

    def _activate_one(
        self, session: Session, place: tuple[str, str], mapping: CompiledMapping
    ) -> str:
        workspace_id, key = place
        mine = (MappingVersion.workspace_id == workspace_id, MappingVersion.key == key)
        row = session.scalar(
            select(MappingVersion).where(*mine, MappingVersion.sha256 == mapping.sha256)
        )
        if row is not None and row.active:
            return row.id
        session.execute(update(MappingVersion).where(*mine).values(active=False))
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
        row.active = True
        row.activated_at = self._clock.now()
        session.flush()
        _log.info("mapping activated", mapping=key, sha256=mapping.sha256[:12])
        return row.id


def to_keep(mapping: CompiledMapping) -> dict[str, Any] | None:
    """What a version keeps beside its text; None when the text is all there is."""
    fragments, values = dict(mapping.document.fragments), dict(mapping.values)
    return {"fragments": fragments, "values": values} if fragments or values else None


def kept(stored: Mapping[str, Any] | None) -> Surroundings:
    """What ``to_keep`` gave."""
    return Surroundings(**stored) if stored else Surroundings()


def open_key(active: ActiveMapping, record_id: str) -> str:
    """What makes a second open request for the same record impossible."""
    mapping = active.mapping
    return f"{mapping.key}|{mapping.source_instance}|{mapping.source_table}|{record_id}"[:300]


def check_mapping(
    mapping: CompiledMapping,
    workspace: WorkspaceSettings,
    registry: Registry,
    forms: Mapping[str, FormSpec],
) -> list[str]:
    """Everything that is wrong with a mapping in this workspace: lint, then its examples."""
    instances: dict[str, Manifest] = {
        key: registry.manifest(InstanceKey(workspace.key, key)) for key in workspace.instances
    }
    found = [
        str(problem)
        for problem in lint(
            mapping,
            instances=instances,
            forms=forms,
            texts=workspace.texts,
            source_fields=None,
        )
        if problem.severity == "error"
    ]
    if found:
        return found
    return [str(result) for result in run_examples(mapping) if not result.passed]
