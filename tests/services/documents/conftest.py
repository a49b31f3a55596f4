"""One inspector for all tests that do not try its bounds: starting a process takes a second."""

from __future__ import annotations

import pytest

from hub.services.documents.inspection import Inspector


@pytest.fixture(scope="session")
def inspector():
    inspector = Inspector()
    yield inspector
    inspector.close()
