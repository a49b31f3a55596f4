"""The simulated provider keeps the contract, and does the few things that only it does."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from hub.contracts.manifest import read_manifest
from hub.contracts.plugin import PluginContext
from hub.contracts.provider import Order, OrderStatus
from hub.contracts.requests import SigningTask
from hub.contracts.steps import Wait
from hub.kernel.errors import ConfigurationError
from providers.simulated import provider as module
from providers.simulated.desk import desk
from providers.simulated.provider import SimulatedProvider
from providers.simulated.settings import SimulatedSettings
from tests.contracts.provider_driver import STARTED, ProviderDriver
from tests.contracts.provider_suite import ProviderSuite

NAMES = {"199908072391": "Alice Andersson", "198001019887": "Bob Berg"}


class SimulatedDriver(ProviderDriver):
    manifest = read_manifest(
        Path(module.__file__).with_name("manifest.toml"), "providers.simulated"
    )
    provider_class = SimulatedProvider
    alice = "199908072391"
    bob = "198001019887"
    keeps_reference = True
    secrets = ("simulated-desk-key", "another-desk-key-1")

    def __init__(self, name: str) -> None:
        super().__init__()
        self.desk = desk(name)
        self._name = name

    def settings(self) -> dict[str, Any]:
        return {"desk": self._name}

    def wrong_credentials(self) -> dict[str, Any]:
        return {"secret": "another-desk-key-1"}

    def impatient(self) -> dict[str, Any]:
        return {}

    def fault(self, name: str, operation: str) -> None:
        self.desk.switch_on(name, operation)

    def clear(self) -> None:
        self.desk.clear()

    def approve(self, order: Order, task: SigningTask, person: str) -> bool:
        self.desk.sign(
            order.reference,
            name=NAMES[person],
            national_id=person,
            text=order.state["text"].encode(),
            hidden=bytes.fromhex(order.state["hidden"]),
            at=self.clock.now(),
        )
        return True

    def decline(self, order: Order) -> None:
        self.desk.decline(order.reference)


@pytest.fixture
def driver(request):
    return SimulatedDriver(request.node.nodeid)


class TestTheContract(ProviderSuite):
    pass


def test_a_desk_that_signs_by_itself_signs_when_first_asked(driver):
    provider = driver.provider(signs_by_itself=True)
    task = driver.anybody()
    order = provider.begin(task).order
    assert isinstance(provider.next_step(order, task, task.client), Wait)
    progress = provider.poll(order, task)
    assert progress.status is OrderStatus.COMPLETE
    verdict = provider.conclude(order, task, progress.raw)
    assert verdict.identity.national_id == "199908072391"
    assert verdict.signed_at == STARTED


def test_a_desk_that_signs_by_itself_also_signs_orders_from_before_a_restart(driver):
    task = driver.task()
    order = driver.provider(signs_by_itself=True).begin(task).order
    after = dataclasses.replace(order, reference="sim-from-before")
    progress = driver.provider(signs_by_itself=True).poll(after, task)
    assert progress.status is OrderStatus.COMPLETE


def test_an_order_that_the_desk_forgot_has_failed(driver):
    provider, task = driver.provider(), driver.task()
    order = dataclasses.replace(provider.begin(task).order, reference="sim-unknown")
    assert provider.poll(order, task).code == "forgotten"


def test_a_fault_that_does_not_exist_is_refused(driver):
    with pytest.raises(ValueError, match="unknown fault 'fire'"):
        driver.desk.switch_on("fire", "begin")


def test_nobody_signs_with_it_in_production():
    with pytest.raises(ConfigurationError, match="production"):
        SimulatedProvider(SimulatedSettings(), PluginContext("sim", environment="production"))
