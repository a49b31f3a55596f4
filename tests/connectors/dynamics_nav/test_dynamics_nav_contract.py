"""The connector keeps the contract over SOAP and over the API, whatever the server asks for."""

from __future__ import annotations

import pytest

from tests.connectors.dynamics_nav.driver import SoapDriver, SwedishDriver
from tests.connectors.dynamics_nav.driver_api import ApiDriver, OwnApiDriver
from tests.contracts.connector_suite import ConnectorSuite


class TestOverSoap(ConnectorSuite):
    """Windows sign-in; and an older Swedish server with an access key."""

    @pytest.fixture(params=[SoapDriver, SwedishDriver], ids=["ntlm", "key-swedish"])
    def driver(self, site, request):
        return request.param(site)


class TestOverTheApi(ConnectorSuite):
    """API v2.0 with an access key; and API pages of one's own with an Entra token."""

    @pytest.fixture(params=[ApiDriver, OwnApiDriver], ids=["v2.0", "own-oauth2"])
    def driver(self, site, request):
        return request.param(site)
