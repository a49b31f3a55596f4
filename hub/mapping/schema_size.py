"""How large a JSON Schema is once what it refers to stands in its places: few lines can refer to
each other so often that checking one value against them never ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

MOST_PARTS = 10_000
_ELSEWHERE = ("$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor")


class TooLarge(ValueError):
    """The text says what is wrong, and what to do."""


def check_size(schema: Any) -> None:
    """Raises ``TooLarge`` for a schema of too many parts, or one that refers to itself."""
    _Scale(schema).weigh(schema)


class _Scale:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[str, int | None] = {}  # None: it is just being weighed

    def weigh(self, node: Any) -> int:
        """The parts of a node, with those that it refers to."""
        if isinstance(node, Mapping):
            total = 1 + sum(self.weigh(inner) for inner in node.values())
            for name in _ELSEWHERE:
                if isinstance(node.get(name), str):
                    raise TooLarge(f"uses '{name}'; use $ref with '#/…'")
            if isinstance(node.get("$ref"), str):
                total += self._referred(node["$ref"])
        elif isinstance(node, list):
            total = 1 + sum(map(self.weigh, node))
        else:
            total = 1
        if total > MOST_PARTS:
            raise TooLarge(f"has more than {MOST_PARTS} parts, with what it refers to; simplify it")
        return total

    def _referred(self, pointer: str) -> int:
        if pointer not in self._known:
            self._known[pointer] = None
            self._known[pointer] = self.weigh(self._at(pointer))
        weight = self._known[pointer]
        if weight is None:
            raise TooLarge(f"refers to itself by '{pointer}'; write out what is needed")
        return weight

    def _at(self, pointer: str) -> Any:
        if pointer != "#" and not pointer.startswith("#/"):
            raise TooLarge(f"refers to '{pointer}', which is elsewhere; write it into the schema")
        node = self._root
        for part in pointer.split("/")[1:]:
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, list):
                node = node[int(name)] if name.isdecimal() and int(name) < len(node) else None
            else:
                node = node.get(name) if isinstance(node, Mapping) else None
        return node
