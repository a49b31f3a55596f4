"""Makes every simulator, gives it its surroundings, starts and stops them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from hub.contracts.manifest import Manifest, PluginKind
from hub.contracts.sandbox import Mail, PhoneMessage, Sandbox, SandboxContext
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger
from hub.sandbox.inbox import Inbox
from hub.sandbox.ports import StablePorts
from hub.sandbox.timestamps import TimestampAuthority

RESERVED = frozenset({"phone", "mailbox", "static", "_control", "health", "timestamps"})

_log = get_logger(__name__)


class SandboxHouse:
    """All simulators of one sandbox process; ``simulators`` holds them by their plugin's key."""

    def __init__(
        self, manifests: Sequence[Manifest], folder: Path, base_url: str, clock: Clock
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self.phone: Inbox[PhoneMessage] = Inbox()
        self.mailbox: Inbox[Mail] = Inbox()
        self.links: dict[str, str] = {}
        self.manifests = {manifest.key: manifest for manifest in manifests if manifest.sandbox}
        self._folder = folder
        self._ports = StablePorts(folder / "ports.json")
        self._running = ExitStack()
        _check_keys([manifest for manifest in manifests if manifest.sandbox])
        self.timestamps = TimestampAuthority(
            SandboxContext(f"{self.base_url}/timestamps", folder / "timestamps", clock)
        )
        self.simulators = {key: self._make(manifest) for key, manifest in self.manifests.items()}

    def start(self) -> None:
        """Start every simulator's own servers; if one cannot, none stays up."""
        with ExitStack() as running:
            for key, simulator in self.simulators.items():
                running.callback(self._stop_one, key)
                simulator.start()
            self._running = running.pop_all()

    def stop(self) -> None:
        """Stop them all, last one first; may be called twice."""
        self._running.close()

    def reset(self) -> None:
        """Empty phone and mailbox and let every simulator forget what happened."""
        self.phone.clear()
        self.mailbox.clear()
        self.timestamps.reset()
        for simulator in self.simulators.values():
            simulator.reset()

    def connect(
        self,
        links: Mapping[str, str],
        hooks: Mapping[str, str],
        own: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Tell the simulators where the hub is: ``links`` holds ``hub`` and what else the start
        page is to show, ``hooks`` the hook address of each simulator by its key, ``own`` what else
        is meant for one only, such as its button links."""
        self.links = dict(links)
        for key, simulator in self.simulators.items():
            hook = {"hook": hooks[key]} if key in hooks else {}
            simulator.connect({**self.links, **own.get(key, {}), **hook})

    def settings(self) -> dict[str, dict[str, Any]]:
        """For each simulator: the kind of its plugin, and the settings that reach it."""
        return {
            key: {"kind": self.manifests[key].kind.value, "settings": dict(simulator.settings())}
            for key, simulator in self.simulators.items()
        }

    def of_kind(self, kind: PluginKind) -> list[tuple[str, Sandbox]]:
        """Key and simulator of every plugin of this kind."""
        return [
            (key, simulator)
            for key, simulator in self.simulators.items()
            if self.manifests[key].kind is kind
        ]

    def _make(self, manifest: Manifest) -> Sandbox:
        module, _, name = (manifest.sandbox or "").partition(":")
        try:
            made = getattr(import_module(f"{manifest.package}.{module}"), name)
        except (ImportError, AttributeError) as error:
            raise ConfigurationError(
                f"{manifest.folder / 'manifest.toml'}: sandbox '{manifest.sandbox}' cannot be "
                f"loaded: {error}"
            ) from error
        folder = self._folder / manifest.key
        folder.mkdir(parents=True, exist_ok=True)
        context = SandboxContext(
            base_url=f"{self.base_url}/{manifest.key}",
            folder=folder,
            clock=self.clock,
            show_sms=self.phone.add,
            show_mail=self.mailbox.add,
            free_port=partial(self._port, manifest.key),
        )
        simulator: Sandbox = made(context)
        return simulator

    def _port(self, key: str, name: str) -> int:
        return self._ports.port(f"{key}.{name}")

    def _stop_one(self, key: str) -> None:
        try:
            self.simulators[key].stop()
        except Exception:
            # One that cannot stop must not keep the others up.
            _log.exception("simulator_did_not_stop", plugin=key)


def _check_keys(manifests: Sequence[Manifest]) -> None:
    problems, seen = [], dict[str, Manifest]()
    for manifest in manifests:
        if manifest.key in RESERVED:
            problems.append(f"{manifest.folder}: '{manifest.key}' is an address of the sandbox")
        if manifest.key in seen:
            problems.append(f"{manifest.folder}: same key as {seen[manifest.key].folder}")
        seen[manifest.key] = manifest
    if problems:
        raise ConfigurationError("simulators cannot be mounted", problems=tuple(problems))
