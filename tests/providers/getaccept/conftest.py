"""One simulated account per test module, as new for each test."""

from __future__ import annotations

import pytest

from tests.providers.getaccept.sandbox_site import Site


@pytest.fixture(scope="module")
def served():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(served):
    return served.fresh()
