"""Settings that are kept in the database and stand over those in a workspace's file, until the file
gives something else. Every process takes them up within seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from hub.kernel.crypto import Vault, canonical_json
from hub.kernel.errors import ConfigurationError
from hub.kernel.logging import get_logger
from hub.registry import InstanceKey, Registry
from hub.settings import InstanceSettings, Kept, WorkspaceSettings
from hub.storage.db import Database
from hub.storage.models import InstanceSecret

_log = get_logger(__name__)
SETTING = "setting"
_USE = "instance-setting"
Stamp = frozenset[tuple[str, int]]
Workspaces = Mapping[str, WorkspaceSettings]


class KeptSettings:
    """The kept settings of all instances. Any thread may call it."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._taken: Stamp | None = None  # what this process goes by
        self.switching = threading.Lock()  # one change of what the registry goes by at a time

    def over(self, filed: Workspaces, ids: Mapping[str, str]) -> dict[str, WorkspaceSettings]:
        """``filed`` with what is kept put over it."""
        by_place: dict[tuple[str, str], list[Any]] = {}
        for row in self._marks():
            by_place.setdefault((row.workspace_id, row.instance), []).append(row)
        return {
            key: _with(
                workspace,
                {
                    name: self._put_over(one, by_place.get((ids.get(key, ""), name), ()))
                    for name, one in workspace.instances.items()
                },
            )
            for key, workspace in filed.items()
        }

    def follow(
        self, registry: Registry, filed: Callable[[], Workspaces], ids: Mapping[str, str]
    ) -> tuple[InstanceKey, ...]:
        """Take up what was kept or forgotten since the last look, by whichever process. Which
        instances are made anew for it."""
        with self.switching:
            with self._db.read() as session:
                stamp = self._stamp(session)
            if stamp == self._taken:
                return ()
            changed = registry.adopt(self.over(filed(), ids))
            self._taken = stamp
        for where in changed:
            _log.info("kept credentials taken up", instance=str(where))
        return changed

    def is_behind(self, session: Session) -> bool:
        """Whether another process has kept something that this one does not go by yet."""
        return self._stamp(session) != self._taken

    def mark(self, one: InstanceSettings, name: str) -> str:
        """What tells whether the file still gives for ``name`` what it gives now; ``one`` is as
        filed."""
        return self._vault.mac(_USE, _text(one, name))

    def _stamp(self, session: Session) -> Stamp:
        columns = select(InstanceSecret.id, InstanceSecret.version)
        rows = session.execute(columns.where(InstanceSecret.kind == SETTING))
        return frozenset((row.id, row.version) for row in rows)

    def _marks(self) -> list[Any]:
        """What is kept, without the values."""
        row = InstanceSecret
        columns = select(
            row.id, row.workspace_id, row.instance, row.name, row.over, row.saved_at, row.saved_by
        )
        with self._db.read() as session:
            return list(session.execute(columns.where(row.kind == SETTING).order_by(row.name)))

    def _put_over(self, one: InstanceSettings, rows: Collection[Any]) -> InstanceSettings:
        values: dict[str, Any] = {}
        kept: list[Kept] = []
        for row in rows:
            if self._vault.mac_matches(_USE, _text(one, row.name), row.over):
                try:
                    values[row.name] = self._value(row.id)
                except (ConfigurationError, NoResultFound) as error:  # its secret key is gone, or
                    name = type(error).__name__  # somebody has just forgotten it
                    _log.error("kept credential not read", instance=one.key, error=name)
                    continue
                kept.append(Kept(row.name, row.saved_at, row.saved_by))
        if not kept:
            return one
        return replace(one, settings={**one.settings, **values}, kept=tuple(kept))

    def _value(self, row_id: str) -> Any:
        with self._db.read() as session:
            return session.scalars(
                select(InstanceSecret.value).where(InstanceSecret.id == row_id)
            ).one()


def _with(
    workspace: WorkspaceSettings, instances: Mapping[str, InstanceSettings]
) -> WorkspaceSettings:
    return replace(workspace, instances=instances)


def _text(one: InstanceSettings, name: str) -> str:
    """The plugin belongs to it: the same name may mean something else to another one."""
    given = canonical_json(one.settings.get(name)).decode()
    return "\n".join((one.key, one.plugin, name, given))
