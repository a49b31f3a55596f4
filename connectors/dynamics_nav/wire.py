"""One HTTP conversation with one server: addresses, sign-in, and which answers are failures.

NTLM belongs to a TCP connection, so with it each thread has a client with one connection of its
own; otherwise all threads share one.
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import quote, urlsplit
from weakref import WeakSet

from connectors.dynamics_nav.auth import SignIn
from connectors.dynamics_nav.codes import by_status
from connectors.dynamics_nav.settings import NTLM, DynamicsNavSettings
from hub.kernel.clock import Clock
from hub.kernel.errors import MalformedAnswer, OutcomeUnknown
from hub.toolkit.http import Answer, HttpClient


class Wire:
    """Calls one server. Thread-safe."""

    def __init__(self, settings: DynamicsNavSettings, clock: Clock) -> None:
        self._settings = settings
        self._sign_in = SignIn(settings, clock)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._clients: WeakSet[HttpClient] = WeakSet()  # threads come and go
        self._shared = None if settings.auth == NTLM else self._made(settings.pool)

    def soap(self, *path: str) -> str:
        """An address below the company of the SOAP service."""
        s = self._settings
        pieces = "/".join(quote(piece, safe="") for piece in (s.company, *path))
        return self._with_tenant(f"{s.server.rstrip('/')}/WS/{pieces}")

    def odata(self, path: str) -> str:
        """An address of OData or the API; ``path`` is escaped already."""
        server = self._settings.odata_server or self._settings.server
        return self._with_tenant(f"{server.rstrip('/')}/{path}")

    def call(self, method: str, url: str, *, changes: bool = False, **options: Any) -> Answer:
        """The answer, whatever its status but for a refused sign-in; a token is renewed once. No
        credentials leave for another server than ours."""
        carried = self._sign_in.options()
        answer = self._once(method, url, changes, carried, options)
        if answer.status == 401 and self._sign_in.renewable:
            self._sign_in.renew(carried)
            answer = self._once(method, url, changes, self._sign_in.options(), options)
        if answer.status == 401:
            raise by_status(401, changes=changes)
        return answer

    def is_ours(self, url: str) -> bool:
        """Whether an address that an answer named is on our server."""
        return _origin(url) == _origin(self.odata(""))

    def forget(self) -> None:
        """Prove the credentials anew with the next call."""
        self._sign_in.forget()

    def close(self) -> None:
        """Give back connections."""
        with self._lock:
            for client in list(self._clients):
                client.close()
        self._sign_in.close()

    def _once(
        self, method: str, url: str, changes: bool, carried: dict[str, Any], options: dict[str, Any]
    ) -> Answer:
        headers = {**(options.get("headers") or {}), **carried["headers"]}
        try:
            return self._client().call(
                method, url, changes=changes, **{**options, **carried, "headers": headers}
            )
        except MalformedAnswer as error:  # larger than allowed
            if changes:
                raise OutcomeUnknown(error.detail) from None
            raise

    def _client(self) -> HttpClient:
        if self._shared is not None:
            return self._shared
        client: HttpClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._made(1)
        return client

    def _made(self, pool: int) -> HttpClient:
        s = self._settings
        client = HttpClient(
            s.server,
            timeout=(min(s.connect_timeout, s.timeout), s.timeout),
            pool=pool,
            max_bytes=s.max_bytes,
        )
        with self._lock:
            self._clients.add(client)
        return client

    def _with_tenant(self, url: str) -> str:
        tenant = self._settings.tenant
        return f"{url}?tenant={quote(tenant)}" if tenant else url


def is_page(answer: Answer) -> bool:
    """Whether a browser was meant: IIS, a proxy, a sign-in page."""
    kind = answer.headers.get("Content-Type", "").lower()
    head = answer.body.lstrip()[:200].lower()
    return ("html" in kind and bool(head)) or head.startswith((b"<!doctype html", b"<html"))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
