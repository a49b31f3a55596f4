"""Finds plugins by their manifests and makes configured instances of them, lazily.

The hub imports no connector, provider or channel by name: a folder with a ``manifest.toml`` in
one of the homes below is a plugin, and removing the folder removes it.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hub.contracts.capabilities import Capability
from hub.contracts.channel import Channel
from hub.contracts.connector import Connector
from hub.contracts.hosted import HostedProvider
from hub.contracts.manifest import Manifest, PluginKind, read_manifest
from hub.contracts.plugin import PluginContext
from hub.contracts.provider import Provider
from hub.contracts.settings import load_settings
from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger
from hub.mapping.problems import did_you_mean
from hub.settings import InstanceSettings, WorkspaceSettings

_log = get_logger(__name__)
GRACE = 600.0  # seconds for calls under way on a former instance; far longer than any may take
HOMES = ("connectors", "providers", "hub.channels")


def find_manifests(homes: tuple[str, ...] = HOMES) -> dict[str, Manifest]:
    """Every plugin, by key. Raises ``ConfigurationError`` for a bad manifest or a key used
    twice."""
    found: dict[str, Manifest] = {}
    for home in homes:
        spec = importlib.util.find_spec(home)
        for location in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(location).glob("*/manifest.toml")):
                manifest = read_manifest(path, f"{home}.{path.parent.name}")
                # "simulated" exists once per kind, so a key is unique only within its kind
                name = f"{manifest.kind}:{manifest.key}"
                if name in found:
                    raise ConfigurationError(f"{path}: there is another {name}")
                found[name] = manifest
    return found


def load_class(manifest: Manifest, path: str) -> Any:
    """The object that ``module:Name`` inside the plugin's folder stands for."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(f"{manifest.package}.{module}"), name)


@dataclass(frozen=True)
class InstanceKey:
    """Which instance of which workspace."""

    workspace: str
    key: str

    def __str__(self) -> str:
        return f"{self.workspace}/{self.key}"


