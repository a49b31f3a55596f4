"""What the tests of the use cases share."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hub.services.subscriptions import Subscriptions
from tests.receiver import receiving
from tests.services.one_case import OneCase


@pytest.fixture
def case(tmp_path, database_url):
    """One record in a simulated house."""
    with capture_logs():
        made = OneCase(tmp_path, database_url)
        yield made
        made.simulated.close()


@pytest.fixture
def receiver():
    """A receiver of webhooks on this machine."""
    with receiving() as made:
        yield made


@pytest.fixture
def mine(case):
    """The webhook subscriptions of the workspace."""
    yield Subscriptions(case.core, case.core.workspace_ids["alice"])
    case.core.receivers.close()
