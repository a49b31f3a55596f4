"""The native canvas keeps the contract of providers; the test acts as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.contracts.manifest import read_manifest
from hub.contracts.provider import Order, Progress, Provider
from hub.contracts.requests import SigningTask
from providers.native_canvas import provider as module
from providers.native_canvas.provider import NativeCanvasProvider
from tests.contracts.provider_attacks import read_again
from tests.contracts.provider_driver import ProviderDriver
from tests.contracts.provider_suite import ProviderSuite
from tests.providers.native_canvas.strokes import ALICE, BOB

PEOPLE = {"199908072391": ("Alice Andersson", ALICE), "198001019887": ("Bob Berg", BOB)}


class CanvasDriver(ProviderDriver):
    manifest = read_manifest(
        Path(module.__file__).with_name("manifest.toml"), "providers.native_canvas"
    )
    provider_class = NativeCanvasProvider
    alice = "199908072391"
    bob = "198001019887"
    keeps_reference = True
    calls_out = False

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[str, str] = {}

    def settings(self) -> dict[str, Any]:
        return {}

    def wrong_credentials(self) -> dict[str, Any]:
        return {}

    def impatient(self) -> dict[str, Any]:
        return {}

    def fault(self, name: str, operation: str) -> None:
        pass

    def clear(self) -> None:
        pass

    def answer(self, person: str) -> dict[str, Any]:
        name, ink = PEOPLE[person]
        return {"method": "drawn", "name": name, "consent": "", "ink": ink}

    def approve(self, order: Order, task: SigningTask, person: str) -> bool:
        self._given[order.reference] = person
        return True

    def decline(self, order: Order) -> None:
        raise NotImplementedError("the hub's page declines, no provider is asked")

    def poll(self, provider: Provider, order: Order, task: SigningTask) -> Progress:
        if order.reference not in self._given:
            return super().poll(provider, order, task)
        answer = self.answer(self._given[order.reference])
        progress = provider.receive(order, task, answer)
        return Progress(**{**vars(progress), "order": read_again(progress.order)})


@pytest.fixture
def driver():
    return CanvasDriver()


class TestTheContract(ProviderSuite):
    pass
