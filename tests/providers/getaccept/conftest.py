"""One simulated account per test module, as new for each test, and the provider before it."""

from __future__ import annotations

import pytest

from tests.providers.getaccept.getaccept_driver import GetAcceptDriver
from tests.providers.getaccept.sandbox_site import Site


@pytest.fixture(scope="module")
def served():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(served):
    return served.fresh()


@pytest.fixture
def driver(site):
    return GetAcceptDriver(site)


@pytest.fixture
def provider(driver):
    made = driver.provider()
    yield made
    made.close()
