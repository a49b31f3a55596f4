"""An OData address taken apart: ``Company('A')/SalesOrder(Document_Type='Order',No='1')``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.dynamics_nav.sandbox.errors import HttpError


@dataclass(frozen=True)
class Segment:
    """One piece. ``keys`` holds named keys; a key without a name stands under the empty name."""

    name: str
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The only key, whatever it is called."""
        return next(iter(self.keys.values()), "")


def split(path: str) -> list[Segment]:
    """The pieces of a path. Slashes and brackets inside quotes belong to the text."""
    return [_segment(piece) for piece in _outside_quotes(path, "/") if piece]


def _segment(piece: str) -> Segment:
    name, bracket, rest = piece.partition("(")
    if not bracket:
        return Segment(name)
    if not rest.endswith(")"):
        raise HttpError(400, "BadRequest_InvalidRequestUrl", "The address is not well formed.")
    keys: dict[str, str] = {}
    for pair in _outside_quotes(rest[:-1], ","):
        label, equals, value = _named(pair)
        keys[label if equals else ""] = _plain(value.strip())
    return Segment(name, keys)


def _named(pair: str) -> tuple[str, str, str]:
    if pair.lstrip().startswith("'"):
        return "", "", pair
    label, equals, value = pair.partition("=")
    return (label.strip(), equals, value) if equals else ("", "", pair)


def _plain(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value


def _outside_quotes(text: str, separator: str) -> list[str]:
    found, quoted = [""], False
    for letter in text:
        quoted = quoted != (letter == "'")
        if letter == separator and not quoted:
            found.append("")
        else:
            found[-1] += letter
    return found
