"""The API in front of a house of simulated plugins, with two workspaces."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hub.app import create_app
from tests.simulated_house import SimulatedHouse


@pytest.fixture(autouse=True)
def logged():
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def simulated(tmp_path, database_url):
    made = SimulatedHouse(tmp_path, ("alice", "bob"), database_url)
    yield made
    made.close()


@pytest.fixture
def client(simulated):
    return create_app(simulated.house).test_client()


@pytest.fixture
def as_alice(simulated):
    return {"Authorization": f"Bearer {simulated.keys['alice']}"}


@pytest.fixture
def as_bob(simulated):
    return {"Authorization": f"Bearer {simulated.keys['bob']}"}
