"""A 46elks account to try things on: the API under ``/a1``, and ``/_control/`` for tests.

Speaks the vendor's wire as its public documents describe it: Basic authentication, forms in, JSON
out, errors as plain text, history with ``start`` older than ``end``, reports that are repeated for
hours. Messages appear on the sandbox's phone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Flask

from hub.channels.sms_46elks.sandbox_control import control
from hub.channels.sms_46elks.sandbox_reports import Reporter
from hub.channels.sms_46elks.sandbox_state import EARLY, Account, Sms, life_of
from hub.channels.sms_46elks.sandbox_wire import wire
from hub.contracts.sandbox import PhoneMessage, Sandbox, SandboxContext, SandboxLink
from hub.toolkit.switchboard import CallHook, Switchboard

USERNAME = "u-sandbox"
PASSWORD = "sandbox-password"
FAULTS = ("slow", "drop_before", "drop_after", "error_500", "error_500_after", "html", "throttled")


class ElksSandbox(Sandbox):
    """The simulated account."""

    title = "46elks SMS gateway"

    def __init__(self, context: SandboxContext, on_call: CallHook | None = None) -> None:
        super().__init__(context)
        self.switches = Switchboard(FAULTS, on_call)
        self.account = Account(context.clock.now)
        self.reporter = Reporter(context.clock.now)
        self.credentials = (USERNAME, PASSWORD)
        self._hook = ""
        self._app = Flask("sms_46elks_sandbox", static_folder=None)
        self._app.register_blueprint(wire(self))
        self._app.register_blueprint(control(self))

    def wsgi(self) -> Callable[..., Any]:
        """The API and the control surface."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """Settings of an instance that uses this account. The wait between look-ups is short: this
        history never lags."""
        return {
            "base_url": f"{self.context.base_url}/a1",
            "username": USERNAME,
            "password": PASSWORD,
            "sender": "Verkstaden",
            "lookup_wait": 1,
        }

    def links(self) -> tuple[SandboxLink, ...]:
        """The special numbers and the messages so far."""
        return (
            SandboxLink("Messages so far", "/_control/messages", "What the gateway took, as JSON."),
            SandboxLink(
                "Special numbers", "/_control/numbers", "Numbers that fail or lag on purpose."
            ),
        )

    def start(self) -> None:
        """Begin to send reports."""
        self.reporter.start()

    def stop(self) -> None:
        """Stop sending reports."""
        self.switches.clear()
        self.reporter.stop()

    def reset(self) -> None:
        """Forget messages, owed reports, faults and counts."""
        self.switches.reset()
        self.reporter.forget()
        self.account.reset()

    def connect(self, links: Mapping[str, str]) -> None:
        """Incoming messages go to the instance's hook unless a number says otherwise."""
        self._hook = links.get("hook", "")

    def take(self, sender: str, to: str, text: str, report_url: str, *, dontlog: bool) -> Sms:
        """Accept a message: show it on the phone and plan its reports."""
        sms = self.account.add(
            "outgoing", sender, to, text, report_url=report_url, dontlog=dontlog
        )  # fmt: skip
        self._show(sms)
        for status, after in life_of(to):
            self._plan(sms, status, after)
        if to.endswith(EARLY):
            self.reporter.run_due()
        return sms

    def receive(self, sender: str, to: str, text: str, url: str = "") -> Sms:
        """An SMS comes in from a phone; the hub is called, and its answer's text is sent back."""
        sms = self.account.add("incoming", sender, to, text)
        form = {
            "direction": "incoming",
            "id": sms.id,
            "from": sender,
            "to": to,
            "created": str(sms.wire()["created"]),
            "message": text,
        }
        target = url or self.account.sms_urls.get(to, "") or self._hook
        self.reporter.owe(
            timedelta(0), target, form, answered=lambda body: self._reply(to, sender, body)
        )
        return sms

    def _plan(self, sms: Sms, status: str, after: timedelta) -> None:
        form = {"id": sms.id, "status": status}
        if status == "delivered":
            form["delivered"] = (self.context.clock.now() + after).replace(tzinfo=None).isoformat()
        self.reporter.owe(
            after, sms.report_url, form, before=lambda: self.account.move(sms, status)
        )

    def _reply(self, sender: str, to: str, body: str) -> None:
        if body.strip():
            self._show(self.account.add("outgoing-reply", sender, to, body))

    def _show(self, sms: Sms) -> None:
        self.context.show_sms(PhoneMessage(sms.to, sms.sender, sms.message, sms.created, sms.id))
