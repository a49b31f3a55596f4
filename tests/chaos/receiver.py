"""The other side of every delivery: a process of its own that is never killed and forgets nothing.

Three doors. ``/to/<destination>`` honours idempotency keys: a key is applied once, however often it
comes. ``/hook`` honours the ids of Standard Webhooks in the same way. ``/a1`` is an SMS gateway
that honours nothing and applies whatever arrives, but can be asked what it has. All are told per
destination how to behave (``POST /control``). Moments are those of the monotonic clock, which all
processes of a machine share.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import random
import signal
import sys
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

BEHAVIOURS = (
    "ok", "error_500", "throttled", "refused", "hang", "close_half_way", "commit_then_break",
)  # fmt: skip
GATEWAY = "sms"  # the destination behind /a1
HOOK = "hook"
HANG = 60.0  # seconds
RETRY_AFTER = 2
Headers = dict[str, str]


class Receiver:
    """What arrived, what was applied, and how each destination behaves."""

    def __init__(self, slowness: float) -> None:
        self.arrivals: list[dict[str, Any]] = []
        self.applied: dict[str, int] = {}
        self.events: dict[str, int] = {}  # webhooks that were applied, by their id
        self.found = 0  # look-ups that found a message that was taken before
        self.look_ups: list[float] = []  # moments of look-ups: they too are work that went on
        self._slowness = slowness  # longest seconds to take before, and again after, applying
        self._behaviour: dict[str, str] = {}
        self._messages: dict[str, list[dict[str, Any]]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        try:
            while (call := await _read(reader)) is not None:
                answer = await self._answer(*call)
                writer.write(answer)
                await writer.drain()
                if not answer.endswith(b"}"):  # the rest never comes
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, target: str, headers: Headers, body: bytes) -> bytes:
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/control":
            self._behaviour.update(json.loads(body))
            return _json({})
        if url.path == "/tally":
            return _json({"arrived": len(self.arrivals), "applied": len(self.applied)})
        if url.path == "/first":
            return _json({"moment": self._first(float(query["after"]))})
        if url.path == "/books":
            return _json({"arrivals": self.arrivals, "found": self.found})
        if url.path == "/a1/me":
            return _json({"id": "u", "currency": "SEK", "balance": 10_000_000})
        if url.path == "/a1/sms" and method == "GET":
            return await self._history(query["to"])
        if url.path == f"/{HOOK}":
            return await self._told(headers, json.loads(body), body)
        return await self._deliver(url.path, headers, body)

    async def _history(self, to: str) -> bytes:
        refusal = await self._refusal(GATEWAY)
        if refusal is not None:
            return refusal
        self.look_ups.append(time.monotonic())
        rows = self._messages.get(to, [])
        self.found += bool(rows)
        return _json({"data": rows})

    async def _deliver(self, path: str, headers: Headers, body: bytes) -> bytes:
        await self._take_time()
        gateway = path.startswith("/a1/")
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        destination = GATEWAY if gateway else path.rpartition("/")[2]
        key = form["to"] if gateway else headers["idempotency-key"]
        arrival = self._note(destination, key, headers, body)
        refusal = await self._refusal(destination)
        if refusal is not None:
            return refusal
        self.applied[key] = self.applied.get(key, 0) + 1
        arrival["applied"] = True
        answer = self._keep(form) if gateway else {"applied": self.applied[key] == 1}
        if self._behaviour.get(destination) == "commit_then_break":
            return b""
        await self._take_time()
        return _json(answer)

    async def _told(self, headers: Headers, event: Any, body: bytes) -> bytes:
        if event["type"] == "webhook.test":  # when the subscription is saved
            return _json({})
        await self._take_time()
        data, key = event["data"], headers["webhook-id"]
        order = {"x-entity": data["record"]["id"], "x-seq": str(data["seq"])}
        arrival = self._note(HOOK, key, {**headers, **order}, body)
        arrival["kind"] = data["kind"]
        refusal = await self._refusal(HOOK)
        if refusal is not None:
            return refusal
        self.events[key] = self.events.get(key, 0) + 1
        arrival["applied"] = True
        if self._behaviour.get(HOOK) == "commit_then_break":
            return b""
        await self._take_time()
        return _json({})

    def _note(self, destination: str, key: str, headers: Headers, body: bytes) -> dict[str, Any]:
        arrival = {
            "moment": time.monotonic(),
            "destination": destination,
            "key": key,
            "entity": headers.get("x-entity", ""),
            "seq": int(headers.get("x-seq", 0)),
            "id": headers.get("webhook-id", ""),
            "digest": hashlib.sha256(body).hexdigest()[:16],
            "applied": False,
        }
        self.arrivals.append(arrival)
        return arrival

    async def _refusal(self, destination: str) -> bytes | None:
        """What a destination that is not well answers; nothing is applied then."""
        behaviour = self._behaviour.get(destination, "ok")
        if behaviour == "error_500":
            return _json({}, "500 Internal Server Error")
        if behaviour == "throttled":
            return _json({}, "429 Too Many Requests", f"Retry-After: {RETRY_AFTER}\r\n")
        if behaviour == "refused":
            return _json({}, "401 Unauthorized")
        if behaviour == "hang":
            await asyncio.sleep(HANG)
            return b""
        if behaviour == "close_half_way":
            return _json({"half": "of it"})[:-8]
        return None

    def _keep(self, form: dict[str, str]) -> dict[str, Any]:
        row = {
            "id": f"s{len(self.arrivals):032x}",
            "status": "created",
            "direction": "outgoing",
            "from": form["from"],
            "to": form["to"],
            "message": form["message"],
            "created": "2026-01-01T12:00:00.000000",
        }
        self._messages.setdefault(form["to"], []).append(row)
        return row

    def _first(self, after: float) -> float | None:
        """When the first delivery after ``after`` arrived, or was looked up."""
        arrived = (one["moment"] for one in reversed(self.arrivals))
        first = [*_later(arrived, after)[-1:], *_later(reversed(self.look_ups), after)[-1:]]
        return min(first, default=None)

    async def _take_time(self) -> None:
        if self._slowness:
            await asyncio.sleep(random.uniform(0, self._slowness))


def _later(backwards: Iterable[float], after: float) -> list[float]:
    return list(itertools.takewhile(lambda moment: moment > after, backwards))


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, Headers, bytes] | None:
    line = (await reader.readline()).decode("latin-1")
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    headers: Headers = {}
    while (line := (await reader.readline()).decode("latin-1")).strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return method, target, headers, await reader.readexactly(int(headers.get("content-length", 0)))


def _json(data: Any, status: str = "200 OK", more: str = "") -> bytes:
    body = json.dumps(data).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _main(slowness: float) -> None:
    receiver, ended = Receiver(slowness), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_main(float(sys.argv[1])))
