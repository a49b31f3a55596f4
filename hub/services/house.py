"""Puts the use cases together: one ``Core``, the engine with its handlers, and the facades of the
doors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hub.contracts.manifest import Manifest
from hub.contracts.plugin import PluginContext
from hub.engine import exchange
from hub.engine.embedded import Embedded
from hub.engine.engine import Engine
from hub.engine.executor import Executor
from hub.engine.retry import RetrySchedule
from hub.engine.runner import Runner
from hub.engine.settings import DestinationLimits, EngineSettings
from hub.engine.ticker import Tick
from hub.kernel.clock import Clock, FastClock, SystemClock
from hub.kernel.crypto import Vault
from hub.kernel.errors import ConfigurationError
from hub.mapping.fragments import FOLDER as FRAGMENTS
from hub.registry import InstanceKey, Registry, find_manifests
from hub.services import blob_care, evidence_owed, history, hook_care, kinds_of_work, polls, probes
from hub.services.access import KeyRing, ensure_workspaces
from hub.services.blob_care import BlobCare
from hub.services.buttons import ButtonLinks
from hub.services.canvas import CanvasDesk
from hub.services.cases import Cases
from hub.services.core import Core
from hub.services.credentials import pauses
from hub.services.credentials.kept import KeptSettings
from hub.services.credentials.port import Secrets
from hub.services.hooks import Hooks
from hub.services.hosted import placing
from hub.services.links import Links, stored_in
from hub.services.mappings import MappingShelf
from hub.services.paper_desk import PaperDesk
from hub.services.people import PeopleDesk
from hub.services.register import Register
from hub.services.reload import reload_files
from hub.services.retention import EVERY, Retention
from hub.services.watch import FileWatch
from hub.services.webhooks import Announcer, is_webhook, limits_of
from hub.settings import (
    HubSettings,
    database_url,
    load_hub_settings,
    load_workspaces,
    make_private,
    redis_url,
    secret_keys,
)
from hub.settings.known_fields import FOLDER as FIELDS
from hub.storage.db import Database
from hub.storage.migrate import upgrade
from hub.toolkit import http


class CustomerDesk(Cases, CanvasDesk, PaperDesk, PeopleDesk):
    """``views.CustomerCases``: what the customer's pages call."""

    def __init__(self, core: Core) -> None:
        Cases.__init__(self, core)
        CanvasDesk.__init__(self, core)  # the others hold nothing of their own


@dataclass
class House:
    """Everything a door needs. ``start`` begins to work, ``stop`` ends it in good order."""

    core: Core
    engine: Engine
    customers: CustomerDesk
    buttons: ButtonLinks
    hooks: Hooks
    keys: KeyRing
    folder: Path
    retention: Retention
    blob_care: BlobCare
    _watch: FileWatch | None = field(default=None, init=False)
    _reloading: threading.Lock = field(default_factory=threading.Lock, init=False)

    def start(self, *, work: bool = True) -> None:
        """Begin to work on what is owed (without ``work``: others do), and to watch the files."""
        self.engine.start(work=work)
        hook_care.soon(self.core)
        folders = (
            self.folder / "workspaces",
            beside(self.folder, "mappings"),
            beside(self.folder, "mappings") / FRAGMENTS,
            beside(self.folder, "forms"),
            self.folder / FIELDS,
        )
        self._watch = FileWatch(folders, self.reload, follow=self._follow)
        self._watch.start()

    def stop(self) -> None:
        """Drain, release, close."""
        if self._watch is not None:
            self._watch.stop()
        self.retention.stop()
        self.blob_care.stop()
        self.engine.stop()
        self.core.registry.close()
        self.core.receivers.close()
        self.core.workshop.close()
        self.core.db.close()

    def _follow(self) -> None:
        """What other processes have chosen."""
        self.core.shelf.follow()
        self.core.follow_kept()

    def reload(self) -> None:
        """Read workspaces, mappings and forms again; on any problem the former ones stay."""
        with self._reloading:  # the watch, and callers of the API
            reload_files(self.core, self.folder)


