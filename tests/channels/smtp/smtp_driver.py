"""The SMTP channel in front of its simulated relay on a free loopback port."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import hub.channels.smtp
from hub.channels.smtp.channel import SmtpChannel
from hub.channels.smtp.sandbox import PASSWORD, REPLY_DOMAIN, SmtpSandbox
from hub.contracts.manifest import read_manifest
from hub.contracts.sandbox import Mail, SandboxContext
from tests.contracts.channel_driver import ChannelDriver

FOLDER = Path(hub.channels.smtp.__file__).parent


class SmtpDriver(ChannelDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "hub.channels.smtp")
    channel_class = SmtpChannel
    good = "alice@kund.example"
    unknown = "unknown@kund.example"
    malformed = "alice@kund.example<bob@evil.example>"
    refused_code = "bad_address"
    secrets = (PASSWORD,)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.shown: list[Mail] = []
        context = SandboxContext(
            "http://127.0.0.1/smtp", folder, self.clock, show_mail=self.shown.append
        )
        self.sandbox = SmtpSandbox(context)
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()

    def settings(self) -> dict[str, Any]:
        """Without a domain for answers, so that nothing comes back: see ``answering``."""
        return {**self.sandbox.settings(), "reply_domain": ""}

    def answering(self, **changes: Any) -> SmtpChannel:
        """The channel, able to take what people answer."""
        channel = self.channel(reply_domain=REPLY_DOMAIN, **changes)
        assert isinstance(channel, SmtpChannel)
        return channel

    def wrong_credentials(self) -> dict[str, Any]:
        return {"password": "not-the-password"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 0.5}

    def fault(self, name: str, *, times: int | None = None, seconds: float = 30.0) -> None:
        self.sandbox.switches.switch_on(name, times=times, seconds=seconds)

    def clear(self) -> None:
        self.sandbox.switches.clear()

    def mails(self) -> list[EmailMessage]:
        return [
            message_from_bytes(taken.raw, policy=policy.default) for taken in self.sandbox.taken()
        ]

    def taken(self) -> list[str]:
        return [mail.get_body(("plain",)).get_content() for mail in self.mails()]

    def identities(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails()]
