"""46elks as a channel: messages out, delivery reports in.

46elks knows no idempotency key and signs nothing. So after an unknown outcome the account's history
is looked through before a repeat, and a report counts only when it comes to the secret address that
the hub gave out (and, if set, from 46elks' own IP addresses).
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hub.channels.sms_46elks.client import ElksClient, read_time
from hub.channels.sms_46elks.codes import STATUSES
from hub.channels.sms_46elks.settings import ElksSettings, is_sender
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
from hub.kernel.errors import AuthenticationFailed, HookRejected, OutcomeUnknown, Refused, Retryable
from hub.kernel.logging import get_logger
from hub.toolkit import gsm
from hub.toolkit.phone import is_e164

UNITS_PER_MONEY = 10_000  # the API counts money in ten-thousandths
CLOCK_SLACK = timedelta(minutes=1)  # our clock and theirs may differ

_log = get_logger(__name__)


class ElksChannel(Channel):
    """One 46elks account."""

    Settings = ElksSettings
    settings: ElksSettings

    def __init__(self, settings: ElksSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        self._client = ElksClient(settings)
        self._networks = [ipaddress.ip_network(ip, strict=False) for ip in settings.allowed_ips]

    def probe(self) -> ProbeResult:
        """Read the account. An empty balance counts as refused: nothing can be sent with it."""
        account = self._client.me()
        currency = str(account.get("currency", ""))
        facts: dict[str, Any] = {"currency": currency}
        warnings: tuple[str, ...] = ()
        raw = account.get("balance")
        if isinstance(raw, int | float):
            balance = facts["balance"] = raw / UNITS_PER_MONEY
            if balance <= 0:
                raise AuthenticationFailed(
                    "the 46elks account has no credit left: top it up in the 46elks dashboard",
                    code="no_credit",
                )
            if balance < self.settings.balance_warning:
                warnings = (f"the balance is low: {balance:.2f} {currency}".strip(),)
        return ProbeResult("reached 46elks", facts, warnings)

    def send(
        self,
        message: Message,
        idempotency_key: str,
        *,
        uncertain: bool = False,
        absent_since: datetime | None = None,
    ) -> ChannelReceipt:
        """Send one SMS, after a look through the history where an earlier try is ``uncertain``."""
        form = self._form(message)
        if uncertain:
            earlier = self._look_up(form, message.created_at, absent_since)
            if earlier is not None:
                return earlier
        return _receipt(self._client.send_sms(form), repeated=False)

    def read_hook(self, raw: RawHook) -> ChannelHook:
        """A delivery report: form fields ``id``, ``status`` and, when delivered, ``delivered``.

        Answered 204 without a body: 46elks would send a body to the customer where the call is an
        incoming SMS, and repeats whatever is not answered 200 to 204.
        """
        self._verify(raw)
        try:
            form = parse_qs(raw.body.decode("ascii"), keep_blank_values=True, max_num_fields=50)
        except ValueError:
            raise HookRejected("the report is no form", status=400) from None
        field = {name: values[0] for name, values in form.items()}
        if field.get("direction") == "incoming":
            return ChannelHook()
        reference, word = field.get("id", ""), field.get("status", "")
        if not reference or not word:
            raise HookRejected("the report names no message or no status", status=400)
        status = STATUSES.get(word)
        if status is None:
            _log.warning("unmapped_status", instance=self.context.instance, status=word[:40])
            return ChannelHook()
        at = read_time(field.get("delivered", ""), raw.received_at)
        return ChannelHook((DeliveryReport(reference, status, at, _reason(status)),))

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _form(self, message: Message) -> dict[str, str]:
        sender = message.sender or self.settings.sender
        if not is_e164(message.to):
            raise Refused("the recipient's number is not in E.164 form", code="bad_number")
        if not is_sender(sender):
            raise Refused(
                "the sender must be 3 to 11 letters and digits from a letter on, or a number",
                code="message_refused",
            )
        text = gsm.clean(message.text)
        if self.settings.fold_letters:
            text = gsm.fold(text)
        if not text.strip():
            raise Refused("the message has no text", code="message_refused")
        form = {"from": sender, "to": message.to, "message": text}
        if message.report_url:
            form["whendelivered"] = message.report_url
        if self.settings.dontlog:
            form["dontlog"] = "message"
        return form

    def _look_up(
        self, form: Mapping[str, str], created: datetime, absent_since: datetime | None
    ) -> ChannelReceipt | None:
        for row in self._client.history(form["to"], created - CLOCK_SLACK):
            if _is_same(row, form):
                return _receipt(row, repeated=True)
        left = wait_before_repeat(
            absent_since, self.context.clock.wall(), self.settings.lookup_wait
        )
        if left > 0:
            raise Retryable(
                "not in the 46elks history yet; looking again before it is sent once more",
                retry_after=left,
                code=LOOK_AGAIN,
            )
        return None

    def _verify(self, raw: RawHook) -> None:
        if raw.method != "POST":
            raise HookRejected("delivery reports come by POST", status=405)
        if self._networks and not self._allowed(raw.remote_ip):
            raise HookRejected("the caller's address is not one of 46elks'", status=403)
        secret = self.context.hook_secret
        if not secret and not self._networks:
            raise HookRejected("this instance has neither a hook secret nor allowed addresses")
        if secret and not _holds(raw, secret):
            raise HookRejected("the report address does not hold the instance's secret")

    def _allowed(self, remote_ip: str) -> bool:
        try:
            address = ipaddress.ip_address(remote_ip)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


def _is_same(row: Mapping[str, Any], form: Mapping[str, str]) -> bool:
    """Whether a history row is the message in ``form``. Where there is a text the sender does not
    count, since 46elks replaces it in some countries; without one (dontlog) it is all there is."""
    if row.get("direction", "outgoing") != "outgoing" or row.get("to") != form["to"]:
        return False
    text = row.get("message")
    if not text:
        return bool(row.get("from") == form["from"])
    return str(text).strip() == form["message"].strip()


def _receipt(row: Mapping[str, Any], *, repeated: bool) -> ChannelReceipt:
    reference = row.get("id")
    if not isinstance(reference, str) or not reference:
        raise OutcomeUnknown("46elks took the message but named no id")
    parts, cost = row.get("parts"), row.get("cost")
    return ChannelReceipt(
        reference=reference,
        status=STATUSES.get(str(row.get("status")), ReportStatus.ACCEPTED),
        repeated=repeated,
        parts=parts if isinstance(parts, int) else 1,
        detail={"cost": cost} if isinstance(cost, int) else {},
    )


def _reason(status: ReportStatus) -> str:
    # 46elks never says why.
    return "not_delivered" if status is ReportStatus.FAILED else ""


def _holds(raw: RawHook, secret: str) -> bool:
    pieces = [*urlsplit(raw.url).path.split("/"), *raw.query.values()]
    return any(hmac.compare_digest(piece.encode(), secret.encode()) for piece in pieces)
