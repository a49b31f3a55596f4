"""Watches a browser while a person uses it: nothing may go wrong unseen, nothing may leave the
machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

HOME = {"127.0.0.1", ""}  # data: addresses have no host
# A page that is left drops what it was still asking for.
LEFT = "net::ERR_ABORTED"
# The browser's own note on an answer that is looked at here anyway, with its address.
_STATUS_NOTE = "Failed to load resource"


class Watch:
    """Keeps ``troubles``: console errors (a broken content security policy is one), script faults,
    failed requests, answers of 400 and more that were not awaited, requests to other machines."""

    def __init__(self, context: BrowserContext) -> None:
        self.troubles: list[str] = []
        self._awaited: set[int] = set()
        context.on("console", self._console)
        context.on("weberror", lambda fault: self._note("script fault", fault.error.message))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    @contextmanager
    def refusal(self, status: int) -> Iterator[None]:
        """Answers with ``status`` are right while this lasts."""
        self._awaited.add(status)
        yield
        self._awaited.discard(status)

    def _note(self, what: str, detail: str) -> None:
        self.troubles.append(f"{what}: {detail}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_STATUS_NOTE):
            self._note("console", message.text)

    def _request(self, request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in HOME:
            self._note("left the machine", request.url)

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._note("failed", f"{request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._awaited:
            self._note(str(response.status), f"{response.request.method} {response.url}")
