"""One simulated server for each module of tests, as it was for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav


@pytest.fixture(scope="module")
def site() -> Iterator[Nav]:
    site = Nav()
    yield site
    site.close()


@pytest.fixture
def nav(site: Nav) -> Nav:
    return site.fresh()
