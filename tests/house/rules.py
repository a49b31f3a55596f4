"""The rules for one source text, each a function from the text to what is wrong with it.

A function's length counts its lines from ``def`` on, without its docstring: a contract's methods
owe one, and nobody should shorten it to save lines. Decorators do not count, inner functions do.
Looking for code in comments is cautious: only what no English sentence looks like is reported.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

FILE_LINES = 300
FUNCTION_LINES = 40
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "base", "manager", "managers"})

_BANNER = re.compile(r"^#\s*([-=*~_+])\1{3,}|^#{4,}|([-=*#~_+])\2{5,}\s*$")
_DIRECTIVE = re.compile(r"^#\s*(noqa|type:|fmt:|mypy:|ruff:|pragma|!|-\*-)")
_COMPOUND = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.With, ast.Try)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and the line where."""

    line: int
    text: str


def too_long(text: str) -> Iterator[Finding]:
    """A file with more lines than allowed."""
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield Finding(FILE_LINES + 1, f"{lines} lines; split it, {FILE_LINES} are allowed")


def long_functions(text: str) -> Iterator[Finding]:
    """Functions with more lines than allowed."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = function_lines(node)
            if lines > FUNCTION_LINES:
                yield Finding(node.lineno, f"{node.name} has {lines} lines; split it")


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is None:
        return lines
    docstring = node.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def no_module_docstring(text: str) -> Iterator[Finding]:
    """A module that does not say what it is. An empty one (a mere marker) has nothing to say."""
    module = _parsed(text)
    if module.body and not (ast.get_docstring(module) or "").strip():
        yield Finding(1, "the module has no docstring")


def undocumented_classes(text: str) -> Iterator[Finding]:
    """Public classes without a docstring."""
    for node in _parsed(text).body:
        if isinstance(node, ast.ClassDef) and _is_bare(node):
            yield Finding(node.lineno, f"class {node.name} has no docstring")


def undocumented_methods(text: str) -> Iterator[Finding]:
    """Public methods of public classes without a docstring; for contracts."""
    for node in _parsed(text).body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and _is_bare(method):
                yield Finding(method.lineno, f"{node.name}.{method.name} has no docstring")


def banners(text: str) -> Iterator[Finding]:
    """Comments that are ornaments."""
    for line, comment, _ in _comments(text):
        if _BANNER.search(comment):
            yield Finding(line, "a banner; let modules and functions divide the text")


def commented_out(text: str) -> Iterator[Finding]:
    """Comments on lines of their own that are Python."""
    for line, comment, alone in _comments(text):
        if alone and not _DIRECTIVE.match(comment) and _is_code(comment.lstrip("#").strip()):
            yield Finding(line, "commented-out code; delete it, git remembers")


def names_and_strings(text: str) -> Iterator[tuple[int, str]]:
    """Every name and string of the code, with its line; no comments, no docstrings."""
    docstrings = {
        node.body[0].value
        for node in ast.walk(_parsed(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node, clean=False) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    skipped = {(node.lineno, node.col_offset) for node in docstrings}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.STRING) and token.start not in skipped:
            yield token.start[0], token.string


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _is_bare(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and not ast.get_docstring(node)


@cache
def _comments(text: str) -> list[tuple[int, str, bool]]:
    """Line, comment, and whether it stands on a line of its own."""
    return [
        (token.start[0], token.string, not token.line[: token.start[1]].strip())
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    ]


def _is_code(line: str) -> bool:
    for source in (line, f"{line} pass"):
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        return len(body) == 1 and _is_surely_code(body[0])
    return False


def _is_surely_code(node: ast.stmt) -> bool:
    """English can look like ``return early``, ``if needed:`` or ``note: this``; these cannot."""
    match node:
        case ast.Assign() | ast.AugAssign() | ast.ImportFrom():
            return True
        case ast.AnnAssign(value=value):
            return value is not None
        case ast.Expr(value=ast.Call() | ast.Await()):
            return True
        case ast.Return(value=value) | ast.Raise(exc=value):
            return isinstance(value, ast.Call | ast.Attribute | ast.Compare | ast.Subscript)
        case ast.Import(names=names):
            return any("." in one.name or one.asname for one in names)
        case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test):
            return isinstance(test, ast.Call | ast.Compare | ast.Attribute | ast.UnaryOp)
        case _:
            return isinstance(node, _COMPOUND)
