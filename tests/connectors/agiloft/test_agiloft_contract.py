"""The Agiloft connector keeps the contract on every surface, with every way to sign in."""

from __future__ import annotations

import pytest

from tests.connectors.agiloft.driver import VARIANTS, AgiloftDriver
from tests.contracts.connector_suite import ConnectorSuite


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS.keys())
def driver(site, request):
    return AgiloftDriver(site, request.param)


class TestAgiloftConnector(ConnectorSuite):
    """Everything is in the suite."""
