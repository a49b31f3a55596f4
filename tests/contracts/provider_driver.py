"""What the provider suite needs to know about one provider: making it, and being its customer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.manifest import Manifest
from hub.contracts.plugin import PluginContext
from hub.contracts.provider import Order, Progress, Provider
from hub.contracts.requests import ClientContext, RecipientView, SigningTask
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock
from hub.kernel.errors import ParaphError
from tests.contracts.provider_attacks import read_again

STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TEXT = "Jag godkänner kostnaden 1 250 kr för reparationen av diskmaskinen."
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


class ProviderDriver(ABC):
    """What the suite needs to know about one provider, its simulator and its customers."""

    manifest: Manifest
    provider_class: type[Provider]
    alice: str  # national ids of two people who can sign
    bob: str
    keeps_reference = False  # whether the same order id twice gives the same reference
    unsigned: frozenset[str] = frozenset()  # members of a raw answer that no proof covers
    calls_out = True  # whether there is another side that can fail
    secrets: tuple[str, ...] = ()  # what must never stand in an error or a probe's facts

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Settings with which the provider reaches the simulator."""

    @abstractmethod
    def wrong_credentials(self) -> dict[str, Any]:
        """What to change in them to be refused."""

    @abstractmethod
    def impatient(self) -> dict[str, Any]:
        """What to change in them to wait half a second at most."""

    @abstractmethod
    def fault(self, name: str, operation: str) -> None:
        """Let the next call of ``operation`` (begin, poll) go wrong: html, error_500, slow,
        drop_before (nothing done) or drop_after (done, answer lost)."""

    @abstractmethod
    def clear(self) -> None:
        """Switch all faults off."""

    @abstractmethod
    def approve(self, order: Order, task: SigningTask, person: str) -> bool:
        """Sign as that person; False when the signing method itself does not let that person."""

    @abstractmethod
    def decline(self, order: Order) -> None:
        """Say no as the customer."""

    def answer(self, person: str) -> dict[str, Any]:
        """What that person gives on the hub's own page; for a provider with a canvas."""
        raise NotImplementedError

    def provider(self, **changes: Any) -> Provider:
        """The provider, set up for the simulator."""
        settings = load_settings(
            self.provider_class.Settings, {**self.settings(), **changes}, "provider"
        )
        return self.provider_class(settings, self.context())

    def context(self) -> PluginContext:
        return PluginContext("provider-under-test", clock=self.clock, public_host="hub.example")

    def task(self, **changes: Any) -> SigningTask:
        """Alice is to sign; she is named."""
        plain = SigningTask(
            order_id="order-1",
            request_id="request-1",
            recipient=RecipientView("customer", "Alice Andersson", "sv", national_id=self.alice),
            title="Reparation",
            sender="Verkstaden",
            language="sv",
            visible_text=TEXT,
            hidden_data=b'{"form":"sha256:0123"}',
            client=ClientContext("192.0.2.7", PHONE, "device-1", "hub.example"),
        )
        return replace(plain, **changes)

    def anybody(self, **changes: Any) -> SigningTask:
        """Somebody is to sign; nobody is named."""
        return self.task(recipient=RecipientView("customer", "Alice Andersson", "sv"), **changes)

    def can(self, capability: Capability) -> bool:
        return self.manifest.can(capability)

    def poll(self, provider: Provider, order: Order, task: SigningTask) -> Progress:
        """Ask once, a moment after the last time, as the hub does; keep the state as JSON."""
        self.clock.advance(timedelta(seconds=2))
        progress = provider.poll(order, task)
        return replace(progress, order=read_again(progress.order))

    def signed(self, provider: Provider, task: SigningTask, person: str) -> Progress:
        """An order of that person, signed and collected."""
        order = read_again(provider.begin(task).order)
        assert self.approve(order, task, person)
        return self.poll(provider, order, task)


def caught(call: Callable[[], Any]) -> ParaphError:
    with pytest.raises(ParaphError) as info:
        call()
    return info.value
