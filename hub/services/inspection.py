"""Everything that an administrator writes, read and checked without starting anything.

Files are read once for all workspaces. Faults come as lines, ``file:line:column: row: what; how to
mend it``; what only looks forgotten has ``warning:`` before it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.contracts.plugin import PluginContext
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.mapping.fragments import read_fragments
from hub.mapping.loader import load_forms, load_mapping
from hub.registry import Registry, find_manifests
from hub.services.house import beside
from hub.services.known_tables import known_tables
from hub.services.leftovers import leftovers, no_such_mapping
from hub.services.mappings import mapping_problems
from hub.settings import WorkspaceSettings, load_hub_settings, load_workspaces
from hub.settings.known_fields import FOLDER, Tables, load_fields


@dataclass
class Files:
    """A configuration folder. ``problems`` are the faults of what could not be read."""

    folder: Path
    mappings: Path
    environment: str = "production"
    workspaces: Mapping[str, WorkspaceSettings] = field(default_factory=dict)
    forms: Mapping[str, FormSpec] = field(default_factory=dict)
    fragments: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Tables] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _registry: Registry | None = None

    @property
    def registry(self) -> Registry:
        """The instances of all workspaces; none of them is made."""
        if self._registry is None:
            self._registry = Registry(
                find_manifests(), self.workspaces, lambda where, _: PluginContext(where.key)
            )
        return self._registry

    def collect(self, load: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """What ``load`` gives, or None; then its faults are among ``problems``."""
        try:
            return load(*arguments, **more)
        except ConfigurationError as error:
            self.problems.extend(error.problems or (error.detail,))
            return None

    def path(self, key: str) -> Path:
        """The file of a mapping."""
        return self.mappings / f"{key}.yaml"

    def load(self, workspace: WorkspaceSettings | None, key: str) -> CompiledMapping:
        """A mapping as this workspace uses it. Raises ``ConfigurationError``."""
        values = workspace.values if workspace is not None else None
        return load_mapping(self.path(key), values, self.fragments)


def read_files(folder: Path) -> Files:
    """Read everything but the mappings."""
    files = Files(folder, beside(folder, "mappings"))
    hub = files.collect(load_hub_settings, folder / "paraph.yaml")
    if hub is not None:
        files.environment = hub.environment
    read, place = files.collect, folder / "workspaces"
    files.workspaces = read(load_workspaces, place, environment=files.environment) or {}
    files.forms = read(load_forms, beside(folder, "forms")) or {}
    files.fragments = read(read_fragments, files.mappings) or {}
    files.fields = read(load_fields, folder / FOLDER) or {}
    return files


def inspect(folder: Path) -> list[str]:
    """Every fault and every warning of every file, each once."""
    with _uncollected():
        return _inspect(folder)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: all that is made stays until the end, and looking through it
    again and again takes a sixth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _inspect(folder: Path) -> list[str]:
    files = read_files(folder)
    if files.problems and not (files.workspaces and files.forms):
        return files.problems  # whatever else were told would follow from these
    files.problems += files.registry.check()
    used: dict[str, list[CompiledMapping]] = {}
    for workspace in files.workspaces.values():
        mappings = dict(_mappings(files, workspace))
        used[workspace.key] = list(mappings.values())
    files.problems += leftovers(files, used)
    return list(dict.fromkeys(files.problems))


def _mappings(files: Files, workspace: WorkspaceSettings) -> Iterator[tuple[str, CompiledMapping]]:
    tables = known_tables(files.registry, workspace.key, files.fields)
    for index, key in enumerate(workspace.mappings):
        if not files.path(key).is_file():
            files.problems.append(no_such_mapping(files, workspace, index))
            continue
        mapping = files.collect(files.load, workspace, key)
        if mapping is None:
            continue
        yield key, mapping
        found = files.collect(
            mapping_problems, mapping, workspace, files.registry, files.forms, tables
        )
        files.problems += map(str, found or ())
