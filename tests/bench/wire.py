"""Just enough HTTP/1.1 to drive the hub and to receive from it without costing it the machine.

Both sides speak keep-alive with bodies of known length; the client reads chunked answers too. For
nothing but measuring: no TLS, no limits, no continuation lines.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Reply:
    """What a call got back."""

    status: int
    body: bytes
    closes: bool


def request(method: str, host: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + _END + body


def response(status: str, content_type: str, body: bytes) -> bytes:
    """An answer as it goes over the wire."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}"
    return head.encode() + _END + body


def read_message(data: bytes) -> tuple[bytes, bytes, int] | None:
    """Head, body and size of the first whole message in ``data``; None while it is not whole."""
    end = data.find(_END)
    if end < 0:
        return None
    head, start = data[:end], end + len(_END)
    if _CHUNKED.search(head):
        last = data.find(b"0" + _END, start)
        return (head, data[start:last], last + 5) if last >= 0 else None
    length = _LENGTH.search(head)
    size = start + (int(length.group(1)) if length else 0)
    return (head, data[start:size], size) if len(data) >= size else None


class Lane(asyncio.Protocol):
    """One keep-alive connection to the hub, with one call on it at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._waiting: asyncio.Future[Reply] | None = None

    @classmethod
    async def open(cls, port: int) -> Lane:
        """A new connection to a port of this machine."""
        loop = asyncio.get_running_loop()
        _, lane = await loop.create_connection(cls, "127.0.0.1", port)
        return lane

    async def call(self, data: bytes) -> Reply:
        """Send one request, wait for its answer. Raises ``ConnectionError``."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the connection is closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        found = read_message(self._data)
        if found is None or self._waiting is None or self._waiting.done():
            return
        head, body, size = found
        self._data = self._data[size:]
        closes = bool(_CLOSE.search(head))
        self._waiting.set_result(Reply(int(head[9:12]), body, closes))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("closed before the answer"))


class Counter(asyncio.Protocol):
    """The server's side: hands each whole request to ``answer`` and writes what it returns."""

    def __init__(self, answer: Callable[[bytes, bytes], bytes]) -> None:
        self._answer = answer
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (found := read_message(self._data)) is not None and self._transport is not None:
            head, body, size = found
            self._data = self._data[size:]
            self._transport.write(self._answer(head, body))
