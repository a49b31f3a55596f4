"""A house whose mapping has been changed, for tests of versions."""

from __future__ import annotations

from datetime import timedelta

from hub.services.mapping_checks import version_faults
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.services.versions import Versions
from tests.simulated_house import RECORD, SimulatedHouse


class Shop:
    """A house whose mapping was changed twice: titles begin with One, Two, Three."""

    def __init__(self, folder, database):
        self.simulated = SimulatedHouse(folder, database=database)
        self.file = self.simulated.config / "mappings" / "repair.yaml"
        self.core = self.simulated.house.core
        self.hashes = []
        for former, title in (("Repair of", "One"), ("One", "Two"), ("Two", "Three")):
            self.simulated.clock.advance(timedelta(minutes=1))
            self.write(former, title)
            self.simulated.house.reload()
            self.hashes.append(self.active().mapping.sha256)

    def write(self, old, new):
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    def active(self, core=None):
        core = core or self.core
        return core.shelf.active(core.workspace_ids["alice"], "repair")

    def title(self, core=None):
        return self.active(core).mapping.request.title[""].split()[0]

    def versions(self):
        return Versions(self.core, self.core.workspace_ids["alice"])

    def faults(self, row):
        core = self.core
        shelf = core.shelf
        workspace = core.workspaces["alice"]
        return version_faults(row, workspace, core.registry, shelf.forms, shelf.discovered)

    def rollback(self, wanted=None):
        self.simulated.clock.advance(timedelta(minutes=1))
        row, _ = self.versions().rollback("repair", wanted, by="Alice", faults=self.faults)
        self.core.shelf.follow()
        return row

    def restart(self):
        self.simulated.restart()
        self.core = self.simulated.house.core

    def trigger(self, record_id):
        workspace = self.core.workspace_ids["alice"]
        accept(self.core, Trigger(workspace, "repair", record_id, "api", record=RECORD))
        self.simulated.work()
