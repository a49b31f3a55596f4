"""BankID in a box: an HTTPS service that speaks the Relying Party API, and a phone to approve with.

Certificates, signatures and revocation answers are real in form and verify; only the authorities
behind them are throw-away ones of this folder. Times run on the clock's real time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.contracts.sandbox import Sandbox, SandboxContext, SandboxLink
from providers.bankid.sandbox.certificates import Authorities
from providers.bankid.sandbox.faults import PROOFS, FaultSwitches
from providers.bankid.sandbox.https_server import MutualTlsServer
from providers.bankid.sandbox.orders import AppRefusal, OrderBook, SandboxOrder
from providers.bankid.sandbox.pages import make_pages
from providers.bankid.sandbox.proof import Content, Faults, make_proof
from providers.bankid.sandbox.rp_api import (
    PREFIX,
    CallHook,
    RelyingPartyApi,
    device_of,
    display_name,
)

_RISKS = ("low", "moderate", "high")


class BankIdSandbox(Sandbox):
    """The whole simulator. ``on_call`` is told before and after each call of the API, in the
    server's thread; tests stop processes there. ``risk`` and ``device_ip`` are what it finds out
    about the next signing."""

    title = "BankID"

    def __init__(self, context: SandboxContext) -> None:
        super().__init__(context)
        self.authorities = Authorities(context.folder, context.clock)
        self.faults = FaultSwitches()
        self.orders = OrderBook(context.clock, self._complete)
        self.api = RelyingPartyApi(self.orders, self.faults)
        self.risk = "low"
        self.device_ip = "127.0.0.1"
        self._port = context.free_port("bankid")
        self._server: MutualTlsServer | None = None
        self._pages = make_pages(self)

    @property
    def on_call(self) -> CallHook | None:
        """Who is told about calls."""
        return self.api.on_call

    @on_call.setter
    def on_call(self, hook: CallHook | None) -> None:
        self.api.on_call = hook

    @property
    def rp_url(self) -> str:
        """The base address of the Relying Party API."""
        return f"https://127.0.0.1:{self._port}{PREFIX.rstrip('/')}"

    def wsgi(self) -> Callable[..., Any]:
        """The phone and, under ``/_control/``, what tests use."""
        return self._pages.wsgi_app

    def settings(self) -> Mapping[str, Any]:
        """Settings of a BankID instance that talks to this sandbox."""
        path = self.authorities.path
        return {
            "environment": "test",
            "base_url": self.rp_url,
            "certificate": path("client"),
            "key": path("client", "key"),
            "server_root": path("tls_root"),
            "signature_root": path("signature_root"),
            "app_start_url": f"{self.context.base_url}/app",
        }

    def links(self) -> tuple[SandboxLink, ...]:
        """The phone."""
        return (
            SandboxLink("BankID app", "/app", "A phone with BankID: scan the code on the screen."),
        )

    def start(self) -> None:
        """Serve the API."""
        if self._server is None:
            path = self.authorities.path
            self._server = MutualTlsServer(
                self._port,
                self.api,
                certificate=path("server"),
                key=path("server", "key"),
                clients=path("rp_root"),
            )
            self._port = self._server.port
            self._server.start()

    def stop(self) -> None:
        """Stop serving; orders are kept."""
        server, self._server = self._server, None
        if server:
            server.stop()

    def reset(self) -> None:
        """Forget all orders, faults and counts."""
        self.orders.clear()
        self.faults.clear()
        self.api.counts.clear()
        self.risk, self.device_ip = "low", "127.0.0.1"

    def approve(self, order: SandboxOrder) -> None:
        """The right code was entered; BankID may still stop it for its risk."""
        accepted = str(order.requirement.get("risk", "")).lower()
        if accepted and _RISKS.index(self.risk) > _RISKS.index(accepted):
            self.orders.fail(order, "transactionRiskBlocked")
        else:
            self.orders.approve(order)

    def _complete(self, order: SandboxOrder, now: datetime) -> dict[str, Any]:
        person = order.person
        if person is None:
            raise AppRefusal("Nobody has opened this.")
        server, display = display_name(self.api.certificates[order.relying_party])
        content = Content(
            function="Signing" if order.operation.endswith("sign") else "Identification",
            visible=str(order.body.get("userVisibleData", "")),
            hidden=str(order.body.get("userNonVisibleData", "")),
            server_name=server,
            display_name=display,
            device=device_of(person.number),
            requirements=tuple(
                (f"{name[:1].upper()}{name[1:]}", str(value))
                for name, value in order.requirement.items()
                if isinstance(value, str | bool)
            ),
        )
        wrong = {name: self.faults.take("collect", name) is not None for name in PROOFS}
        signature, ocsp = make_proof(self.authorities, person, content, now, Faults(**wrong))
        completion: dict[str, Any] = {
            "user": {
                "personalNumber": person.number,
                "name": person.name,
                "givenName": person.given_name,
                "surname": person.family_name,
            },
            "device": {"ipAddress": self.device_ip, "uhi": device_of(person.number)},
            "bankIdIssueDate": f"{(now - timedelta(days=100)).date().isoformat()}Z",
            "signature": signature,
            "ocspResponse": ocsp,
        }
        if order.requirement.get("mrtd"):
            completion["stepUp"] = {"mrtd": True}
        if order.body.get("returnRisk") or order.requirement.get("risk"):
            completion["risk"] = self.risk
        return completion
