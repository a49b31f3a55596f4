"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.house import House, opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    db = opened(tmp_path)
    yield House(db)
    db.close()
