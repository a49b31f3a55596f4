"""A server with canned answers for each test that wants one."""

from __future__ import annotations

import pytest

from tests.connectors.dynamics_nav.canned import CannedNav
from tests.connectors.dynamics_nav.canned_api import CannedApi
from tests.connectors.dynamics_nav.driver import Site


@pytest.fixture
def nav(httpserver):
    return CannedNav(httpserver)


@pytest.fixture
def api(httpserver):
    return CannedApi(httpserver)


@pytest.fixture(scope="module")
def site():
    site = Site()
    yield site
    site.close()
