"""The simulated server on a free port, and the clients that tests talk to it with."""

from __future__ import annotations

import re
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import zeep
from requests.auth import AuthBase, HTTPBasicAuth
from requests_ntlm import HttpNtlmAuth
from zeep.transports import Transport

from connectors.dynamics_nav.sandbox import DynamicsNavSandbox
from connectors.dynamics_nav.sandbox.modes import Modes
from hub.contracts.sandbox import SandboxContext
from hub.kernel.clock import ManualClock
from hub.toolkit.gate import Fault
from tests.contracts.connector_driver import STARTED

USER, PASSWORD = "NORDIC\\paraph", "sandbox-password"
ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{}'
    "</soap:Body></soap:Envelope>"
)
PAGE = "urn:microsoft-dynamics-schemas/page/{}"
V2, OWN = "/api/v2.0", "/api/paraph/workshop/v1.0"


class Nav:
    """One simulator for a module of tests. Signs in with Basic, which is the quickest; what tests
    change is undone by ``fresh``."""

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)
        context = SandboxContext(
            "https://sandbox.example/dynamics_nav", Path(tempfile.gettempdir())
        )
        self.sandbox = DynamicsNavSandbox(
            SandboxContext(context.base_url, context.folder, self.clock)
        )
        self.sandbox.start()
        self.store = self.sandbox.store
        self._documents: dict[str, zeep.wsdl.Document] = {}
        self.session = self.signed_in(HTTPBasicAuth("paraph", PASSWORD))
        self.fresh()

    def fresh(self) -> Nav:
        """Back to the seed, without faults."""
        self.sandbox.gate.clear()
        assert self.sandbox.gate.wait_idle(10)
        self.sandbox.reset()
        self.sandbox.webhooks.reset()
        self.sandbox.addresses.clear()
        self.sandbox.on_call = lambda operation, phase: None
        vars(self.sandbox.modes).update(asdict(Modes(auth="basic")))
        return self

    def close(self) -> None:
        self.sandbox.gate.clear()
        self.session.close()
        self.sandbox.stop()

    @property
    def url(self) -> str:
        return self.sandbox.server_url

    @property
    def root(self) -> str:
        """Where the screen and ``/_control/`` are."""
        return self.url.rpartition("/")[0]

    @property
    def api(self) -> str:
        return f"{self.url}{V2}/companies({self.sandbox.company.id})"

    @property
    def own(self) -> str:
        return f"{self.url}{OWN}/companies({self.sandbox.company.id})"

    @property
    def odata(self) -> str:
        name = self.sandbox.company.name.replace("'", "''")
        return f"{self.url}/ODataV4/Company('{quote(name, safe='')}')"

    def address(self, service: str, company: str | None = None) -> str:
        kind = "Codeunit" if service in ("SigningHub", "EmptyUnit") else "Page"
        name = quote(self.sandbox.company.name if company is None else company, safe="")
        return f"{self.url}/WS/{name}/{kind}/{service}"

    def signed_in(self, auth: AuthBase | None) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.auth = auth
        return session

    def ntlm(self, password: str = PASSWORD) -> requests.Session:
        return self.signed_in(HttpNtlmAuth(USER, password))

    def client(self, service: str, session: requests.Session | None = None) -> zeep.Client:
        """A zeep client; the WSDL is read once per module."""
        transport = Transport(session=session or self.session, timeout=20, operation_timeout=20)
        if session is not None or service not in self._documents:
            made = zeep.Client(self.address(service), transport=transport)
            if session is None:
                self._documents[service] = made.wsdl
            return made
        return zeep.Client(self._documents[service], transport=transport)

    def soap(self, service: str) -> Any:
        return self.client(service).service

    def post(
        self,
        service: str,
        message: str,
        operation: str,
        *,
        action: str | None = None,
        timeout: float = 20,
    ) -> requests.Response:
        """A SOAP message as it is written here."""
        namespace = PAGE.format(service.lower())
        return self.session.post(
            self.address(service),
            data=ENVELOPE.format(message.replace("NS", namespace)).encode(),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{namespace}:{operation}"' if action is None else action,
            },
            timeout=timeout,
        )

    def get(self, address: str, **options: Any) -> Any:
        """The JSON at an address of OData or API."""
        answer = self.session.get(address, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, operation: str, *, count: int = 1, seconds: float = 30.0) -> None:
        self.sandbox.gate.add(Fault(kind, operation, count, seconds))

    def token(self, **changes: str) -> requests.Response:
        known = self.sandbox.oauth
        form = {"grant_type": "client_credentials", "client_id": known["client_id"],
                "client_secret": known["client_secret"], "scope": known["scope"]}  # fmt: skip
        return requests.post(known["token_url"], data={**form, **changes}, timeout=20)


def fault_code(body: str) -> str:
    """The last word of a fault's .NET class."""
    found = re.search(r"<faultcode[^>]*>a:([\w.]+)</faultcode>", body)
    return found.group(1).rpartition(".")[2] if found else ""


def numbers(records: Any) -> list[str]:
    """The numbers of records as zeep gives them."""
    return [record.No for record in records or []]
