"""A YAML text as data with places, by libyaml where it is sure, else as nodes by ruamel.yaml.

libyaml is twenty times as fast. It speaks YAML 1.1, so what a plain word means is looked up in
ruamel's table of 1.2, and whatever it refuses, is wrong, or the two might see differently
(directives, tags, anchors, tabs), is read by ruamel alone: its words are those that people see.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.resolver import implicit_resolvers
from yaml import YAMLError
from yaml.cyaml import CParser
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from hub.mapping.problems import Path

Read = Callable[[str], Any]
Place = tuple[int, int]
Positions = dict[Path, Place]

_TAG = "tag:yaml.org,2002:"
_VERSION = (1, 2)
DEEPEST = 40
_ENDLESS = 100
_BEGINS, _ENDS = (MappingStartEvent, SequenceStartEvent), (MappingEndEvent, SequenceEndEvent)
# Blocks of text that are empty or begin with an empty line: ruamel refuses some of them.
_BLOCKS, _BLANK = ("|", ">"), ("", "\n")
_UNSURE = re.compile(
    "[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NO_CONTENT = re.compile(r"^(?:%|---|\.\.\.)", re.MULTILINE)


class _Unsure(Exception):
    pass


def quickly(text: str) -> tuple[dict[str, Any], Positions, list[tuple[Path, Place]]] | None:
    """The data of a good text, where each path stands, and the keys that stand there twice. None:
    its nodes have to be looked at. Raises ``MarkedYAMLError`` for nesting that nothing can look
    at."""
    if _UNSURE.search(text) or _NO_CONTENT.search(text):
        return None
    try:
        composer = _Composer(text)
        return composer.data(), composer.positions, composer.twice
    except (YAMLError, _Unsure, ValueError):
        return None


def compose(text: str) -> Any:
    """The root node; None for an empty text. Raises as ruamel.yaml does."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = _VERSION
    yaml.composer.warn_double_anchors = False  # whoever reads these nodes refuses anchors
    return yaml.compose(text)


class _Composer:
    """Makes data of libyaml's events. Its own composer has no limit to depth and crashes."""

    def __init__(self, text: str) -> None:
        self._next: Callable[[], Any] = CParser(text).get_event
        self.positions: Positions = {}
        self.twice: list[tuple[Path, Place]] = []

    def data(self) -> dict[str, Any]:
        """All of it. Raises ``_Unsure``, and what libyaml and ``READ`` raise."""
        self._next()
        event = self._next()
        if isinstance(event, StreamEndEvent):
            return {}
        if not isinstance(event, DocumentStartEvent):
            raise _Unsure
        data = self._value(self._next(), ())
        self._next()
        if type(data) is not dict or not isinstance(self._next(), StreamEndEvent):
            raise _Unsure
        return data

    def _value(self, event: Any, path: Path) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            text = _text(event)
            return _plain_value(text) if event.implicit[0] else text
        if kind not in _BEGINS or event.anchor or event.tag:  # or an alias
            raise _Unsure
        if len(path) >= DEEPEST:
            self._leave(len(path))
        return self._mapping(path) if kind is MappingStartEvent else self._sequence(path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while type(event := self._next()) is not MappingEndEvent:
            if type(event) is not ScalarEvent:
                self._leave(len(path) + 1)
            key, mark = _text(event), event.start_mark
            inner, place = (*path, key), (mark.line + 1, mark.column + 1)
            if key in found:
                self.twice.append((inner, place))
            self.positions[inner] = place
            found[key] = self._value(self._next(), inner)
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while type(event := self._next()) is not SequenceEndEvent:
            inner, mark = (*path, len(found)), event.start_mark
            self.positions[inner] = mark.line + 1, mark.column + 1
            found.append(self._value(event, inner))
        return found

    def _leave(self, level: int) -> NoReturn:
        """Leave it to ruamel, unless that would take seconds to say that it is too deep."""
        while (event := self._next()) is not None:
            level += (type(event) in _BEGINS) - (type(event) in _ENDS)
            if level > _ENDLESS:
                raise MarkedYAMLError(problem="nesting is too deep", problem_mark=event.start_mark)
        raise _Unsure


def _text(event: Any) -> str:
    """The text of a scalar that both libraries read alike."""
    text: str = event.value
    if event.anchor or event.tag or (event.style in _BLOCKS and text[:1] in _BLANK):
        raise _Unsure
    return text


def _integer(text: str) -> int:
    return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] in {"0x", "0o"} else 10)


# What may stand in a file, and how it is read. (A date stays text.) These raise ``ValueError``.
READ: dict[str, Read] = {
    **{_TAG + name: str for name in ("str", "timestamp", "merge", "map", "seq")},
    _TAG + "int": _integer,
    _TAG + "float": lambda text: float(text.replace(".inf", "inf").replace(".nan", "nan")),
    _TAG + "bool": lambda text: text.lower() == "true",
    _TAG + "null": lambda text: None,
}


def _table() -> dict[str, list[tuple[Any, Read | None]]]:
    """First character → what a plain word may look like, in ruamel's order, and how it is read."""
    table: dict[str, list[tuple[Any, Read | None]]] = {}
    for versions, tag, pattern, first in implicit_resolvers:
        if _VERSION in versions:
            for character in first:
                table.setdefault(character, []).append((pattern.match, READ.get(tag)))
    return table


_RESOLVERS = _table()


def _plain_value(text: str) -> Any:
    for fits, read in _RESOLVERS.get(text[:1], ()):
        if fits(text):
            if read is None:
                raise _Unsure
            return read(text)
    return text
