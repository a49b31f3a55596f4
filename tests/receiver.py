"""A receiver of webhooks on this machine, which checks signatures with its own library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import time_machine
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug import Request, Response


@dataclass(frozen=True)
class Taken:
    """One call as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its ``webhook-id``."""
        return self.headers["Webhook-Id"]

    @property
    def at(self) -> datetime:
        """Its ``webhook-timestamp``."""
        return datetime.fromtimestamp(int(self.headers["Webhook-Timestamp"]), UTC)

    @property
    def content(self) -> dict[str, Any]:
        """The body, read."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def kind(self) -> str:
        """The ``type`` of the body."""
        return str(self.content["type"])

    def is_signed_with(self, secret: str) -> bool:
        """Whether the receiver's library agrees, at the moment that the call names."""
        with time_machine.travel(self.at, tick=False):
            try:
                Webhook(secret).verify(self.body, self.headers)
            except WebhookVerificationError:
                return False
        return True


class Receiver:
    """Takes every POST. ``answers`` are given one after the other, then 200 for ever."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        self.calls: list[Taken] = []
        self.answers: list[int | Response] = []
        server.expect_request("/hook", method="POST").respond_with_handler(self._take)

    def url(self, query: str = "", host: str = "127.0.0.1") -> str:
        """Where it listens."""
        return f"http://{host}:{self._server.port}/hook{query}"

    def will_answer(self, *answers: int | Response) -> None:
        """The next answers."""
        self.answers = list(answers)

    @property
    def events(self) -> Sequence[Taken]:
        """What came in, without the tests of subscriptions."""
        return [call for call in self.calls if call.kind != "webhook.test"]

    @property
    def kinds(self) -> list[str]:
        """What came in, in words."""
        return [call.kind.removeprefix("request.") for call in self.events]

    def _take(self, request: Request) -> Response:
        self.calls.append(Taken(request.full_path, dict(request.headers), request.get_data()))
        answer = self.answers.pop(0) if self.answers else 200
        return Response("", answer) if isinstance(answer, int) else answer


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver while the block lasts."""
    with HTTPServer("127.0.0.1", 0) as server:
        yield Receiver(server)
