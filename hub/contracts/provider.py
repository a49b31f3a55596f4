"""A provider: a way a customer signs. It knows nothing about upstream records.

An *order* is one recipient's signing at a provider. The hub stores it: ``reference`` is the
provider's id, ``state`` is whatever JSON the provider needs to go on (sealed at rest, never
shown to a browser).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.contracts.events import Event
from hub.contracts.evidence import EvidencePart
from hub.contracts.plugin import HookAnswer, PluginContext, ProbeResult, RawHook, Wording
from hub.contracts.requests import ClientContext, SigningTask
from hub.contracts.steps import NextStep
from hub.kernel.errors import Unsupported


class OrderStatus(StrEnum):
    """How far an order is."""

    PENDING = "pending"  # nobody has finished it yet
    COMPLETE = "complete"  # the provider says signed; the raw answer is in hand, not yet verified
    FAILED = "failed"  # over; the customer may start a new one


@dataclass(frozen=True)
class Order:
    """An order as the hub keeps it between calls."""

    reference: str
    state: Mapping[str, Any]
    started_at: datetime


@dataclass(frozen=True)
class Begun:
    """The answer of ``begin``. ``poll_after`` in seconds; None when a hook will tell instead."""

    order: Order
    poll_after: float | None = 2.0


@dataclass(frozen=True)
class Progress:
    """The answer of ``poll``.

    ``order`` replaces the stored one (its reference may have changed: an order that nobody
    picked up is begun again silently). ``code`` is the provider's own word; ``message`` says it
    to the customer. ``raw`` is the whole answer when complete: it is committed before anybody
    is told, since some providers hand it out once. ``security`` marks what operations should
    look at.
    """

    order: Order
    status: OrderStatus
    code: str
    message: Wording
    poll_after: float | None = 2.0
    raw: Mapping[str, Any] | None = None
    security: bool = False


@dataclass(frozen=True)
class Identity:
    """Who signed. ``national_id`` is kept encrypted and never shown whole."""

    name: str
    given_name: str = ""
    family_name: str = ""
    national_id: str = ""
    country: str = ""


@dataclass(frozen=True)
class Conclusion:
    """The verdict on a raw answer.

    ``accepted`` false with ``refusal`` (a code such as ``wrong_person``, ``bad_signature``) and
    ``message``. ``report`` lists each check that was made with its result, for the evidence.
    """

    accepted: bool
    identity: Identity | None = None
    signed_at: datetime | None = None
    refusal: str = ""
    message: Wording | None = None
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProviderHook:
    """A verified inbound call: events per order reference, and what to answer."""

    events: tuple[tuple[str, Event], ...] = ()
    answer: HookAnswer = HookAnswer()


class Provider(ABC):
    """Base of all providers. ``Settings`` is the plugin's settings dataclass; ``spoken`` is what
    customers call this way of signing, where the manifest's title is no name of a make."""

    Settings: type
    spoken: Wording = {}

    def __init__(self, settings: Any, context: PluginContext) -> None:
        self.settings = settings
        self.context = context

    @abstractmethod
    def probe(self) -> ProbeResult:
        """Reach the provider with the credentials and change nothing.

        Raises ``AuthenticationFailed`` or ``Retryable``.
        """

    @abstractmethod
    def begin(self, task: SigningTask, *, uncertain: bool = False) -> Begun:
        """Create the order at the provider.

        The same ``task.order_id`` twice gives the same reference where the provider can keep such a
        promise; ``uncertain`` says that an earlier try may have happened without an answer. Raises
        ``Refused``, ``Retryable``, ``OutcomeUnknown``, ``AuthenticationFailed``.
        """

    @abstractmethod
    def next_step(self, order: Order, task: SigningTask, client: ClientContext) -> NextStep:
        """What the customer does next, at this very moment. No network."""

    @abstractmethod
    def poll(self, order: Order, task: SigningTask) -> Progress:
        """Ask the provider how far the order is. Called under the order's lock, by one caller."""

    @abstractmethod
    def conclude(self, order: Order, task: SigningTask, raw: Mapping[str, Any]) -> Conclusion:
        """Verify a complete answer against what was asked. No network; never raises on bad data."""

    @abstractmethod
    def evidence(self, order: Order, raw: Mapping[str, Any]) -> tuple[EvidencePart, ...]:
        """The proof, piece by piece, exactly as received."""

    def receive(self, order: Order, task: SigningTask, answer: Mapping[str, Any]) -> Progress:
        """Take what the customer did at a ``Canvas`` step, as plain data of the shape of
        ``hub.contracts.canvas.CanvasAnswer`` (``ink`` as the JSON text that was posted, or parsed),
        and say how far the order is. No network. Raises ``Unfit``, with words, for what the
        customer can mend."""
        raise Unsupported(f"{self.context.instance} takes nothing from the hub's pages")

    def read_hook(self, raw: RawHook) -> ProviderHook:
        """Verify an inbound call and say what happened. Raises ``HookRejected``."""
        raise Unsupported(f"{self.context.instance} does not call the hub")

    def cancel(self, order: Order) -> None:
        """Withdraw the order; withdrawing a finished one is no error."""
        raise Unsupported(f"{self.context.instance} cannot withdraw an order")

    def close(self) -> None:
        """Give back connections."""
        return None
