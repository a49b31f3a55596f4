"""One simulated knowledge base per test module, as new for each test."""

from __future__ import annotations

import pytest

from tests.connectors.agiloft.driver import AgiloftDriver, Site


@pytest.fixture(scope="module")
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def driver(site):
    return AgiloftDriver(site)


@pytest.fixture
def api(site, driver):
    """A raw HTTP client at the simulator, signed in by nothing."""
    from hub.toolkit.http import HttpClient

    client = HttpClient(site.url)
    yield client
    client.close()
