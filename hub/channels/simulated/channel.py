"""The simulated channel: the whole contract, no network.

Reports come as JSON ``{"reference", "status", "at"}`` with the instance's secret in the header
``x-simulated-secret``; ``report`` makes such a call.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import orjson

from hub.channels.simulated.gateway import Taken, gateway
from hub.channels.simulated.settings import SimulatedSettings
from hub.contracts.channel import (
    LOOK_AGAIN,
    Channel,
    ChannelHook,
    ChannelReceipt,
    DeliveryReport,
    Message,
    ReportStatus,
    wait_before_repeat,
)
from hub.contracts.plugin import PluginContext, ProbeResult, RawHook
from hub.kernel.clock import aware
from hub.kernel.errors import HookRejected, Refused, Retryable

SECRET_HEADER = "x-simulated-secret"


class SimulatedChannel(Channel):
    """Hands messages to a gateway in memory."""

    Settings = SimulatedSettings
    settings: SimulatedSettings

    def __init__(self, settings: SimulatedSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        self._gateway = gateway(settings.gateway)

    def probe(self) -> ProbeResult:
        """Show the password."""
        self._gateway.check(self.settings.password)
        taken = len(self._gateway.taken())
        return ProbeResult("reached the simulated gateway", {"messages": taken})

    def send(
        self,
        message: Message,
        idempotency_key: str,
        *,
        uncertain: bool = False,
        absent_since: datetime | None = None,
    ) -> ChannelReceipt:
        """Keep one message, unless the look-up finds it there."""
        if not message.text.strip():
            raise Refused("the message has no text", code="message_refused")
        self._gateway.check(self.settings.password)
        if uncertain:
            earlier = self._gateway.find(idempotency_key)
            if earlier:
                return _receipt(earlier, repeated=True)
            self._look_again(absent_since)
        return _receipt(self._gateway.take(message, idempotency_key), repeated=False)

    def read_hook(self, raw: RawHook) -> ChannelHook:
        """One report as JSON."""
        secret, given = self.context.hook_secret, raw.headers.get(SECRET_HEADER, "")
        if not secret or not hmac.compare_digest(secret.encode(), given.encode()):
            raise HookRejected("the report does not carry the instance's secret")
        try:
            data = orjson.loads(raw.body)
            status = ReportStatus(data["status"])
            at = aware(datetime.fromisoformat(data["at"]))
            report = DeliveryReport(str(data["reference"]), status, at, str(data.get("reason", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise HookRejected("the report is not what it should be", status=400) from None
        return ChannelHook((report,))

    def _look_again(self, absent_since: datetime | None) -> None:
        left = wait_before_repeat(
            absent_since, self.context.clock.wall(), self.settings.lookup_wait
        )
        if left > 0:
            raise Retryable(
                "not there yet; looking again before it is sent once more",
                retry_after=left,
                code=LOOK_AGAIN,
            )


def report(
    reference: str, status: ReportStatus, secret: str, at: datetime, url: str = "http://hub/hook"
) -> RawHook:
    """The call with which the simulated gateway reports."""
    body = orjson.dumps({"reference": reference, "status": status.value, "at": at.isoformat()})
    return RawHook("POST", url, {SECRET_HEADER: secret}, {}, body, "127.0.0.1", at)


def _receipt(taken: Taken, *, repeated: bool) -> ChannelReceipt:
    return ChannelReceipt(taken.reference, repeated=repeated)
