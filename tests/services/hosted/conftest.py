"""A house for tests that need rows in memory only."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.services.hosted.asked import Asked
from tests.services.paper_case import PaperCase

MAIL = "host: 127.0.0.1, port: 9, security: none, from_address: hub@example.com"
POST = (
    "channel:simulated, settings: {{gateway: {world}}}}}\n"
    f"  mail: {{{{plugin: channel:smtp, settings: {{{{{MAIL}}}}}"
)


@pytest.fixture(scope="session")
def _house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hosted")
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
