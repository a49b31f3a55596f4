"""What the tests of the use cases share."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.services.one_case import OneCase


@pytest.fixture
def case(tmp_path, database_url):
    """One record in a simulated house."""
    with capture_logs():
        made = OneCase(tmp_path, database_url)
        yield made
        made.simulated.close()
