"""Reads a YAML text into plain data and remembers where every key and item stands.

Only plain YAML: no tags, no anchors (an alias can blow a small file up), no key twice. An unquoted
date stays text. ``Document.problem`` turns a path into a line that a person can jump to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from hub.kernel.errors import ConfigurationError
from hub.mapping.nodes import DEEPEST, READ, Place, Positions, compose, quickly
from hub.mapping.problems import Path, Problem

MAX_BYTES = 256 * 1024
_TWICE = "stands here twice; remove one of them"


@dataclass(frozen=True)
class Document:
    """A file as data, with the position (line, column, from 1) of each path in it.

    ``fragments`` are the texts of what was included; ``borrowed`` tells which paths stand in
    another file.
    """

    name: str
    text: str
    data: Any
    positions: Positions
    fragments: Mapping[str, str] = field(default_factory=dict)
    borrowed: Mapping[Path, str] = field(default_factory=dict)

    def where(self, path: Path) -> tuple[int, int]:
        """The position of ``path``, or of the nearest thing around it."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def file(self, path: Path) -> str:
        """The file that ``path`` stands in."""
        while self.borrowed and path:
            if path in self.borrowed:
                return self.borrowed[path]
            path = path[:-1]
        return self.name

    def row(self, path: Path) -> str:
        """``path`` in words: ``request.recipient[mobile].convert``."""
        words, here = "", self.data
        for part in path:
            here = _child(here, part)
            if isinstance(part, int):
                named = _row_name(here)
                words += f"[{named or part + 1}]"
            else:
                words += f".{part}" if words else part
        return words or "file"

    def problem(self, path: Path, message: str, *, severity: str = "error") -> Problem:
        """A problem at ``path``; the part of ``message`` after the first ``;`` is the fix."""
        what, _, fix = message.partition("; ")
        line, column = self.where(path)
        return Problem(self.file(path), line, column, self.row(path), what, fix, severity)


def read_document(text: str, name: str) -> Document:
    """Parse ``text``. Raises ``ConfigurationError`` with every fault that was found."""
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise _refused(name, [f"{name}:1:1: file: is larger than {MAX_BYTES} bytes; split it"])
    try:
        data, positions, twice = quickly(text) or (*_thoroughly(text, name), ())
    except (YAMLError, RecursionError, ValueError) as error:
        raise _refused(name, [_syntax(name, error)]) from None
    if twice:
        raise _refused(name, [_fault(name, path, place, _TWICE) for path, place in twice])
    return Document(name, text, data, positions)


def _thoroughly(text: str, name: str) -> tuple[dict[str, Any], Positions]:
    node = compose(text)
    reader = _Reader(name)
    data = reader.value(node, ()) if node is not None else {}
    if not isinstance(data, dict):
        reader.faults.append(
            f"{name}:1:1: file: must be keys with values; write 'key: value' lines"
        )
    if reader.faults:
        raise _refused(name, reader.faults)
    return data, reader.positions


class _Reader:
    """Turns nodes into data; collects positions and faults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: Positions = {}
        self.faults: list[str] = []
        self._seen: set[int] = set()

    def value(self, node: Any, path: Path) -> Any:
        if id(node) in self._seen or len(path) > DEEPEST:
            self.fault(node, path, "anchors and very deep nesting are not allowed; write it out")
            return None
        self._seen.add(id(node))
        if node.anchor:
            self.fault(node, path, f"anchors are not allowed; remove &{node.anchor}")
        if str(node.tag) not in READ:
            self.fault(node, path, f"the tag {node.tag} is not allowed; remove it")
            return None
        if node.id == "mapping":
            return self._mapping(node, path)
        if node.id == "sequence":
            return self._sequence(node, path)
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self.fault(key_node, path, "a key must be a plain word; quote it")
                continue
            key = str(key_node.value)
            inner = (*path, key)
            if key in found:
                self.fault(key_node, inner, _TWICE)
            self.positions[inner] = _mark(key_node)
            found[key] = self.value(value_node, inner)
        return found

    def _sequence(self, node: Any, path: Path) -> list[Any]:
        found = []
        for index, item in enumerate(node.value):
            self.positions[(*path, index)] = _mark(item)
            found.append(self.value(item, (*path, index)))
        return found

    def _scalar(self, node: Any, path: Path) -> Any:
        try:
            return READ[str(node.tag)](str(node.value))
        except ValueError:
            self.fault(node, path, "is not a number that can be read; quote it or correct it")
            return None

    def fault(self, node: Any, path: Path, message: str) -> None:
        self.faults.append(_fault(self.name, path, _mark(node), message))


def _fault(name: str, path: Path, place: Place, message: str) -> str:
    row = ".".join(str(part) for part in path) or "file"
    return f"{name}:{place[0]}:{place[1]}: {row}: {message}"


def _mark(node: Any) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _syntax(name: str, error: Exception) -> str:
    line, column, what = 1, 1, "is not readable YAML"
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = str(error.problem or error.context or what)
    return f"{name}:{line}:{column}: YAML: {what}; check indentation, colons and quotes here"


def _refused(name: str, problems: list[str]) -> ConfigurationError:
    return ConfigurationError(f"{name}: cannot be read", problems=tuple(problems))


def _child(here: Any, part: str | int) -> Any:
    try:
        return here[part]
    except (KeyError, IndexError, TypeError):
        return None


def _row_name(item: Any) -> str:
    if isinstance(item, dict):
        for key in ("to", "name", "key", "value"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return ""
