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

LOOK_AGAIN = "look_again"
"""Code of the ``Retryable`` with which a channel says: not in the history yet, look once more."""


def wait_before_repeat(absent_since: datetime | None, now: datetime, wait: float) -> float:
    """Seconds still to pass before a message that the look-up did not find may be sent again: two
    looks, ``wait`` seconds apart, must both find nothing. 0 or less: send."""
    return wait - (now - absent_since).total_seconds() if absent_since else wait


@dataclass(frozen=True)
class File:
    """A file that goes along with an e-mail; with ``shown_as`` a picture that its HTML shows, as
    ``cid:`` and this name."""

    name: str
    media_type: str
    content: bytes
    shown_as: str = ""


@dataclass(frozen=True)
class Message:
    """One message to one person.

    ``to`` is E.164 for SMS, an address for e-mail; ``sender`` a text sender or display name.
    ``html`` and ``subject`` are for e-mail. ``report_url`` is where delivery reports are to go; it
    names this message. ``created_at`` bounds the look-up after an unknown outcome.
    ``thread`` names the conversation: messages of one request to one person share it. ``files`` go
    along with an e-mail; an SMS carries none. ``reply_token`` names the person in the address where
    answers are to go, for a channel that takes them; empty where none are wanted. ``unsubscribe``
    is where a mail program may refuse further ones by one click (RFC 8058); empty for what nobody
    can refuse.
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
    files: tuple[File, ...] = ()
    reply_token: str = ""
    unsubscribe: str = ""


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
class Reply:
    """What somebody has written back. ``token`` is the ``reply_token`` of the message that it
    answers, ``name`` makes it count once however often it comes, ``sender`` is the address that it
    says to come from, ``files`` what came along, as it came."""

    token: str
    text: str
    name: str
    sender: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class ChannelHook:
    """A verified inbound call: reports, what people wrote back, and what to answer (an SMS gateway
    may send the answer's body to the customer, so it is empty unless the channel says
    otherwise)."""

    reports: tuple[DeliveryReport, ...] = ()
    replies: tuple[Reply, ...] = ()
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
        self,
        message: Message,
        idempotency_key: str,
        *,
        uncertain: bool = False,
        absent_since: datetime | None = None,
    ) -> ChannelReceipt:
        """Hand over one message, at most once per ``idempotency_key``.

        ``uncertain`` says that an earlier try may have gone through without an answer: look it up
        at the gateway first. It stays true until a try gets a clear answer. A gateway's history
        may lag, so a channel may want to look twice: it then raises ``Retryable`` with code
        ``LOOK_AGAIN``, and the next call gets in ``absent_since`` the (wall) moment of the first
        look since the last ``OutcomeUnknown`` that ended so.

        Raises ``Refused`` with code ``bad_number``, ``bad_address``, ``message_refused`` or
        ``blocked``; ``Retryable``, ``OutcomeUnknown``, ``AuthenticationFailed``.
        """

    def read_hook(self, raw: RawHook) -> ChannelHook:
        """Verify an inbound call and read the reports and replies in it. Raises
        ``HookRejected``."""
        raise Unsupported(f"{self.context.instance} sends no reports")

    def close(self) -> None:
        """Give back connections."""
        return None
