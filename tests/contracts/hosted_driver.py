"""What the suite of hosted providers needs to know about one: making it, and being its people."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contracts.agreements import Agreement, AgreementFile, AgreementPerson, Choice, Placed
from hub.contracts.capabilities import Capability
from hub.contracts.hosted import HostedProvider
from hub.contracts.manifest import Manifest
from hub.contracts.plugin import PluginContext, RawHook
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock
from hub.kernel.errors import OutcomeUnknown, Retryable
from hub.toolkit.secrets import MemorySecrets
from tests.contracts.provider_driver import STARTED

ALICE = AgreementPerson(
    "customer", "Alice Andersson", "sv", email="alice@example.com", mobile="+46701740605"
)
BOB = AgreementPerson("second", "Bob Berg", "sv", email="bob@example.com", mobile="+46701740606")
HOOK_SECRET = "hook-secret-1"
HOOK_URL = f"https://hub.example/hooks/demo/hosted/{HOOK_SECRET}"
_MOST_STEPS = 60


class HostedDriver(ABC):
    """One provider, its simulator, and the people who read and sign there."""

    manifest: Manifest
    provider_class: type[HostedProvider]
    secrets: tuple[str, ...] = ()  # what must never stand in an error or a probe's facts
    clock: ManualClock

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)
        self.kept = MemorySecrets()  # by the hub: providers of one driver are its processes

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
        """Let the next call of ``operation`` (upload, create, deliver, survey, withdraw, say, file,
        or any) go wrong: html, error_500, slow, throttled, drop_before (nothing done) or
        drop_after (done, answer lost)."""

    @abstractmethod
    def clear(self) -> None:
        """Switch all faults off."""

    @abstractmethod
    def act(self, placed: Placed, person: AgreementPerson, action: str, **given: Any) -> bool:
        """Be that person: open, sign, approve, decline (``reason``), remark (``text``), look
        (``title`` of an attachment), tick (``label``, ``value``). False where it is not let."""

    @abstractmethod
    def expire(self, placed: Placed) -> None:
        """Let its time run out there."""

    @abstractmethod
    def standing_there(self, external_id: str) -> int:
        """How many agreements in force bear this id there."""

    @abstractmethod
    def told(self, person: AgreementPerson) -> int:
        """How many messages the provider has sent to that person."""

    @abstractmethod
    def hook_bodies(self, placed: Placed) -> list[bytes]:
        """Bodies of calls that the provider has made about an agreement, once hooks are kept."""

    @abstractmethod
    def registered(self) -> list[tuple[str, str]]:
        """Event and address of each hook that is registered there."""

    @abstractmethod
    def register(self, event: str, url: str) -> None:
        """Register another one, as somebody else or a former installation did."""

    @abstractmethod
    def paper(self) -> bytes:
        """A PDF to be signed."""

    def provider(self, **changes: Any) -> HostedProvider:
        """The provider, set up for the simulator."""
        settings = load_settings(
            self.provider_class.Settings, {**self.settings(), **changes}, "provider"
        )
        return self.provider_class(settings, self.context())

    def context(self) -> PluginContext:
        return PluginContext(
            "hosted",
            workspace="demo",
            clock=self.clock,
            hook_url=HOOK_URL,
            hook_secret=HOOK_SECRET,
            public_host="hub.example",
            ports={"secrets": self.kept},
        )

    def can(self, capability: Capability) -> bool:
        return self.manifest.can(capability)

    def file(self, name: str = "offer.pdf", title: str = "Offer", **changes: Any) -> AgreementFile:
        content = self.paper()
        plain = AgreementFile(
            name,
            title,
            "application/pdf",
            len(content),
            hashlib.sha256(content).hexdigest(),
            lambda: content,
        )
        return replace(plain, **changes)

    def agreement(self, **changes: Any) -> Agreement:
        """Alice is to sign an offer; the hub invites."""
        plain = Agreement(
            external_id="request-1",
            request_id="request-1",
            title="Offer 1001",
            language="sv",
            file=self.file(),
            people=(ALICE,),
        )
        return replace(plain, **changes)

    def choice(self, line: str, **changes: Any) -> Choice:
        return replace(Choice(line, f"Line {line}", page=0, left=40.0, top=200.0), **changes)

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def placed(
        self,
        provider: HostedProvider,
        agreement: Agreement,
        before: Callable[[], None] = lambda: None,
    ) -> Placed:
        """Placed as the hub does it: step by step, what is kept as JSON, the state of each answer
        stored before the next call, and uncertain after an answer that got lost. ``before`` is
        called before each step."""
        placed, uncertain = Placed(), False
        for _ in range(_MOST_STEPS):
            before()
            try:
                found = provider.place(agreement, read_again(placed), uncertain=uncertain)
                # one that changed nothing is not done, and stays uncertain
                uncertain = uncertain and _told(found) == _told(placed)
                placed = found
            except OutcomeUnknown:
                uncertain = True
            except Retryable as error:
                self.wait(error.retry_after or 1.0)
                continue
            if placed.ready:
                return read_again(placed)
            self.wait(max(placed.again_after, 1.0) if not uncertain else 1.0)
        raise AssertionError(f"not ready after {_MOST_STEPS} steps: {placed.state}")

    def hook(self, body: bytes, **changes: Any) -> RawHook:
        """A call as it arrives."""
        headers = {"content-type": "application/json"}
        raw = RawHook("POST", HOOK_URL, headers, {}, body, "192.0.2.9", self.clock.now())
        return replace(raw, **changes)


def read_again(placed: Placed) -> Placed:
    """As it comes back from the hub's store: its state and links have been JSON."""
    return replace(
        placed,
        state=json.loads(json.dumps(dict(placed.state))),
        links=json.loads(json.dumps(dict(placed.links))),
    )


def _told(placed: Placed) -> tuple[Any, ...]:
    """What the hub stores of a step."""
    kept = read_again(placed)
    return kept.reference, kept.state, kept.ready
