"""Simulated accounts, one for all tests of a module, and cases at them; and a house for tests that
need rows in memory only."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.providers.getaccept.sandbox_site import Site
from tests.services.hosted.asked import Asked
from tests.services.hosted.hosted_case import HostedCase
from tests.services.paper_case import PaperCase

MAIL = "host: 127.0.0.1, port: 9, security: none, from_address: hub@example.com"
POST = (
    "channel:simulated, settings: {{gateway: {world}}}}}\n"
    f"  mail: {{{{plugin: channel:smtp, settings: {{{{{MAIL}}}}}"
)


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
            served.append(Site(served[0].clock if served else None))
        sites = [site.fresh() for site in served[: 1 + two]]
        made.append(HostedCase(tmp_path, database_url, *sites, **parts))
        return made[-1]

    with capture_logs():
        yield make
        for one in made:
            one.close()


@pytest.fixture(scope="module")
def _house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    with capture_logs():
        case = PaperCase(folder, f"sqlite:///{folder / 'paraph.db'}", post=POST)
        yield case
        case.close()


@pytest.fixture
def asked(_house):
    """Makes requests; its channels are ``post`` (SMS) and ``mail``."""
    former = dict(_house.core.workspaces)
    yield Asked(_house.core)
    _house.core.workspaces.update(former)
