"""Drives the BankID provider against the BankID sandbox; acts as the customer with the phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub.contracts.manifest import read_manifest
from hub.contracts.provider import Order
from hub.contracts.requests import SigningTask
from hub.contracts.sandbox import SandboxContext
from hub.contracts.steps import ScanCode
from hub.kernel.clock import Clock, ManualClock
from providers.bankid import provider as module
from providers.bankid.provider import BankIdProvider
from providers.bankid.sandbox import BankIdSandbox
from providers.bankid.sandbox.orders import AppRefusal, SandboxOrder
from providers.bankid.sandbox.people import PEOPLE
from tests.contracts.provider_driver import STARTED, ProviderDriver

ALICE = "199908072391"
BOB = "198001019887"
TOLVAN = "191212121212"
_OPERATIONS = {"begin": "sign", "poll": "collect", "cancel": "cancel"}
_FAULTS = {"error_500": "html_500", "slow": "delay"}


def make_sandbox(folder: Path, clock: Clock | None = None) -> BankIdSandbox:
    """A sandbox on a free port, not yet started."""
    return BankIdSandbox(
        SandboxContext("http://sandbox.example/bankid", folder, clock or ManualClock(STARTED))
    )


class BankIdDriver(ProviderDriver):
    manifest = read_manifest(Path(module.__file__).with_name("manifest.toml"), "providers.bankid")
    provider_class = BankIdProvider
    alice = ALICE
    bob = BOB
    # What BankID tells beside the proof; nothing of it becomes the identity.
    unsigned = frozenset(
        f"completionData.{name}"
        for name in (
            "user.name",
            "user.givenName",
            "user.surname",
            "device",
            "device.ipAddress",
            "device.uhi",
            "bankIdIssueDate",
            "risk",
        )
    )

    def __init__(self, sandbox: BankIdSandbox) -> None:
        super().__init__()
        self.sandbox = sandbox
        assert isinstance(sandbox.context.clock, ManualClock)
        self.clock = sandbox.context.clock

    def settings(self) -> dict[str, Any]:
        return dict(self.sandbox.settings())

    def wrong_credentials(self) -> dict[str, Any]:
        self.sandbox.authorities.stranger()
        path = self.sandbox.authorities.path
        return {"certificate": path("stranger"), "key": path("stranger", "key")}

    def impatient(self) -> dict[str, Any]:
        return {"read_timeout": 0.3}

    def fault(self, name: str, operation: str, **options: Any) -> None:
        self.sandbox.faults.switch_on(
            _FAULTS.get(name, name), operation=_OPERATIONS[operation], **options
        )

    def clear(self) -> None:
        self.sandbox.faults.clear()

    def approve(self, order: Order, task: SigningTask, person: str) -> bool:
        try:
            found = self.pick_up(order, task, person)
            self.sandbox.approve(found)
        except AppRefusal:
            return False
        return True

    def pick_up(self, order: Order, task: SigningTask, person: str) -> SandboxOrder:
        """Scan what is on the screen, or follow the start link, then be that person."""
        step = self.provider().next_step(order, task, task.client)
        assert isinstance(step, ScanCode)
        if step.qr_content:
            found = self.sandbox.orders.by_qr(step.qr_content)
        else:
            found = self.sandbox.orders.by_auto_start_token(order.state["auto_start_token"])
        self.sandbox.orders.identify(found, PEOPLE[person])
        return found

    def decline(self, order: Order) -> None:
        self.sandbox.orders.fail(self.sandbox.orders.find(order.reference), "userCancel")
