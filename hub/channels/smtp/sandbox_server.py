"""The simulated relay's SMTP side, on aiosmtpd. Keeps what it takes; knows no pages.

Special local parts of the recipient choose a refusal (``REFUSALS``). aiosmtpd runs handlers in a
thread of its own and answers 500 to an exception in one, so handlers here decide by data only.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hub.toolkit.switchboard import Switchboard

# It logs every command with its addresses, and a warning about itself at each login.
logging.getLogger("mail.log").setLevel(logging.ERROR)

REFUSALS = {
    "unknown": "550 5.1.1 <{to}>: Recipient address rejected: no such user",
    "policy": "550 5.7.1 <{to}>: Message refused by policy",
    "later": "450 4.2.0 <{to}>: Greylisted, try again later",
    "full": "552 5.2.2 <{to}>: Mailbox full",
}
FAULTS = ("slow", "drop_before", "drop_after", "error_500", "html", "throttled", "data_refused")


@dataclass(frozen=True)
class Taken:
    """One mail as it came: envelope and bytes."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    reference: str


class _Relay(SMTP):
    """aiosmtpd's server, able to greet with something that is not SMTP."""

    def __init__(self, handler: RelayHandler, **options: Any) -> None:
        super().__init__(handler, **options)
        self._switches = handler.switches

    async def push(self, status: Any) -> None:
        """Send one reply; with the fault ``html`` a web page in its place."""
        if self._switches.strikes("html"):
            await super().push(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>")
            _drop(self)
            return
        await super().push(status)


class RelayHandler:
    """What happens at each command; aiosmtpd finds the methods by their names."""

    def __init__(self, switches: Switchboard, take: Callable[[str, list[str], bytes], str]) -> None:
        self.switches = switches
        self._take = take

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender."""
        if fault := self.switches.strikes("slow"):
            await asyncio.to_thread(self.switches.hold, fault.seconds)
        if self.switches.strikes("drop_before"):
            return _drop(server)
        if self.switches.strikes("throttled"):
            return "421 4.7.0 Too many messages, closing"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient."""
        if self.switches.strikes("error_500"):
            return "451 4.3.0 Internal trouble, try again later"
        refusal = REFUSALS.get(address.partition("@")[0])
        if refusal:
            return refusal.format(to=address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The mail itself."""
        if self.switches.strikes("data_refused"):
            return "554 5.6.0 Message content refused"
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        # Kill tests hook into calls and may block, so the loop must not run them itself.
        reference = await asyncio.to_thread(
            self._take, envelope.mail_from or "", list(envelope.rcpt_tos), raw
        )
        if self.switches.strikes("drop_after"):
            return _drop(server)
        return f"250 2.0.0 Ok: queued as {reference}"


class RelayServer:
    """The listening relay: STARTTLS first, then a login, then mail. Startable again after stop,
    which a Controller of aiosmtpd is not."""

    def __init__(
        self, handler: RelayHandler, port: int, tls: ssl.SSLContext, login: tuple[str, str]
    ) -> None:
        self._handler, self._port, self._tls, self._login = handler, port, tls, login
        self._lock = threading.Lock()
        self._running: Controller | None = None

    def start(self) -> None:
        """Listen; a second call does nothing."""
        with self._lock:
            if self._running is None:
                controller = _RelayController(
                    self._handler, hostname="127.0.0.1", port=self._port, tls_context=self._tls,
                    require_starttls=True, auth_required=True, authenticator=self._authenticate,
                    ready_timeout=20,
                )  # fmt: skip
                controller.start()
                self._running = controller

    def stop(self) -> None:
        """Stop listening; a second call does nothing."""
        with self._lock:
            if self._running is not None:
                self._running.stop()
                self._running = None

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login, data.password)
        wanted = tuple(text.encode() for text in self._login)
        right = bool(given) and all(map(hmac.compare_digest, given or (), wanted))
        # handled=True would answer nothing, and the client would hang.
        return AuthResult(success=right, handled=False)


class _RelayController(Controller):
    def factory(self) -> SMTP:
        """One server object for each connection."""
        return _Relay(self.handler, **self.SMTP_kwargs)


def _drop(server: SMTP) -> str:
    transport = server.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    return "421 4.3.2 Closing"
