"""The engine and a plain model of it agree whatever happens, on both stores.

``PARAPH_MODEL_EXAMPLES=2000`` makes it longer, and different each time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engine.house import opened
from tests.engine.model.machine import EngineMachine

LONG = int(os.environ.get("PARAPH_MODEL_EXAMPLES", "0"))
EXAMPLES = {"sqlite": 30, "postgresql": 10}
MEMORY = Path("/dev/shm")
pytestmark = pytest.mark.timeout(0 if LONG else 120)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLite in memory where there is such a folder: each commit waits for the disk."""
    store, postgres = request.param, None
    if store == "sqlite":
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            yield f"sqlite:///{folder}/paraph.db"
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.fresh_name()
    yield postgres.create(name, "paraph_migrated")
    postgres.drop(name)


@pytest.mark.parametrize("database_url", sorted(EXAMPLES), indirect=True)
def test_the_engine_keeps_its_promises_whatever_happens(database_url: str) -> None:
    opened(database_url).close()
    store = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    machine = type("Machine", (EngineMachine,), {"url": database_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LONG or EXAMPLES[store],
            stateful_step_count=50,
            deadline=None,
            derandomize=not LONG,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if LONG else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
