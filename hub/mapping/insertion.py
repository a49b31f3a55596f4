"""Puts an example into the text of a mapping file. Everything else stays as it is, byte for byte:
comments, order, quotes, line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./@-]*[\w.])?")
_WORDS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null", "none"})
_ESCAPED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WIDTH = 90


def with_example(text: str, example: Mapping[str, Any]) -> str:
    """``text``, which can be read, with one more entry at the end of its ``examples``."""
    newline = "\r\n" if "\r\n" in text else "\n"
    found = _examples(text)
    if found is None:
        begin = "" if not text or text.endswith("\n") else newline
        return text + begin + newline + _lines(["examples:", *_item(example, 2)], newline)
    key, node = found
    if isinstance(node, SequenceNode) and node.flow_style:
        at = int(node.end_mark.index) - 1
        comma = ", " if node.value else ""
        return text[:at] + comma + _flow(example) + text[at:]
    if not isinstance(node, SequenceNode):  # the key alone
        at, column, apart = _line_end(text, int(key.end_mark.index)), key.start_mark.column + 2, ""
    else:
        ends = [_line_end(text, max(_ends(one))) for one in node.value]
        at, column = ends[-1], node.start_mark.column
        between = text[ends[0] : int(node.value[1].start_mark.index)] if len(ends) > 1 else ""
        apart = newline if re.search(r"^[ \t]*\r?$", between, re.MULTILINE) and between else ""
        apart = apart if "\n" in between else ""
    begin = "" if text[:at].endswith("\n") else newline
    return text[:at] + begin + apart + _lines(_item(example, column), newline) + text[at:]


def _examples(text: str) -> tuple[Node, Node] | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    root = yaml.compose(text)
    if isinstance(root, MappingNode):
        for key, value in root.value:
            if key.value == "examples":
                return key, value
    return None


def _ends(node: Node) -> Iterator[int]:
    """Where what was written for a node ends: a block's own mark lies at the next thing."""
    inner = [part for pair in node.value for part in pair] if _is(node, MappingNode) else []
    inner = list(node.value) if _is(node, SequenceNode) else inner
    if inner and not getattr(node, "flow_style", False):
        for one in inner:
            yield from _ends(one)
    else:
        yield int(node.end_mark.index)


def _is(node: Node, kind: type) -> bool:
    return isinstance(node, kind)


def _line_end(text: str, index: int) -> int:
    """The beginning of the next line; where ``index`` begins one, that is it."""
    if index and text[index - 1] == "\n":
        return index
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _lines(lines: list[str], newline: str) -> str:
    return "".join(line + newline for line in lines)


def _item(value: Mapping[str, Any], column: int) -> list[str]:
    """An entry of a list, its dash at ``column``."""
    first, *rest = _block(value, column + 2)
    return [" " * column + "- " + first[column + 2 :], *rest]


def _block(value: Mapping[str, Any], column: int) -> list[str]:
    """Keys and values, each on a line of its own where they do not fit on one."""
    found: list[str] = []
    for key, inner in value.items():
        head = f"{' ' * column}{_scalar(str(key))}:"
        line = f"{head} {_flow(inner)}"
        if len(line) <= _WIDTH or not isinstance(inner, Mapping | list) or not inner:
            found.append(line)
        elif isinstance(inner, Mapping):
            found += [head, *_block(inner, column + 2)]
        else:
            found += [head, *(line for one in inner for line in _entry(one, column + 2))]
    return found


def _entry(value: Any, column: int) -> list[str]:
    if isinstance(value, Mapping) and value:
        line = f"{' ' * column}- {_flow(value)}"
        return [line] if len(line) <= _WIDTH else _item(value, column)
    return [f"{' ' * column}- {_flow(value)}"]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one.isprintable():
        return one
    code = ord(one)
    if one in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[one]
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )
