"""Reads the names of a table's fields from its upstream and keeps them for lint; never values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.contracts.connector import Connector
from hub.contracts.manifest import Manifest, PluginKind
from hub.contracts.plugin import PluginContext
from hub.contracts.records import RecordRef
from hub.kernel.errors import ConfigurationError, Unsupported
from hub.registry import InstanceKey, Registry
from hub.services.inspection import Files
from hub.services.known_tables import declared_fields
from hub.services.office import with_kept
from hub.settings.known_fields import FOLDER, fields_file, write_fields


@dataclass(frozen=True)
class Discovered:
    """What was read, and what it changes. ``partly``: the names are those of one record, which
    may lack some; so names known before were kept."""

    file: Path
    names: frozenset[str]
    new: frozenset[str]
    gone: frozenset[str]
    partly: bool


def discover(
    files: Files, where: InstanceKey, table: str, record_id: str | None
) -> Discovered | None:
    """Ask the upstream and write the file; None where nothing is to be asked, because the settings
    or the connector itself name the fields. Raises ``ConfigurationError``, ``Unsupported`` where
    only a record can tell, and what the connector raises."""
    if files.registry.manifest(where).kind is not PluginKind.CONNECTOR:
        raise ConfigurationError(f"'{where.key}' is no connector; only those have tables")
    if declared_fields(files.registry, where, table):
        return None
    registry = Registry(
        files.registry.manifests,
        with_kept(files.folder, files.workspaces),
        lambda at, one: _context(files, at, one),
    )
    try:
        names = _names(registry.connector(where), table, record_id)
    finally:
        registry.close()
    return _keep(files, where, table, names, partly=record_id is not None)


def _context(files: Files, where: InstanceKey, manifest: Manifest) -> PluginContext:
    if manifest.needs:
        raise Unsupported(f"{where.key} lives in the hub; nothing of it can be discovered")
    return PluginContext(where.key, where.workspace, files.environment)


def _names(connector: Connector, table: str, record_id: str | None) -> Collection[str]:
    if record_id is None:
        return connector.describe(table)
    return connector.fetch(connector.canonical(RecordRef(table, record_id))).fields


def _keep(
    files: Files, where: InstanceKey, table: str, names: Collection[str], *, partly: bool
) -> Discovered:
    former: Mapping[str, Collection[str]] = files.fields.get(f"{where.workspace}.{where.key}", {})
    before = frozenset(former.get(table, ()))
    now = frozenset(names) | (before if partly else frozenset())
    path = fields_file(files.folder / FOLDER, where.workspace, where.key)
    write_fields(path, {**former, table: now})
    return Discovered(path, now, now - before, before - now, partly)
