"""What it takes to try a mapping out: files, plugins and forms. Nothing is activated, migrated or
stored, so that an integrator may try anything beside a running hub, or before its first start."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from hub.contracts.capabilities import Capability
from hub.contracts.manifest import Manifest
from hub.contracts.plugin import PluginContext
from hub.kernel.clock import Clock
from hub.kernel.crypto import Vault
from hub.kernel.errors import ConfigurationError, NotFound
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.mapping.loader import load_forms, load_mapping
from hub.mapping.problems import did_you_mean
from hub.registry import InstanceKey, Registry, find_manifests
from hub.services.core import Core
from hub.services.credentials.port import Secrets
from hub.services.drafts import compile_draft, compile_text, is_file_name
from hub.services.house import beside, make_clock, plugin_context
from hub.services.links import Links
from hub.services.office import open_office, with_kept
from hub.services.register import Register
from hub.settings import HubSettings, WorkspaceSettings, load_hub_settings, load_workspaces
from hub.settings import secret_keys as keys_of
from hub.settings.known_fields import FOLDER as FIELDS
from hub.settings.known_fields import Tables, load_fields
from hub.storage.db import Database
from hub.storage.models import MappingVersion

Calling = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class InForce:
    """The version of a mapping that new requests begin with; ``held`` over its file's since a
    rollback."""

    sha256: str
    held: bool


def _nothing(key: str) -> InForce | None:
    return None


@contextmanager
def _freely(instance: str) -> Iterator[None]:
    yield


@dataclass(frozen=True)
class Study:
    """One workspace as its files have it. ``calling`` surrounds each call to an instance;
    ``in_force`` tells what the hub uses of a mapping, where there is a hub."""

    workspace: WorkspaceSettings
    registry: Registry
    forms: Mapping[str, FormSpec]
    clock: Clock
    public_url: str
    mappings: Path
    discovered: Mapping[str, Tables] = field(default_factory=dict)
    calling: Calling = _freely
    closing: list[Callable[[], None]] = field(default_factory=list)
    in_force: Callable[[str], InForce | None] = _nothing

    def instance(self, key: str) -> InstanceKey:
        """Which instance ``key`` is here."""
        return InstanceKey(self.workspace.key, key)

    def file(self, name: str) -> Path:
        """The file of a mapping, by its key or by its path. Raises ``NotFound``."""
        path = Path(name) if is_file_name(name) else self.mappings / f"{name}.yaml"
        if path.is_file():
            return path
        known = sorted(one.stem for one in self.mappings.glob("*.yaml"))
        raise NotFound(
            f"there is no mapping '{name[:200]}'; {did_you_mean(Path(name).stem, known)}",
            code="unknown_mapping",
        )

    def mapping(self, name: str) -> CompiledMapping:
        """A mapping as its file has it now, in force or not. Raises ``NotFound``, and
        ``ConfigurationError`` with every fault."""
        path = self.file(name)
        if is_file_name(name):
            return compile_draft(path, self.workspace.values, self.mappings)
        return load_mapping(path, self.workspace.values)

    def compiled(self, file: Path, text: str) -> CompiledMapping:
        """The text of a mapping, as if ``file`` had it. Raises ``ConfigurationError``."""
        return compile_text(text, file, self.workspace.values, self.mappings)

    def title(self, key: str) -> str:
        """What people call the plugin behind an instance; empty for one that is not there."""
        try:
            return self.registry.manifest(self.instance(key)).title
        except ConfigurationError:
            return ""

    def can(self, provider: str, capability: Capability) -> bool:
        """Whether a provider declares it; one that is not configured cannot do anything."""
        try:
            return self.registry.manifest(self.instance(provider)).can(capability)
        except ConfigurationError:
            return False

    def close(self) -> None:
        """Give back what was opened."""
        self.registry.close()
        for close in self.closing:
            close()


def open_study(folder: Path, choose: Callable[[dict[str, str]], str]) -> Study:
    """The study of one workspace of a configuration folder; ``choose`` says which, of a dictionary
    with their keys. Raises ``ConfigurationError`` with every problem."""
    settings = load_hub_settings(folder / "paraph.yaml")
    workspaces = load_workspaces(folder / "workspaces", environment=settings.environment)
    key = choose({name: name for name in workspaces})
    clock, links = make_clock(settings), Links(_vault(settings), settings.public_url)
    closing: list[Callable[[], None]] = []

    def context(where: InstanceKey, manifest: Manifest) -> PluginContext:
        ports = _ports(folder, manifest.needs, where, closing)
        return plugin_context(settings, links, clock, where, ports)

    mine = with_kept(folder, {key: workspaces[key]})
    registry = Registry(find_manifests(), mine, context)
    problems = registry.check()
    if problems:
        raise ConfigurationError("the instances are not valid", problems=tuple(problems))
    return Study(
        workspaces[key],
        registry,
        load_forms(beside(folder, "forms")),
        clock,
        links.public_url,
        beside(folder, "mappings"),
        load_fields(folder / FIELDS),
        closing=closing,
        in_force=lambda mapping: _stored(folder, key, mapping),
    )


def study_of(core: Core, workspace_id: str) -> Study:
    """The study of a workspace of a running hub; calls wait their turn with those of its pages."""

    def calling(instance: str) -> AbstractContextManager[None]:
        return core.outgoing.call(workspace_id, instance)

    return Study(
        core.workspace(workspace_id),
        core.registry,
        core.shelf.forms,
        core.clock,
        core.links.public_url,
        core.shelf.folder,
        core.shelf.discovered,
        calling,
        in_force=lambda mapping: _active(core.db, workspace_id, mapping),
    )


def _stored(folder: Path, workspace: str, mapping: str) -> InForce | None:
    """What the hub of this folder uses; nothing where none has begun, or its database is away."""
    try:
        office = open_office(folder)
    except (ConfigurationError, SQLAlchemyError):
        return None
    try:
        return _active(office.db, office.workspace_ids.get(workspace, ""), mapping)
    finally:
        office.db.close()


def _active(db: Database, workspace_id: str, mapping: str) -> InForce | None:
    mine = (MappingVersion.workspace_id == workspace_id, MappingVersion.key == mapping)
    with db.read() as session:
        row = session.scalar(select(MappingVersion).where(*mine, MappingVersion.active))
        return None if row is None else InForce(row.sha256, row.held_over is not None)


def _vault(settings: HubSettings) -> Vault:
    """The installation's, or one for the while: nothing that it makes is kept."""
    if settings.secret_keys or (Path(settings.data_folder) / "secret.key").exists():
        return Vault(*keys_of(settings))
    return Vault(secrets.token_urlsafe(48))


def _ports(
    folder: Path, needs: Collection[str], where: InstanceKey, closing: list[Callable[[], None]]
) -> dict[str, Any]:
    """What an instance needs of the hub's database."""
    if not needs:
        return {}
    office = open_office(folder)
    closing.append(office.db.close)
    workspace_id = office.workspace_ids.get(where.workspace)
    if workspace_id is None:
        raise ConfigurationError(f"the hub has not begun with {where.workspace}; start it first")
    known: dict[str, Any] = {
        "register": Register(office.db, office.clock, office.db.vault, workspace_id),
        "secrets": Secrets(office.db, office.clock, workspace_id, where.key),
    }
    return {name: known[name] for name in needs}
