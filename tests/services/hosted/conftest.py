"""Simulated accounts, one for all tests of a module, and cases at them."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.providers.getaccept.sandbox_site import Site
from tests.services.hosted.hosted_case import HostedCase


@pytest.fixture(scope="module")
def served():
    sites = []
    yield sites
    for site in sites:
        site.close()


@pytest.fixture
def hosted(tmp_path, database_url, served):
    """Makes a case at one account, or with ``two`` at two of them."""
    made = []

    def make(two=False, **parts):
        while len(served) < 1 + two:
            served.append(Site())
            served[-1].clock = served[0].clock
        sites = [site.fresh() for site in served[: 1 + two]]
        made.append(HostedCase(tmp_path, database_url, *sites, **parts))
        return made[-1]

    with capture_logs():
        yield make
        for one in made:
            one.close()
