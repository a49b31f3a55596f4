"""A world of certificates, and a time-stamp authority that answers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema

from hub.contracts.settings import schema_of
from hub.kernel.clock import ManualClock, SystemClock
from hub.services.sealing import Sealer
from hub.settings import SealSettings
from tests.services.sealing.authorities import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Certificates in files."""
    folder = tmp_path / "world"
    folder.mkdir()
    return World(folder)


@dataclass
class Sealers:
    """Makes sealers, and closes them."""

    folder: Path
    made: list[Sealer] = field(default_factory=list)

    def __call__(self, *, at: datetime | None = None, **settings: Any) -> Sealer:
        schema: Schema = schema_of(SealSettings)()
        read = SealSettings(**schema.load(settings))
        clock = ManualClock(at) if at else SystemClock()
        sealer = Sealer(read, self.folder, clock)
        self.made.append(sealer)
        return sealer


@pytest.fixture
def sealers(tmp_path: Path) -> Iterator[Sealers]:
    """Makes a sealer from settings as they are written."""
    made = Sealers(tmp_path / "data")
    yield made
    for one in made.made:
        one.close()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)
