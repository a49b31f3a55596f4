"""Which names an expression reads, as far as they are plain: from the root, by names alone.

What stands below a name is read from that name's value; inside a filter, a sort or a group the
names are those of the entries, so only ``$$`` leads back to the root there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.mapping.expressions import Expression
from hub.mapping.natives import FUNCTIONS

Names = tuple[str, ...]
_ROOT, _HERE = "$", ""
# Attributes of a node that hold others, which read from where the node itself reads.
_SAME = ("procedure", "lhs", "rhs", "expression", "body", "condition", "then", "_else")
_LISTS = ("expressions", "arguments")
# Those that read from what the node is applied to.
_BELOW = ("pattern", "update", "delete")


def plain_reads(expression: Expression) -> Iterator[Names]:
    """Each name that the expression reads from the root, with the plain names below it."""
    yield from (names for names in _reads(expression.tree, True) if names)


def reads_below(expression: Expression, root: str) -> Iterator[str | None]:
    """The names that the expression reads right below a name of the root; None where it reads what
    stands there in another way, or all of the root."""
    for names in _reads(expression.tree, True):
        if not names or names == (root,):
            yield None
        elif names[0] == root:
            yield names[1]


def unknown_variables(expression: Expression) -> Iterator[str]:
    """Each ``$name`` that nothing gives: no function, and nowhere in the expression made."""
    parts = list(all_parts(expression.tree))
    made = {_ROOT, _HERE, *FUNCTIONS}
    for part in parts:
        if part.type == "bind":
            made.add(str(part.lhs.value))
        elif part.type == "lambda":
            made |= {str(each.value) for each in part.arguments or ()}
        made |= {str(name) for name in (part.focus, part.index) if isinstance(name, str)}
        made |= {str(stage.value) for stage in part.stages or () if stage.type == "index"}
    used = {str(part.value) for part in parts if part.type == "variable"}
    yield from sorted(used - made)


def children(node: Any) -> Iterator[tuple[Any, bool]]:
    """The parts of a node that is no path; whether each reads from where the node reads."""
    for name in _SAME:
        inner = getattr(node, name)
        if _is_node(inner):
            yield inner, True
    for name in _LISTS:
        yield from ((inner, True) for inner in getattr(node, name) or () if _is_node(inner))
    for pair in node.lhs_object or ():
        yield from ((inner, True) for inner in pair)
    for name in _BELOW:
        inner = getattr(node, name)
        if _is_node(inner):
            yield inner, False
    yield from ((inner, False) for inner in _entries(node))


def all_parts(node: Any) -> Iterator[Any]:
    """The node and everything below it."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack += [inner for inner, _ in children(here)]
        stack += here.steps or () if here.type == "path" else ()


def _reads(node: Any, rooted: bool) -> Iterator[Names]:
    """Names from the root; none for the root as a whole."""
    if _is_whole(node, rooted):
        yield ()
    if node.type == "path":
        yield from _path(node, rooted)
        return
    if node.type == "lambda":
        yield from _reads(node.body, rooted)
        return
    for inner, same in children(node):
        yield from _reads(inner, rooted and same)


def _path(node: Any, rooted: bool) -> Iterator[Names]:
    first = node.steps[0]
    begin = 0
    if first.type == "variable" and first.value in (_ROOT, _HERE):
        rooted, begin = rooted or first.value == _ROOT, 1
    names: list[str] = []
    for step in node.steps[begin:]:
        if step.type != "name":
            break
        names.append(str(step.value))
    if rooted and names:
        yield tuple(names)
    elif rooted and begin:
        yield ()
    if begin == 0 and first.type != "name":
        yield from _reads(first, rooted)
    for step in node.steps[1:]:
        if step.type != "name":
            yield from _reads(step, False)
    for step in node.steps:
        for inner in _entries(step):
            yield from _reads(inner, False)
    for inner in _entries(node):
        yield from _reads(inner, False)


def _is_whole(node: Any, rooted: bool) -> bool:
    if node.type == "variable":
        return node.value == _ROOT or (rooted and node.value == _HERE)
    return rooted and node.type in ("wildcard", "descendant")


def _entries(node: Any) -> Iterator[Any]:
    """Filters, sort terms and groups of a node."""
    for name in ("predicate", "stages"):
        for one in getattr(node, name) or ():
            if one.type == "filter":
                yield one.expr
    for term in node.terms or ():
        yield term.expression
    if node.group is not None:
        for pair in node.group.lhs_object or ():
            yield from pair


def _is_node(value: Any) -> bool:
    return hasattr(value, "steps") and hasattr(value, "type") and value.type is not None
