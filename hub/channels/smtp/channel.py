"""SMTP as a channel: one mail to one person, handed to a relay; and what comes back to it.

SMTP cannot be asked whether a mail was taken. After an unknown outcome the mail goes again with the
same Message-ID (made from the idempotency key), by which most mail systems show it once.
"""

from __future__ import annotations

import hmac
import ipaddress
from datetime import datetime
from urllib.parse import urlsplit

from hub.channels.smtp.bounces import read_bounce
from hub.channels.smtp.client import SmtpClient
from hub.channels.smtp.dkim_key import check_key
from hub.channels.smtp.mime import build, local_id
from hub.channels.smtp.replies import is_automatic, read_mail, read_reply
from hub.channels.smtp.settings import SmtpSettings
from hub.contracts.channel import Channel, ChannelHook, ChannelReceipt, Message
from hub.contracts.plugin import PluginContext, ProbeResult, RawHook
from hub.kernel.errors import ConfigurationError, HookRejected, Refused, Unsupported
from hub.kernel.redact import redact_text
from hub.toolkit.addresses import BadAddress, wire_address

MAX_ANSWER = 200


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
        """Connect, log in and leave; try the DKIM key, and look for its other half in DNS."""
        extensions = self._client.check()
        warnings: tuple[str, ...] = ()
        if not self.settings.username:
            warnings = ("sending without a login",)
        if self.settings.dkim_domain:
            warnings += check_key(self.settings)
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
        workspace = self.context.workspace
        raw = build(message, recipient, idempotency_key, now, self.settings, workspace)
        sender = wire_address(self.settings.bounce_address or self.settings.from_address)
        said = self._client.deliver(sender, recipient, raw)
        return ChannelReceipt(
            reference=local_id(idempotency_key), detail={"answer": redact_text(said)[:MAX_ANSWER]}
        )

    def read_hook(self, raw: RawHook) -> ChannelHook:
        """A mail to the reply domain, as its mail server hands it over: a person's answer, a bounce
        of ours, or what machines write of themselves, which is nothing."""
        if not self.settings.reply_domain:
            raise Unsupported(f"{self.context.instance} has no 'reply_domain'")
        if raw.method != "POST":
            raise HookRejected("mails come by POST", status=405)
        secret, given = self.context.hook_secret, urlsplit(raw.url).path.rpartition("/")[2]
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise HookRejected("the address does not hold the instance's secret")
        try:
            return self._read(raw)
        except HookRejected:
            raise
        except Exception as error:  # what the library makes of headers that nobody should write
            raise HookRejected(
                f"a mail cannot be read ({type(error).__name__})", status=400, code="no_mail"
            ) from None

    def _read(self, raw: RawHook) -> ChannelHook:
        mail = read_mail(raw.body, raw.headers.get("content-type", ""))
        if is_automatic(mail, self.settings):
            bounce = read_bounce(mail, raw.received_at)
            return ChannelHook((bounce,) if bounce is not None else ())
        return ChannelHook(replies=(read_reply(mail, raw.body, self.settings),))


def _problems(settings: SmtpSettings, where: str) -> list[str]:
    found = []
    if settings.security == "none" and not _is_here(settings.host):
        found.append(f"{where}: security: 'none' is only allowed to this machine; use starttls")
    if settings.username and not settings.password:
        found.append(f"{where}: password: is missing for this username")
    key = settings.dkim_private_key or settings.dkim_key_file
    dkim = (settings.dkim_domain, settings.dkim_selector, key)
    if any(dkim) and not all(dkim):
        found.append(f"{where}: dkim_domain: domain, selector and key belong together")
    if settings.dkim_private_key and settings.dkim_key_file:
        found.append(f"{where}: dkim_private_key: stands beside dkim_key_file; remove one of them")
    return found


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
