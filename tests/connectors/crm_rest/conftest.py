"""One simulated CRM per test module, as new for each test."""

from __future__ import annotations

import pytest

from tests.connectors.crm_rest.driver import CrmDriver
from tests.connectors.crm_rest.site import Site


@pytest.fixture(scope="module")
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def driver(site):
    return CrmDriver(site)


@pytest.fixture
def connector(driver):
    connector = driver.make_instance()
    yield connector
    connector.close()
