"""BankID keeps what the contract promises: with a QR code, and with the app on the same device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.contracts.requests import SigningTask
from tests.contracts.provider_suite import ProviderSuite
from tests.providers.bankid.bankid_driver import BankIdDriver


class SameDeviceDriver(BankIdDriver):
    def task(self, **changes: Any) -> SigningTask:
        return replace(super().task(**changes), return_url="https://hub.example/s/x/return?n=once")


class TestWithAQrCode(ProviderSuite):
    pass


class TestOnTheSameDevice(ProviderSuite):
    @pytest.fixture
    def driver(self, sandbox):
        return SameDeviceDriver(sandbox)