class Registry:
    """All instances of all workspaces, made when first asked for and kept."""

    def __init__(
        self,
        manifests: Mapping[str, Manifest],
        workspaces: Mapping[str, WorkspaceSettings],
        context: Callable[[InstanceKey, Manifest], PluginContext],
    ) -> None:
        self.manifests = manifests
        self._workspaces = workspaces
        self._context = context
        self._made: dict[InstanceKey, Any] = {}
        self._former: list[Any] = []  # replaced, and not closed yet
        self._turns: Counter[InstanceKey] = Counter()  # how often an instance was replaced
        self._lock = threading.Lock()

    def settings(self, where: InstanceKey) -> InstanceSettings:
        """What the workspace's file says of the instance. Raises ``ConfigurationError``."""
        workspace = self._workspaces.get(where.workspace)
        if workspace is None or where.key not in workspace.instances:
            raise ConfigurationError(f"there is no instance {where} in the configuration")
        return workspace.instances[where.key]

    def manifest(self, where: InstanceKey) -> Manifest:
        """The manifest of the instance's plugin. ``plugin`` may be ``key`` or ``kind:key``."""
        one = self.settings(where)
        hits = [
            manifest
            for name, manifest in self.manifests.items()
            if one.plugin in (name, manifest.key)
        ]
        if len(hits) == 1:
            return hits[0]
        if hits:
            names = ", ".join(f"{m.kind}:{m.key}" for m in hits)
            raise ConfigurationError(f"{one.where}: plugin '{one.plugin}' may be: {names}")
        known = [manifest.key for manifest in self.manifests.values()]
        raise ConfigurationError(
            f"{one.where}: unknown plugin '{one.plugin}'; {did_you_mean(one.plugin, known)}"
        )

    def instances(self, workspace: str) -> tuple[InstanceKey, ...]:
        """Every instance of a workspace."""
        return tuple(InstanceKey(workspace, key) for key in self._workspaces[workspace].instances)

    def check(self) -> list[str]:
        """Every configured instance tried for plugin, settings and ports; the problems."""
        every = (where for key in self._workspaces for where in self.instances(key))
        return [problem for where in every for problem in self.faults(where)]

    def faults(self, where: InstanceKey) -> list[str]:
        """Why an instance cannot be made: its plugin, its settings."""
        try:
            self._settings_object(where, self.manifest(where))
        except ConfigurationError as error:
            return list(error.problems or (error.detail,))
        return []

    def declared_tables(self, where: InstanceKey) -> Mapping[str, Collection[str] | None] | None:
        """What a connector's settings say of its tables; no instance is made. Raises
        ``ConfigurationError``."""
        manifest = self.manifest(where)
        if manifest.kind is not PluginKind.CONNECTOR:
            return None
        cls: type[Connector] = load_class(manifest, manifest.class_path)
        return cls.declared_tables(self._settings_object(where, manifest))

    def connector(self, where: InstanceKey) -> Connector:
        """The instance, which must be a connector."""
        return cast(Connector, self._get(where, PluginKind.CONNECTOR))

    def provider(self, where: InstanceKey) -> Provider:
        """The instance, which must be a provider that signs on the hub's pages."""
        if self.manifest(where).can(Capability.HOSTED):
            raise ConfigurationError(f"{where} keeps documents itself: nobody signs them here")
        return cast(Provider, self._get(where, PluginKind.PROVIDER))

    def hosted(self, where: InstanceKey) -> HostedProvider:
        """The instance, which must be a provider that keeps the document itself."""
        if not self.manifest(where).can(Capability.HOSTED):
            raise ConfigurationError(f"{where} keeps no documents: it is no hosted provider")
        return cast(HostedProvider, self._get(where, PluginKind.PROVIDER))

    def channel(self, where: InstanceKey) -> Channel:
        """The instance, which must be a channel."""
        return cast(Channel, self._get(where, PluginKind.CHANNEL))

    def plugin(self, where: InstanceKey) -> Any:
        """The instance, whatever its kind (it can be probed)."""
        return self._get(where, self.manifest(where).kind)

    def turn(self, where: InstanceKey) -> int:
        """Which one after another the instance is now: another number, other settings."""
        return self._turns[where]

    def made_with(self, where: InstanceKey, settings: Mapping[str, Any]) -> Any:
        """An instance with other settings, to try them; the caller closes it. Raises
        ``ConfigurationError``."""
        manifest, one = self.manifest(where), self.settings(where)
        cls = load_class(manifest, manifest.class_path)
        loaded = load_settings(cls.Settings, settings, one.where, one.places)
        return cls(loaded, self._context(where, manifest))

    def settings_class(self, where: InstanceKey) -> type:
        """The settings dataclass of the instance's plugin."""
        manifest = self.manifest(where)
        settings: type = load_class(manifest, manifest.class_path).Settings
        return settings

    def trial(self, workspaces: Mapping[str, WorkspaceSettings]) -> Registry:
        """A registry of the same plugins on other workspaces, to check them before they count."""
        return Registry(self.manifests, workspaces, self._context)

    def adopt(self, workspaces: Mapping[str, WorkspaceSettings]) -> tuple[InstanceKey, ...]:
        """Go on with ``workspaces``. Instances whose plugin or settings changed are made anew when
        next asked for; calls under way end on the former ones, which are closed after a while.
        Which ones changed."""
        with self._lock:
            before, self._workspaces = self._workspaces, workspaces
            changed = tuple(
                where
                for key in workspaces
                for where in self.instances(key)
                if _differs(before.get(key), workspaces[key], where.key)
            )
            self._turns.update(changed)
            gone = [where for where in self._made if where.key not in self._keys(where.workspace)]
            popped = (self._made.pop(where, None) for where in (*changed, *gone))
            former = [instance for instance in popped if instance is not None]
            self._former += former
        if former:
            timer = threading.Timer(GRACE, self._close_former, [former])
            timer.daemon = True
            timer.start()
        return changed

    def close(self) -> None:
        """Close every instance that was made, former ones too."""
        with self._lock:
            made, self._made = self._made, {}
            former = list(self._former)
        for instance in made.values():
            instance.close()
        self._close_former(former)

    def _close_former(self, instances: Iterable[Any]) -> None:
        for instance in instances:
            with self._lock:
                if instance not in self._former:  # closed meanwhile
                    continue
                self._former.remove(instance)
            try:
                instance.close()
            except Exception as error:  # a plugin's bug must not keep the others open
                _log.error("former instance did not close", exc_info=error)

    def _keys(self, workspace: str) -> Mapping[str, InstanceSettings]:
        return self._workspaces[workspace].instances if workspace in self._workspaces else {}

    def _get(self, where: InstanceKey, kind: PluginKind) -> Any:
        made = self._made.get(where)
        if made is None:
            with self._lock:
                made = self._made.get(where) or self._make(where)
                self._made[where] = made
        if self.manifest(where).kind is not kind:
            raise ConfigurationError(f"{where} is a {self.manifest(where).kind}, not a {kind}")
        return made

    def _make(self, where: InstanceKey) -> Any:
        manifest = self.manifest(where)
        settings = self._settings_object(where, manifest)
        cls = load_class(manifest, manifest.class_path)
        return cls(settings, self._context(where, manifest))

    def _settings_object(self, where: InstanceKey, manifest: Manifest) -> Any:
        one = self.settings(where)
        cls = load_class(manifest, manifest.class_path)
        return load_settings(cls.Settings, one.settings, one.where, one.places)


def _differs(former: WorkspaceSettings | None, present: WorkspaceSettings, key: str) -> bool:
    before = former.instances.get(key) if former is not None else None
    after = present.instances[key]
    return before is None or (before.plugin, before.settings) != (after.plugin, after.settings)
