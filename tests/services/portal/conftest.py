"""Houses with a portal."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.services.portal.portal_case import PortalCase


@pytest.fixture
def portal(tmp_path, database_url):
    """Two workspaces with a portal each."""
    with capture_logs():
        case = PortalCase(tmp_path, database_url)
        yield case
        case.close()
