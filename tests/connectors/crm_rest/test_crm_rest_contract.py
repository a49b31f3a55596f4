"""The connector keeps the contract, whatever way of signing in, paging and writing is set."""

from __future__ import annotations

import pytest

from tests.connectors.crm_rest.driver import VARIANTS, CrmDriver
from tests.contracts.connector_suite import ConnectorSuite


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS.keys())
def driver(site, request):
    return CrmDriver(site, request.param)


class TestCrmRestConnector(ConnectorSuite):
    """Everything is in the suite."""
