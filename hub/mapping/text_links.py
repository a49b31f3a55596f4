"""A link in a text must stand free: glued to a word it is not underlined by a telephone, and what
is glued to its end becomes a part of the address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jinja2 import nodes

from hub.mapping.text_environment import environment
from hub.mapping.texts import TextProblem, shows

_LINK, _VALUE = object(), object()
_GLUED_BEFORE = re.compile(r"[\w/@.%&=?#~+-]\Z")
_GLUED_AFTER = re.compile(r"[^\s\w<>\"]*[\w/@%&=#~+$-]")
"""Points and brackets at its end are left out of an address, unless more comes without a blank."""


def glued_links(text: str, name: str) -> tuple[TextProblem, ...]:
    """Where a good text shows ``name`` with something of the text or another value beside it."""
    what, fix = f"{{{{ {name} }}}} is glued to what stands beside it", "put a blank between"
    return tuple(
        TextProblem(output.lineno, 1, what, fix)
        for output in environment.parse(text).find_all(nodes.Output)
        if _glued([*_pieces(output.nodes, name)])
    )


def _pieces(parts: Sequence[nodes.Node], name: str) -> Iterator[object]:
    for part in parts:
        if isinstance(part, nodes.TemplateData):
            yield part.data
        elif isinstance(part, nodes.Concat):
            yield from _pieces(part.nodes, name)
        elif isinstance(part, nodes.Const):
            yield str(part.value)
        else:
            yield _LINK if shows(part, name) else _VALUE


def _glued(pieces: Sequence[object]) -> bool:
    ends = ["", *pieces, ""]
    return any(
        piece is _LINK and (_holds_on(_GLUED_BEFORE, before) or _holds_on(_GLUED_AFTER, after))
        for before, piece, after in zip(ends, ends[1:], ends[2:], strict=False)
    )


def _holds_on(pattern: re.Pattern[str], beside: object) -> bool:
    if isinstance(beside, str):
        found = pattern.search if pattern is _GLUED_BEFORE else pattern.match
        return found(beside) is not None
    return True
