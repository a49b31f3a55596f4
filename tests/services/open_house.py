"""A house on files of its own, opened and closed again, whose engine does what is due when it is
told to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.services.core import Core
from hub.services.house import House, open_house
from tests.made_before import lend_processes


class OpenHouse:
    """``config`` is its folder, ``clock`` its clock."""

    config: Path
    clock: Any
    house: House
    core: Core

    def open(self) -> None:
        """Open the house, or another one on the same database: the process has died."""
        self.house = open_house(self.config, clock=self.clock)
        lend_processes(self.house.core)
        self.core = self.house.core

    def close(self) -> None:
        """Close the house; its engine was never started."""
        self.house.engine.runner.close()
        self.core.registry.close()
        self.core.workshop.close()
        self.core.db.close()

    def work(self) -> None:
        """Do what is due now."""
        self.house.engine.run_due()

    def later(self, **span: float) -> None:
        """Let time pass, then work."""
        self.clock.advance(timedelta(**span))
        self.work()
