"""A channel: carries one message to one person (SMS, e-mail) and tells later whether it arrived."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.contracts.plugin import HookAnswer, PluginContext, ProbeResult, RawHook
from hub.kernel.errors import Unsupported


@dataclass(frozen=True)
class Message:
    """One message to one person.

    ``to`` is E.164 for SMS, an address for e-mail; ``sender`` a text sender or display name.
    ``html`` and ``subject`` are for e-mail. ``report_url`` is where delivery reports are to go; it
    names this message. ``created_at`` bounds the look-up after an unknown outcome.
    ``thread`` names the conversation: messages of one request share it.
    """

    to: str
    text: str
    created_at: datetime
    sender: str = ""
    to_name: str = ""
    subject: str = ""
    html: str | None = None
    report_url: str = ""
    language: str = "en"
    thread: str = ""


class ReportStatus(StrEnum):
    """How far a message is, in the order in which a message may move."""

    ACCEPTED = "accepted"  # the gateway has it
    SENT = "sent"  # handed to the carrier or next mail server
    DELIVERED = "delivered"  # on the phone, in the mailbox
    FAILED = "failed"  # will not arrive


@dataclass(frozen=True)
class ChannelReceipt:
    """The gateway took the message. ``reference`` is its id there; ``parts`` SMS parts billed."""

    reference: str
    status: ReportStatus = ReportStatus.ACCEPTED
    repeated: bool = False
    parts: int = 1
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliveryReport:
    """What a channel tells later about a message that it took."""

    reference: str
    status: ReportStatus
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class ChannelHook:
    """A verified inbound call: reports, and what to answer (an SMS gateway may send the answer's
    body to the customer, so it is empty unless the channel says otherwise)."""

    reports: tuple[DeliveryReport, ...] = ()
    answer: HookAnswer = HookAnswer()


class Channel(ABC):
    """Base of all channels. ``Settings`` is the plugin's settings dataclass."""

    Settings: type

    def __init__(self, settings: Any, context: PluginContext) -> None:
        self.settings = settings
        self.context = context

    @abstractmethod
    def probe(self) -> ProbeResult:
        """Reach the gateway with the credentials and send nothing.

        Raises ``AuthenticationFailed`` or ``Retryable``.
        """

    @abstractmethod
    def send(
        self, message: Message, idempotency_key: str, *, uncertain: bool = False
    ) -> ChannelReceipt:
        """Hand over one message, at most once per ``idempotency_key``.

        ``uncertain`` says that an earlier try may have gone through without an answer: look it up at
        the gateway first. Raises ``Refused`` with code ``bad_number``, ``bad_address``,
        ``message_refused`` or ``blocked``; ``Retryable``, ``OutcomeUnknown``,
        ``AuthenticationFailed``.
        """

    def read_hook(self, raw: RawHook) -> ChannelHook:
        """Verify an inbound call and read the reports in it. Raises ``HookRejected``."""
        raise Unsupported(f"{self.context.instance} sends no reports")

    def close(self) -> None:
        """Give back connections."""
        return None
