"""The API in front of a house of simulated plugins, with two workspaces."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hub.app import create_app
from tests.services.paper_case import PaperCase
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


@pytest.fixture
def case(tmp_path, database_url):
    made = PaperCase(tmp_path, database_url, workspaces=("alice", "bob"))
    made.send()
    yield made
    made.close()


@pytest.fixture
def web(case):
    return create_app(case.house).test_client()


@pytest.fixture
def get(case, web):
    """GET something of the request, as alice."""

    def get(rest="", key="alice"):
        headers = {"Authorization": f"Bearer {case.keys[key]}"}
        return web.get(f"/api/v1/requests/{case.request().id}{rest}", headers=headers)

    return get


@pytest.fixture
def post(case, web):
    def post(rest, key="alice", request=None, **body):
        headers = {"Authorization": f"Bearer {case.keys[key]}"}
        request = request or case.request().id
        return web.post(f"/api/v1/requests/{request}{rest}", json=body, headers=headers)

    return post
