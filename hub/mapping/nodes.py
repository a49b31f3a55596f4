"""A YAML text as nodes with their places, by libyaml where it is sure, else by ruamel.yaml.

libyaml is twenty times as fast. It speaks YAML 1.1, so what a plain word means is looked up in
ruamel's table of 1.2, and whatever it refuses, or the two might see differently (directives, tags,
anchors, tabs), is read by ruamel alone: its words are those that people get to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.resolver import implicit_resolvers
from yaml import YAMLError
from yaml.cyaml import CParser
from yaml.events import (
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

_TAG = "tag:yaml.org,2002:"
_TEXT = _TAG + "str"
_VERSION = (1, 2)
_DEEPEST = 100
# Blocks of text that are empty or begin with an empty line: ruamel refuses some of them.
_BLOCKS, _BLANK = ("|", ">"), ("", "\n")
_UNSURE = re.compile(
    "[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    r"|^(?:%|---|\.\.\.)",
    re.MULTILINE,
)


class Node:
    """One value; what a reader of ruamel's nodes looks at."""

    __slots__ = ("id", "start_mark", "tag", "value")

    def __init__(self, kind: str, tag: str, value: Any, start_mark: Any) -> None:
        self.id, self.tag, self.value, self.start_mark = kind, tag, value, start_mark


class _Unsure(Exception):
    pass


def compose(text: str) -> Any:
    """The root node; None for an empty text. Raises as ruamel.yaml does."""
    if not _UNSURE.search(text):
        try:
            return _Composer(text).root()
        except (YAMLError, _Unsure):
            pass
    yaml = YAML(typ="safe", pure=True)
    yaml.version = _VERSION
    yaml.composer.warn_double_anchors = False  # whoever reads these nodes refuses anchors
    return yaml.compose(text)


class _Composer:
    """Makes nodes of libyaml's events. Its own composer has no limit to depth and crashes."""

    def __init__(self, text: str) -> None:
        self._next: Callable[[], Any] = CParser(text).get_event

    def root(self) -> Node | None:
        self._next()
        event = self._next()
        if isinstance(event, StreamEndEvent):
            return None
        if not isinstance(event, DocumentStartEvent):
            raise _Unsure
        node = self._node(self._next(), 0)
        self._next()
        if not isinstance(self._next(), StreamEndEvent):
            raise _Unsure
        return node

    def _node(self, event: Any, level: int) -> Node | None:
        """The node that begins with ``event``; None when the collection around it ends."""
        kind = type(event)
        if kind is ScalarEvent:
            value = event.value
            if event.anchor or event.tag or (event.style in _BLOCKS and value[:1] in _BLANK):
                raise _Unsure
            tag = _plain_tag(value) if event.implicit[0] else _TEXT
            return Node("scalar", tag, value, event.start_mark)
        if kind is not MappingStartEvent and kind is not SequenceStartEvent:
            if getattr(event, "anchor", None):  # an alias
                raise _Unsure
            return None
        if event.anchor or event.tag:
            raise _Unsure
        if level > _DEEPEST:  # ruamel would take seconds to say so
            raise MarkedYAMLError(problem="nesting is too deep", problem_mark=event.start_mark)
        inner = []
        while (node := self._node(self._next(), level + 1)) is not None:
            inner.append(node)
        if kind is SequenceStartEvent:
            return Node("sequence", _TAG + "seq", inner, event.start_mark)
        pairs = list(zip(inner[::2], inner[1::2], strict=True))
        return Node("mapping", _TAG + "map", pairs, event.start_mark)


def _table() -> dict[str, list[tuple[str, Any]]]:
    """First character → the tags that a plain word may have, in ruamel's order."""
    table: dict[str, list[tuple[str, Any]]] = {}
    for versions, tag, pattern, first in implicit_resolvers:
        if _VERSION in versions:
            for character in first:
                table.setdefault(character, []).append((tag, pattern))
    return table


_RESOLVERS = _table()


def _plain_tag(value: str) -> str:
    for tag, pattern in _RESOLVERS.get(value[:1], ()):
        if pattern.match(value):
            return tag
    return _TEXT
