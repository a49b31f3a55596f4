"""The simulated channel keeps the contract without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import hub.channels.simulated
from hub.channels.simulated.channel import SimulatedChannel, report
from hub.channels.simulated.gateway import gateway
from hub.contracts.channel import ChannelReceipt, ReportStatus
from hub.contracts.manifest import read_manifest
from hub.contracts.plugin import RawHook
from tests.contracts.channel_driver import HOOK_SECRET, LOOKUP_WAIT, ChannelDriver
from tests.contracts.channel_suite import ChannelSuite

FOLDER = Path(hub.channels.simulated.__file__).parent


class SimulatedDriver(ChannelDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "hub.channels.simulated")
    channel_class = SimulatedChannel
    good = "+46701740605"
    unknown = "+46701740694"
    malformed = "+46000000694"
    refused_code = "bad_number"
    secrets = ("simulated-but-secret",)

    def __init__(self) -> None:
        super().__init__()
        self.name = uuid4().hex
        self.gateway = gateway(self.name)
        self.gateway.password = self.secrets[0]

    def settings(self) -> dict[str, Any]:
        return {
            "gateway": self.name,
            "password": self.secrets[0],
            "lookup_wait": LOOKUP_WAIT,
        }

    def wrong_credentials(self) -> dict[str, Any]:
        return {"password": "not-the-password"}

    def impatient(self) -> dict[str, Any]:
        return {}

    def fault(self, name: str, *, times: int | None = None, seconds: float = 30.0) -> None:
        self.gateway.switches.switch_on(name, times=times, seconds=seconds)

    def clear(self) -> None:
        self.gateway.switches.clear()

    def taken(self) -> list[str]:
        return [taken.message.text for taken in self.gateway.taken()]

    def identities(self) -> list[str]:
        return [taken.key for taken in self.gateway.taken()]

    def report(self, receipt: ChannelReceipt, status: ReportStatus) -> RawHook:
        return report(receipt.reference, status, HOOK_SECRET, self.clock.now())


class TestSimulatedChannel(ChannelSuite):
    @pytest.fixture
    def driver(self) -> SimulatedDriver:
        return SimulatedDriver()

    def test_channels_of_one_gateway_share_its_messages(self, driver):
        driver.channel().send(driver.message(), "key-1")
        assert driver.channel().probe().facts["messages"] == 1
        driver.gateway.reset()
        assert driver.taken() == []
