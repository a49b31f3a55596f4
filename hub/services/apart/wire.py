"""How the hub and a process of its own talk: frames of bytes, each after its length. What stands in
them is for the two sides to agree on."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import orjson

_LENGTH = struct.Struct(">I")


class Broken(Exception):
    """The other side is gone, or says what nobody asked for."""


def send(stream: BinaryIO, *frames: bytes) -> None:
    """Write frames and push them out."""
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def receive(stream: BinaryIO, limit: int) -> bytes:
    """The next frame, of at most ``limit`` bytes."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > limit:
        raise Broken(f"a frame of {length} bytes")
    return _exactly(stream, length)


def receive_json(stream: BinaryIO, limit: int) -> dict[str, Any]:
    """The next frame, an object."""
    try:
        found = orjson.loads(receive(stream, limit))
    except orjson.JSONDecodeError:
        raise Broken("no JSON") from None
    if not isinstance(found, dict):
        raise Broken("no object")
    return found


def _exactly(stream: BinaryIO, length: int) -> bytes:
    found = stream.read(length)
    if len(found) != length:
        raise Broken("the stream ended")
    return found
