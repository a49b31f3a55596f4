"""What the tests of credentials share."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.services.credentials.watched import Watched


@pytest.fixture
def watched(tmp_path, database_url):
    with capture_logs() as logs:
        made = Watched(tmp_path, database_url, logs)
        yield made
        made.simulated.close()
