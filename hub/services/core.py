"""What every use case needs, in one bundle made by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from hub.kernel.clock import Clock, Jumps
from hub.kernel.crypto import Vault
from hub.registry import InstanceKey, Registry
from hub.services.credentials.kept import KeptSettings
from hub.services.links import Links
from hub.services.mappings import MappingShelf
from hub.services.outgoing import Outgoing
from hub.services.receivers import Receivers
from hub.services.workshop import Workshop
from hub.settings import HubSettings, WorkspaceSettings, outgoing_guard
from hub.storage.db import Database
from hub.storage.group_commit import GroupCommit
from hub.toolkit.guard import Guard


@dataclass
class Core:
    """Settings, clock, database, plugins, mappings. ``wake`` tells the engine that work is
    there, ``cut_off`` whether other processes do not hear of it. ``refused`` counts the faults for
    which the last reload took nothing."""

    settings: HubSettings
    workspaces: dict[str, WorkspaceSettings]
    workspace_ids: dict[str, str]  # key → row id
    db: Database
    clock: Clock
    vault: Vault
    registry: Registry
    shelf: MappingShelf
    links: Links
    wake: Callable[[], None] = field(default=lambda: None)
    cut_off: Callable[[], bool] = field(default=lambda: False)
    refused: int = field(init=False, default=0)
    outgoing: Outgoing = field(init=False)  # calls from web threads
    jumps: Jumps = field(init=False)  # of this machine's clock
    group: GroupCommit = field(init=False)  # small writes of many threads, in shared commits
    kept: KeptSettings = field(init=False)  # of instances, over those in the files
    guard: Guard = field(init=False)  # where calls to addresses that callers name may go
    receivers: Receivers = field(init=False)
    workshop: Workshop = field(init=False)  # where papers are fetched, looked at, kept and sealed

    def __post_init__(self) -> None:
        self.outgoing = Outgoing(self.db, self.clock)
        self.jumps = Jumps(self.clock)
        self.group = GroupCommit(self.db)
        self.kept = KeptSettings(self.db, self.vault)
        self.guard = outgoing_guard(self.settings)
        self.receivers = Receivers(self.guard)
        self.workshop = Workshop(self.settings, self.vault, self.clock, self.guard)

    def workspace(self, workspace_id: str) -> WorkspaceSettings:
        """The settings behind a row id."""
        for key, row_id in self.workspace_ids.items():
            if row_id == workspace_id:
                return self.workspaces[key]
        raise LookupError(f"no workspace {workspace_id}")

    def instance(self, workspace_id: str, key: str) -> InstanceKey:
        """Which instance ``key`` is in that workspace."""
        return InstanceKey(self.workspace(workspace_id).key, key)

    def follow_kept(self) -> tuple[InstanceKey, ...]:
        """Take up credentials that any process has kept or forgotten; which instances changed."""
        return self.kept.follow(self.registry, lambda: self.workspaces, self.workspace_ids)

    def now(self) -> datetime:
        """Business time."""
        return self.clock.now()
