"""One simulated account per test module, as new for each test, and the provider before it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.getaccept.getaccept_driver import GetAcceptDriver
from tests.providers.getaccept.sandbox_site import Site
from tests.tools.ensure_browser import find_browser


@pytest.fixture(scope="module")
def served():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(served):
    return served.fresh()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, which asks nobody for anything."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": flags}


@pytest.fixture
def driver(site):
    return GetAcceptDriver(site)


@pytest.fixture
def provider(driver):
    made = driver.provider()
    yield made
    made.close()
