"""A mail relay to try things on: SMTP with STARTTLS and login. What came is shown as mails."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from hub.channels.smtp.sandbox_answers import (
    NOBODY,
    hand_over,
    takes_answers,
    undelivered,
    workspace_of,
    written,
)
from hub.channels.smtp.sandbox_server import FAULTS, REFUSALS, RelayHandler, RelayServer, Taken
from hub.channels.smtp.sandbox_tls import HOST, server_context
from hub.contracts.sandbox import Mail, Sandbox, SandboxContext, SandboxLink
from hub.toolkit.switchboard import CallHook, Switchboard

USERNAME = "sandbox"
PASSWORD = "sandbox-password"
REPLY_DOMAIN = "svar.paraph.example"
DELIVER = "SMTP DATA"


class SmtpSandbox(Sandbox):
    """The simulated relay."""

    title = "Mail relay"

    def __init__(self, context: SandboxContext, on_call: CallHook | None = None) -> None:
        super().__init__(context)
        self.switches = Switchboard(FAULTS, on_call)
        self.port = context.free_port("smtp") or _free_port()
        self._lock = threading.Lock()
        self._taken: list[Taken] = []
        self._hooks: dict[str, str] = {}
        tls, self._ca_file = server_context(context.folder)
        handler = RelayHandler(self.switches, self._take)
        self._server = RelayServer(handler, self.port, tls, (USERNAME, PASSWORD))
        self._app = Flask("smtp_sandbox", static_folder=None)
        self._app.register_blueprint(_control(self))

    def wsgi(self) -> Callable[..., Any]:
        """The control surface; the relay itself listens on a port of its own."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """Settings of an instance that sends through this relay."""
        return {
            "host": HOST,
            "port": self.port,
            "security": "starttls",
            "ca_file": str(self._ca_file),
            "username": USERNAME,
            "password": PASSWORD,
            "from_address": "verkstaden@paraph.example",
            "from_name": "Verkstaden",
            "reply_domain": REPLY_DOMAIN,
        }

    def links(self) -> tuple[SandboxLink, ...]:
        """What came, and the special recipients."""
        return (
            SandboxLink("Mails so far", "/_control/messages", "What the relay took, as JSON."),
            SandboxLink(
                "Special recipients", "/_control/recipients", "Addresses refused on purpose."
            ),
        )

    def start(self) -> None:
        """Listen."""
        self._server.start()

    def stop(self) -> None:
        """Stop listening."""
        self.switches.clear()
        self._server.stop()

    def reset(self) -> None:
        """Forget mails, faults and counts."""
        self.switches.reset()
        with self._lock:
            self._taken.clear()

    def connect(self, links: Mapping[str, str]) -> None:
        """Where answers and bounces go, for each workspace."""
        self._hooks = {
            name.removeprefix("hook."): link
            for name, link in links.items()
            if name.startswith("hook.")
        }

    def taken(self) -> list[Taken]:
        """Every mail that the relay took, oldest first."""
        with self._lock:
            return list(self._taken)

    def _take(self, sender: str, to: list[str], raw: bytes) -> str:
        with self.switches.call(DELIVER):
            # short runs of digits: an id that looks like a telephone number would be masked in logs
            reference = f"{secrets.token_hex(2)}q{secrets.token_hex(2)}".upper()
            taken = Taken(sender, tuple(to), raw, reference)
            with self._lock:
                self._taken.append(taken)
            self.context.show_mail(self._shown(taken))
        return taken.reference

    def _shown(self, taken: Taken) -> Mail:
        mail = read_mail(taken, self._now())
        if not takes_answers(taken.raw, REPLY_DOMAIN):
            return mail
        return replace(
            mail, answer=partial(self._answer, taken), bounce=partial(self._bounce, taken)
        )

    def _answer(self, taken: Taken, text: str) -> int:
        """What the hub says to a person's answer."""
        return self._come_back(taken, written(taken.raw, taken.to[0], text, self._now()))

    def _bounce(self, taken: Taken) -> int:
        """What it says to the word that the mail could not be delivered."""
        return self._come_back(taken, undelivered(taken.raw, taken.to[0], self._now()))

    def _come_back(self, taken: Taken, raw: bytes) -> int:
        hook = self._hooks.get(workspace_of(taken.raw))
        return hand_over(hook, raw) if hook else NOBODY

    def _now(self) -> datetime:
        return self.context.clock.now()


def read_mail(taken: Taken, at: datetime) -> Mail:
    """The mail as a mailbox shows it."""
    parsed = message_from_bytes(taken.raw, policy=policy.default)
    return Mail(
        to=taken.to,
        sender=str(parsed["From"] or taken.sender),
        subject=str(parsed["Subject"] or ""),
        text=_body(parsed, "plain") or "",
        html=_body(parsed, "html"),
        raw=taken.raw,
        at=at,
    )


def _body(parsed: EmailMessage, kind: str) -> str | None:
    part = parsed.get_body((kind,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")


def _control(sandbox: SmtpSandbox) -> Blueprint:
    panel = Blueprint("control", "smtp_control", url_prefix="/_control")

    @panel.route("/<any(faults, calls):resource>", methods=["GET", "POST", "DELETE"])
    def switches(resource: str) -> tuple[Response, int]:
        data = request.get_json(silent=True) or {}
        status, body = sandbox.switches.control(request.method, resource, data)
        return jsonify(body), status

    @panel.get("/messages")
    def messages() -> Response:
        return jsonify(
            [
                {"from": mail.sender, "to": mail.to, "raw": mail.raw.decode("ascii", "replace")}
                for mail in sandbox.taken()
            ]
        )

    @panel.get("/recipients")
    def recipients() -> Response:
        return jsonify({f"{local}@…": reply for local, reply in REFUSALS.items()})

    @panel.post("/reset")
    def reset() -> Response:
        sandbox.reset()
        return jsonify(reset=True)

    return panel


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
