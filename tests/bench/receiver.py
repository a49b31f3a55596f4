"""The receiving end: an SMS gateway that only counts.

It takes the form that the hub posts, answers JSON like the real gateway, and notes for each number
when it first got a message. A second message to the same number is counted as a repeat.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Self
from urllib.parse import parse_qs

from tests.bench.wire import Counter, response


class Receiver:
    """Counts messages; serves on a free port of this machine."""

    def __init__(self) -> None:
        self.first_seen: dict[str, float] = {}
        self.repeats = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Counter(self.answer), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Answer one call: a message, a look at the account, or a look into the history."""
        method, path = head.split(b" ", 2)[:2]
        if method == b"POST" and path.endswith(b"/sms"):
            return _json(self._take(body.decode()))
        if path.endswith(b"/me"):
            return _json({"id": "u-bench", "currency": "SEK", "balance": 10_000_000})
        if b"/sms" in path:
            return _json({"data": []})
        return response("404 Not Found", "text/plain", b"no such thing here")

    def _take(self, body: str) -> dict[str, object]:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        to = form.get("to", "")
        if to in self.first_seen:
            self.repeats += 1
        else:
            self.first_seen[to] = time.monotonic()
        number = len(self.first_seen) + self.repeats
        return {
            "id": f"s{number:032x}",
            "status": "created",
            "direction": "outgoing",
            "from": form.get("from", ""),
            "to": to,
            "message": form.get("message", ""),
            "created": "2026-01-01T12:00:00.000000",
            "parts": 1,
            "cost": 3500,
        }


def _json(data: dict[str, object]) -> bytes:
    return response("200 OK", "application/json; charset=utf-8", json.dumps(data).encode())
