"""Reads DER (X.690) without being lenient: definite lengths in the fewest bytes, elements that fill
what holds them. The libraries accept more, and then a byte can be changed that nobody notices."""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import core

_CONSTRUCTED, _DEEPEST = 0x20, 60


@dataclass(frozen=True)
class Element:
    """One element: ``raw`` is all of it, ``body`` what it holds, ``parts`` that as elements."""

    tag: int
    raw: bytes
    body: bytes
    parts: tuple[Element, ...]

    @property
    def tags(self) -> tuple[int, ...]:
        """The tags of its parts."""
        return tuple(one.tag for one in self.parts)

    @property
    def oid(self) -> str:
        """An object identifier, with points. Raises ``ValueError`` for another element."""
        return str(core.ObjectIdentifier.load(self.raw, strict=True).dotted)


def element(data: bytes, depth: int = 0) -> Element:
    """The element at the beginning of ``data``; what follows it does not matter. Raises
    ``ValueError`` for what is no DER."""
    if len(data) < 2 or depth > _DEEPEST or data[0] & 0x1F == 0x1F or data[0] & 0x9F == 0:
        raise ValueError("no element")
    start, size = 2, data[1]
    if size >= 0x80:
        start += size - 0x80
        size = int.from_bytes(data[2:start], "big")
        if size < 0x80 or not data[2] or start > 6:
            raise ValueError("a length in another form")
    raw = data[: start + size]
    if len(raw) < start + size:
        raise ValueError("an element ends too early")
    parts = tuple(_filling(raw[start:], depth + 1)) if data[0] & _CONSTRUCTED else ()
    return Element(data[0], raw, raw[start:], parts)


def _filling(body: bytes, depth: int) -> list[Element]:
    found = []
    while body:
        found.append(element(body, depth))
        body = body[len(found[-1].raw) :]
    return found
