"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.engine.house import House, opened


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What was logged; unconfigured, structlog would draw each traceback in colours."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    made = House(opened(database_url))
    yield made
    made.close()
