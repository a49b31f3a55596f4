"""Jinja2 for text that people read: SMS, notes, the signed text. Never for data.

The language is a small part of Jinja2: names, attributes, a closed list of filters, ``if`` and
``for``. No calls, no assignments, no multiplication: a text cannot reach into Python, and cannot
grow beyond what it is made from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError

from hub.mapping.problems import did_you_mean
from hub.mapping.text_environment import (
    FILTERS,
    MAX_OUTPUT,
    TESTS,
    TextError,
    compiled,
    environment,
    pieces,
)

__all__ = [
    "MAX_OUTPUT",
    "MAX_TEMPLATE",
    "TextError",
    "TextProblem",
    "check_template",
    "is_text_key",
    "names_in",
    "render",
    "shows",
]  # fmt: skip
MAX_TEMPLATE = 20_000
_DEEPEST = 60
_NO_LISTS: Mapping[str, int] = {}
_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.Filter, nodes.Keyword, nodes.Test, nodes.If, nodes.For, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat,
)  # fmt: skip
_NESTED_LOOPS = 2


@dataclass(frozen=True)
class TextProblem:
    """One fault in a template, with its place in the template (from 1)."""

    line: int
    column: int
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}" + (f"; {self.fix}" if self.fix else "")


def check_template(
    text: str,
    allowed: Collection[str] | None,
    must_have: Collection[str] = (),
    lists: Mapping[str, int] = _NO_LISTS,
) -> tuple[TextProblem, ...]:
    """What is wrong with a template.

    ``allowed`` holds the names that it may use: ``request`` allows everything below it,
    ``request.url`` only that; None allows any name. Each of ``must_have`` must be shown whole
    whatever the values are. ``lists`` names those that are lists, with the place in each entry of
    what must be shown of it.
    """
    if len(text) > MAX_TEMPLATE:
        return (TextProblem(1, 1, f"has more than {MAX_TEMPLATE} characters", "shorten it"),)
    try:
        tree = environment.parse(text)
    except TemplateSyntaxError as error:
        return (_problem(text, error.lineno, "", f"cannot be read: {error.message}", "correct it"),)
    except RecursionError:
        return (_TOO_DEEP,)
    except (ValueError, SyntaxError):  # a number that Python does not read
        return (TextProblem(1, 1, "cannot be read: a number is too long", "correct it"),)
    problems = [*_forbidden(text, tree)]
    if _TOO_DEEP in problems:
        return (_TOO_DEEP,)
    used = list(_names(tree, frozenset()))
    if allowed is not None:
        problems += [_unknown(text, *use, allowed) for use in used if not _allows(allowed, use[0])]
    have = {name for name, _ in used}
    for name in must_have:
        if name not in have:
            what, fix = f"does not contain {{{{ {name} }}}}", "add it where it is to appear"
            problems.append(TextProblem(1, 1, what, fix))
        elif not _surely(tree.body, name, lists.get(name)):
            what = f"does not always contain {{{{ {name} }}}} whole"
            fix = "write it outside of if, without filters, a list in a for of its own"
            problems.append(TextProblem(1, 1, what, fix))
    if not problems:
        try:
            compiled(text)
        except TextError as error:
            what, _, fix = str(error).partition("; ")
            return (TextProblem(1, 1, what, fix),)
    return tuple(dict.fromkeys(problems))


def render(text: str, context: Mapping[str, Any], *, limit: int = MAX_OUTPUT) -> str:
    """The text with ``context`` filled in. Raises ``TextError`` (never with values in it)."""
    template = _checked(text)
    made: list[str] = []
    size = 0
    try:
        for piece in pieces(template, context):
            size += len(piece)
            if size > limit:
                raise TextError(f"the text is longer than {limit} characters")
            made.append(piece)
    except TextError:
        raise
    except SecurityError:
        raise TextError("the text uses something that is not allowed") from None
    except TemplateError as error:
        raise TextError(f"the text cannot be made: {_undefined(error, text)}") from None
    except Exception as error:
        raise TextError(f"the text cannot be made ({type(error).__name__})") from None
    whole = "".join(made)
    try:
        whole.encode()
    except UnicodeEncodeError:
        raise TextError("the text would hold half a character") from None
    return whole


def names_in(text: str) -> tuple[str, ...]:
    """Every dotted name that a good template reads, in its order."""
    return tuple(dict.fromkeys(name for name, _ in _names(environment.parse(text), frozenset())))


def is_text_key(text: str) -> bool:
    """Whether ``text`` names a text of the workspace rather than being one."""
    return re.fullmatch(r"[a-z][a-z0-9_.]*", text) is not None


@lru_cache(maxsize=512)
def _checked(text: str) -> Template:
    problems = check_template(text, None)
    if problems:
        raise TextError("; ".join(str(problem) for problem in problems))
    return compiled(text)


def _undefined(error: TemplateError, text: str) -> str:
    """The name that is missing, which Jinja2 puts in quotes at the end of its message. One that
    the text does not have was a value: in ``record[record.name]``."""
    found = re.search(r"'([\w.]+)' is undefined|attribute '(\w+)'", error.message or "")
    name = (found.group(1) or found.group(2)) if found else ""
    known = name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    return f"'{name}' is missing" if known else "a value is missing"


_TOO_DEEP = TextProblem(1, 1, "is nested too deeply", "simplify it")


def _forbidden(text: str, tree: nodes.Template) -> Iterator[TextProblem]:
    """What texts must not have. A stack and no recursion: what it looks at may be too deep."""
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        if depth > _DEEPEST:
            yield _TOO_DEEP
            return
        loops += isinstance(node, nodes.For)
        stack += [(each, depth + 1, loops) for each in reversed([*node.iter_child_nodes()])]
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            fix = did_you_mean(node.name, FILTERS)
            yield _problem(text, node.lineno, node.name, f"unknown filter '{node.name}'", fix)
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            fix = did_you_mean(node.name, TESTS)
            yield _problem(text, node.lineno, node.name, f"unknown test '{node.name}'", fix)
        elif isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            yield _problem(text, node.lineno, node.attr, "names must not begin with _", "remove it")
        elif isinstance(node, nodes.For) and node.recursive:
            yield _problem(text, node.lineno, "for", "'recursive' is not available", "remove it")
        elif isinstance(node, nodes.Name) and node.name == "loop" and node.ctx == "store":
            yield _problem(text, node.lineno, "loop", "'loop' has a meaning already", "rename it")
        elif isinstance(node, nodes.For) and loops > _NESTED_LOOPS:
            what = f"more than {_NESTED_LOOPS} loops inside each other"
            yield _problem(text, node.lineno, "for", what, "take one out")
        elif not isinstance(node, _NODES):
            what = f"'{type(node).__name__.lower()}' is not available in texts"
            yield _problem(text, node.lineno, "", what, "use names, filters, if and for")


def _surely(body: Sequence[nodes.Node], name: str, entry: int | None) -> bool:
    """Whether the text shows the name whole whatever the values are. ``entry``: it is a list, of
    whose entries this must be shown."""
    for node in body:
        if isinstance(node, nodes.Output):
            if any(shows(each, name) for each in node.nodes):
                return True
        elif isinstance(node, nodes.If):
            if entry is not None and _dotted(node.test) == name and _surely(node.body, name, entry):
                return True
            branches = [node.body, *(each.body for each in node.elif_), node.else_]
            if all(_surely(branch, name, entry) for branch in branches):
                return True
        elif entry is not None and isinstance(node, nodes.For) and _goes_through(node, name, entry):
            return True
    return False


def shows(node: nodes.Node | None, name: str) -> bool:
    """Whether an expression shows the name whole, whatever the values are."""
    if isinstance(node, nodes.Concat):
        return any(shows(each, name) for each in node.nodes)
    if isinstance(node, nodes.CondExpr):
        return shows(node.expr1, name) and shows(node.expr2, name)
    return node is not None and _dotted(node) == name


def _goes_through(loop: nodes.For, name: str, entry: int) -> bool:
    """Whether the loop shows what it must of each entry."""
    if loop.test is not None or _dotted(loop.iter) != name:
        return False
    target = loop.target
    return isinstance(target, nodes.Name) and _shows_part(loop.body, target.name, entry)


def _shows_part(body: Sequence[nodes.Node], name: str, entry: int) -> bool:
    """Whether ``name[entry]`` is shown, or the whole of ``name``."""
    for node in body:
        if isinstance(node, nodes.Output):
            for each in node.nodes:
                if _dotted(each) == name or _is_part(each, name, entry):
                    return True
        elif isinstance(node, nodes.If):
            branches = [node.body, *(each.body for each in node.elif_), node.else_]
            if all(_shows_part(branch, name, entry) for branch in branches):
                return True
    return False


def _is_part(node: nodes.Node, name: str, entry: int) -> bool:
    if not isinstance(node, nodes.Getitem) or not isinstance(node.arg, nodes.Const):
        return False
    return _dotted(node.node) == name and node.arg.value == entry


def _names(node: nodes.Node, local: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Every dotted name that is read from the context, with its line."""
    if isinstance(node, nodes.For):
        yield from _names(node.iter, local)
        local = local | {"loop"} | {name.name for name in _targets(node.target)}
        test = [node.test] if node.test is not None else []
        children: Iterator[nodes.Node] = iter([*test, *node.body, *node.else_])
    else:
        children = node.iter_child_nodes()
    dotted = _dotted(node)
    if dotted:
        if dotted.partition(".")[0] not in local:
            yield dotted, node.lineno
        return
    for child in children:
        yield from _names(child, local)


def _targets(target: nodes.Node) -> list[nodes.Name]:
    return [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        inner = _dotted(node.node)
        return f"{inner}.{node.attr}" if inner else ""
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        inner = _dotted(node.node) if isinstance(node.arg.value, str) else ""
        return f"{inner}.{node.arg.value}" if inner else ""
    return ""


def _allows(allowed: Collection[str], name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:count]) in allowed for count in range(1, len(parts) + 1))


def _unknown(text: str, name: str, line: int, allowed: Collection[str]) -> TextProblem:
    return _problem(text, line, name, f"unknown name '{name}'", did_you_mean(name, allowed))


def _problem(text: str, line: int, word: str, message: str, fix: str) -> TextProblem:
    lines = text.splitlines() or [""]
    column = lines[min(line, len(lines)) - 1].find(word) + 1 if word else 1
    return TextProblem(line, max(column, 1), message, fix)
