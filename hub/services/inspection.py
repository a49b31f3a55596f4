"""Everything that an administrator writes, read and checked without starting anything.

Files are read once for all workspaces. Faults come as lines, ``file:line:column: row: what; how to
mend it``; what only looks forgotten has ``warning:`` before it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from hub.contracts.plugin import PluginContext
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.mapping.fragments import read_fragments
from hub.mapping.loader import load_forms, load_mapping
from hub.registry import InstanceKey, Registry, find_manifests
from hub.services.house import beside
from hub.services.known_tables import known_tables
from hub.services.leftovers import Taken, leftovers, no_such_mapping, taken
from hub.services.mapping_checks import mapping_problems
from hub.settings import WorkspaceSettings, load_hub_settings, load_workspaces
from hub.settings.known_fields import FOLDER, Tables, load_fields

MANY = 40  # mappings from which on every processor is used


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
    """Every fault and every warning of every file, each once. Many mappings are looked at by
    processes of their own: call it where no other threads run."""
    files = read_files(folder)
    if files.problems and not (files.workspaces and files.forms):
        return files.problems  # whatever else were told would follow from these
    files.problems += _instances(files)
    wanted = [
        (workspace.key, index)
        for workspace in files.workspaces.values()
        for index in range(len(workspace.mappings))
    ]
    used: dict[str, list[Taken]] = {key: [] for key in files.workspaces}
    for (key, _), looked in zip(wanted, _look_at_all(files, wanted), strict=True):
        files.problems += looked.problems
        used[key] += looked.taken
    files.problems += leftovers(files, used)
    return list(dict.fromkeys(files.problems))


def _instances(files: Files) -> Iterator[str]:
    """Every fault of an instance. In the demo's environment one without settings has none, since
    ``paraph demo`` fills them in."""
    registry = files.registry
    for where in (each for key in files.workspaces for each in registry.instances(key)):
        faults, one = registry.faults(where), registry.settings(where)
        if not faults or files.environment != "demo" or one.settings or not _known(registry, where):
            yield from faults
            continue
        message = "it has no settings, so only 'paraph demo' can use it"
        mend = "write them under 'settings' for anything else"
        yield f"{one.where}: instances.{where.key}: warning: {message}; {mend}"


def _known(registry: Registry, where: InstanceKey) -> bool:
    try:
        registry.manifest(where)
    except ConfigurationError:
        return False
    return True


@dataclass(frozen=True)
class _Looked:
    """One mapping of one workspace: what is wrong, and what it takes if it could be read."""

    problems: tuple[str, ...]
    taken: tuple[Taken, ...] = ()


class _Eyes:
    """Looks at mappings; each process has one."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._tables = {
            key: known_tables(files.registry, key, files.fields) for key in files.workspaces
        }

    def look(self, wanted: tuple[str, int]) -> _Looked:
        """A workspace's key, and which of its mappings."""
        key, index = wanted
        files, workspace = self._files, self._files.workspaces[key]
        name = workspace.mappings[index]
        if not files.path(name).is_file():
            return _Looked((no_such_mapping(files, workspace, index),))
        try:
            mapping = files.load(workspace, name)
            found = mapping_problems(
                mapping, workspace, files.registry, files.forms, self._tables[key]
            )
        except ConfigurationError as error:
            return _Looked(error.problems or (error.detail,))
        return _Looked(tuple(map(str, found)), (taken(mapping),))


_eyes: list[_Eyes] = []  # of a process that only looks


def _look_at_all(files: Files, wanted: list[tuple[str, int]]) -> Iterable[_Looked]:
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(wanted) < MANY or processors < 2:
        return map(_Eyes(files).look, wanted)
    forked = get_context("fork")  # so that nothing has to be read again
    with ProcessPoolExecutor(processors, forked, _begin, (_Eyes(files),)) as pool:
        return list(pool.map(_look, wanted, chunksize=8))


def _begin(eyes: _Eyes) -> None:
    _eyes[:] = [eyes]


def _look(wanted: tuple[str, int]) -> _Looked:
    return _eyes[0].look(wanted)
