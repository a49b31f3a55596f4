"""SMTP as a channel: one mail to one person, handed to a relay.

SMTP cannot be asked whether a mail was taken. After an unknown outcome the mail goes again with the
same Message-ID (made from the idempotency key), by which most mail systems show it once.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime

from hub.channels.smtp.client import SmtpClient
from hub.channels.smtp.mime import build, message_id
from hub.channels.smtp.settings import SmtpSettings
from hub.contracts.channel import Channel, ChannelReceipt, Message
from hub.contracts.plugin import PluginContext, ProbeResult
from hub.kernel.errors import ConfigurationError, Refused
from hub.kernel.redact import redact_text
from hub.toolkit.addresses import BadAddress, wire_address

MAX_REFERENCE = 200


class SmtpChannel(Channel):
    """One mail relay."""

    Settings = SmtpSettings
    settings: SmtpSettings

    def __init__(self, settings: SmtpSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        problems = tuple(_problems(settings, context.instance))
        if problems:
            raise ConfigurationError(
                f"{context.instance}: the settings do not fit together", problems=problems
            )
        self._client = SmtpClient(settings)

    def probe(self) -> ProbeResult:
        """Connect, log in and leave."""
        extensions = self._client.check()
        warnings = () if self.settings.username else ("sending without a login",)
        return ProbeResult("reached the mail server", {"extensions": extensions}, warnings)

    def send(
        self,
        message: Message,
        idempotency_key: str,
        *,
        uncertain: bool = False,
        absent_since: datetime | None = None,
    ) -> ChannelReceipt:
        """Hand one mail to the relay; a repeat carries the same Message-ID."""
        try:
            recipient = wire_address(message.to)
        except BadAddress as error:
            raise Refused(str(error), code="bad_address") from None
        if not message.text.strip():
            raise Refused("the message has no text", code="message_refused")
        now = self.context.clock.now()
        raw = build(message, recipient, idempotency_key, now, self.settings)
        sender = wire_address(self.settings.bounce_address or self.settings.from_address)
        said = self._client.deliver(sender, recipient, raw)
        identity = message_id(idempotency_key, self.settings)
        return ChannelReceipt(
            reference=redact_text(said)[:MAX_REFERENCE] or identity,
            detail={"message_id": identity},
        )


def _problems(settings: SmtpSettings, where: str) -> list[str]:
    found = []
    if settings.security == "none" and not _is_here(settings.host):
        found.append(f"{where}: security: 'none' is only allowed to this machine; use starttls")
    if settings.username and not settings.password:
        found.append(f"{where}: password: is missing for this username")
    dkim = (settings.dkim_domain, settings.dkim_selector, settings.dkim_key_file)
    if any(dkim) and not all(dkim):
        found.append(f"{where}: dkim_domain: domain, selector and key file belong together")
    return found


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