def open_house(folder: Path, *, clock: Clock | None = None, threads: int | None = None) -> House:
    """The house behind a configuration folder: ``paraph.yaml workspaces/ forms/ mappings/``.

    ``forms`` and ``mappings`` may also stand beside the folder (``config/`` and ``mappings/`` of a
    checkout). Raises ``ConfigurationError`` with every problem of every file. ``threads`` replaces
    the setting ``workers``.
    """
    settings = load_hub_settings(folder / "paraph.yaml")
    settings = replace(settings, workers=threads or settings.workers)
    workspaces = load_workspaces(folder / "workspaces", environment=settings.environment)
    manifests = find_manifests()
    _refuse_faults(Registry(manifests, workspaces, lambda where, _: PluginContext(where.key)))
    clock = clock or make_clock(settings)
    make_private(settings)
    vault = Vault(*secret_keys(settings))
    db = Database(database_url(settings), vault)
    links = Links(vault, settings.public_url, stored_in(db))
    upgrade(db)
    ids = ensure_workspaces(db, clock, workspaces)

    def context(where: InstanceKey, manifest: Manifest) -> PluginContext:
        return plugin_context(
            settings, links, clock, where, _ports(manifest, db, vault, clock, ids, where)
        )

    registry = Registry(manifests, KeptSettings(db, vault).over(workspaces, ids), context)
    shelf = MappingShelf(
        db, clock, beside(folder, "mappings"), beside(folder, "forms"), folder / FIELDS
    )
    shelf.load(workspaces, ids, registry, starting=True)
    core = Core(settings, workspaces, ids, db, clock, vault, registry, shelf, links)
    probes.know_instances(core)
    core.follow_kept()  # from here on it is known what this process goes by
    polls.know_tables(core)
    hook_care.know_instances(core)
    history.follow(db, Announcer(core))
    http.observe(exchange.listener)
    retention = Retention(db, clock, settings)
    care = BlobCare(core)
    engine = _engine(core, retention, care)
    core.wake, core.cut_off = engine.wake, engine.cut_off
    return House(
        core, engine, CustomerDesk(core), ButtonLinks(core), Hooks(core), KeyRing(db), folder,
        retention, care,
    )  # fmt: skip


def _refuse_faults(registry: Registry) -> None:
    """Before anything is made: a start that fails leaves no database and no key behind."""
    problems = registry.check()
    if problems:
        raise ConfigurationError("the instances are not valid", problems=tuple(problems))


def make_clock(settings: HubSettings) -> Clock:
    """Real time, or a fast clock where the settings ask for one."""
    return SystemClock() if settings.clock_speed == 1 else FastClock(settings.clock_speed)


def _engine(core: Core, retention: Retention, care: BlobCare) -> Engine:
    plain = RetrySchedule()  # asked for at every claim and settling: made once

    def limits(workspace_id: str, destination: str) -> DestinationLimits:
        if is_webhook(destination):
            return limits_of(destination)
        if destination in (evidence_owed.DESTINATION, placing.COMPOSING):
            return evidence_owed.LIMITS
        try:
            one = core.registry.settings(core.instance(workspace_id, destination))
        except ConfigurationError:  # owed to an instance that was removed: it fails when tried
            return DestinationLimits()
        schedule = RetrySchedule(**one.retry) if one.retry else plain
        return DestinationLimits(one.concurrency, one.per_second, schedule, one.disable_after)

    return Engine(
        core.db,
        core.clock,
        kinds_of_work.handlers(core),
        kinds_of_work.timers(core),
        limits,
        EngineSettings(
            threads=core.settings.workers, timer_threads=max(1, core.settings.workers // 2)
        ),
        probe_due=lambda: probes.probe_due(core),
        ticks=(
            Tick("retention", EVERY, retention.sweep, at_once=True),
            Tick("blobs", blob_care.EVERY, care.run),
            Tick("pauses", pauses.EVERY, lambda: pauses.look(core)),
        ),
        executor=_executor(core.settings),
        redis_url=redis_url(core.settings),
    )


def _executor(settings: HubSettings) -> Callable[[Runner], Executor]:
    if settings.executor == "embedded" or settings.broker_url is None:
        return Embedded
    from hub.engine.dramatiq_broker import DramatiqExecutor  # with its libraries: only where used

    url = settings.broker_url
    return lambda runner: DramatiqExecutor(runner, url)


def plugin_context(
    settings: HubSettings,
    links: Links,
    clock: Clock,
    where: InstanceKey,
    ports: Mapping[str, Any],
) -> PluginContext:
    """What an instance gets from its hub."""
    return PluginContext(
        instance=where.key,
        workspace=where.workspace,
        environment=settings.environment,
        clock=SystemClock() if isinstance(clock, FastClock) else clock,
        hook_url=links.hook(where.workspace, where.key),
        hook_secret=links.hook_secret(where.workspace, where.key),
        public_host=settings.public_url.partition("://")[2].partition("/")[0],
        ports=ports,
    )


def _ports(
    manifest: Manifest,
    db: Database,
    vault: Vault,
    clock: Clock,
    ids: Mapping[str, str],
    where: InstanceKey,
) -> dict[str, Any]:
    workspace_id = ids[where.workspace]
    known: dict[str, Callable[[], Any]] = {
        "register": lambda: Register(db, clock, vault, workspace_id),
        "secrets": lambda: Secrets(db, SystemClock(), workspace_id, where.key),
    }
    unknown = [name for name in manifest.needs if name not in known]
    if unknown:
        raise ConfigurationError(f"{manifest.key}: the hub has no port '{unknown[0]}'")
    return {name: known[name]() for name in manifest.needs}


def beside(folder: Path, name: str) -> Path:
    """``name`` inside the configuration folder, else beside it."""
    inside = folder / name
    return inside if inside.is_dir() else folder.parent / name
