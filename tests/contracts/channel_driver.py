"""What the channel suite needs to know about one channel: a driver around its simulator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.channel import Channel, ChannelReceipt, Message, ReportStatus
from hub.contracts.manifest import Manifest
from hub.contracts.plugin import PluginContext, RawHook
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock
from hub.kernel.errors import ParaphError

STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOOK_SECRET = "hook-secret-of-this-instance"
HOOK_URL = f"https://hub.example/hooks/channel/{HOOK_SECRET}"
TEXT = "Hej Alice! Verkstaden ber dig fylla i: https://hub.example/s/abc123 "
LOOKUP_WAIT = 30


class ChannelDriver(ABC):
    """What the suite needs to know about one channel and its simulator."""

    manifest: Manifest
    channel_class: type[Channel]
    good: str  # a recipient who gets what is sent
    unknown: str  # one whom the gateway refuses
    malformed: str  # one who is no recipient at all
    refused_code: str
    secrets: tuple[str, ...]  # what must never stand in an error

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Settings with which the channel reaches the simulator."""

    @abstractmethod
    def wrong_credentials(self) -> dict[str, Any]:
        """What to change in them to be refused."""

    @abstractmethod
    def impatient(self) -> dict[str, Any]:
        """What to change in them to wait half a second at most."""

    @abstractmethod
    def fault(self, name: str, *, times: int | None = None, seconds: float = 30.0) -> None:
        """Switch a fault on at the simulator."""

    @abstractmethod
    def clear(self) -> None:
        """Switch all faults off."""

    @abstractmethod
    def taken(self) -> list[str]:
        """Texts of all messages that the gateway took, oldest first."""

    @abstractmethod
    def identities(self) -> list[str]:
        """What marks the same message as the same at the gateway, one for each that it took."""

    def report(self, receipt: ChannelReceipt, status: ReportStatus) -> RawHook:
        """The call that the gateway makes to report on a message."""
        raise NotImplementedError

    def channel(self, **changes: Any) -> Channel:
        """The channel, set up for the simulator."""
        settings = load_settings(
            self.channel_class.Settings, {**self.settings(), **changes}, "channel"
        )
        return self.channel_class(settings, self.context())

    def context(self) -> PluginContext:
        return PluginContext(
            "channel-under-test", clock=self.clock, hook_url=HOOK_URL, hook_secret=HOOK_SECRET
        )

    def message(self, **changes: Any) -> Message:
        """A message to Alice."""
        plain = Message(
            to=self.good,
            text=TEXT,
            created_at=self.clock.now(),
            to_name="Alice Andersson",
            subject="Din reparation",
            report_url=f"{HOOK_URL}?message=m1",
            language="sv",
            thread="request-1",
        )
        return replace(plain, **changes)

    def can(self, capability: Capability) -> bool:
        return self.manifest.can(capability)


def caught(call: Callable[[], Any]) -> ParaphError:
    with pytest.raises(ParaphError) as info:
        call()
    return info.value
