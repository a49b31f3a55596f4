"""Jinja2 as texts see it: closed lists of filters and tests, and a limit on all that could grow or
go on without end, since Jinja2 has none of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, Template, nodes
from jinja2.filters import make_attrgetter
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context, pass_eval_context
from jinja2.visitor import NodeTransformer

MAX_OUTPUT = 100_000
MOST_ROUNDS = 20_000  # of all loops together
SECONDS = 0.5  # that this thread works
MOST_DIGITS = 20
FILTERS = (
    "capitalize", "d", "default", "first", "join", "last", "length", "lower", "round", "title",
    "trim", "truncate", "upper",
)  # fmt: skip
TESTS = ("defined", "undefined", "none", "string", "number", "in", "eq", "ne", "true", "false")
_COUNTED, _LIMIT = "counted", " limit"  # with a blank: no name in a text can be that


class TextError(ValueError):
    """A text cannot be made. Never repeats values."""


class _Limit:
    """How much one text may still go round."""

    def __init__(self) -> None:
        self._left = MOST_ROUNDS
        self._end = time.thread_time() + SECONDS

    def round(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TextError(f"its loops go round more than {MOST_ROUNDS} times")
        if time.thread_time() > self._end:
            raise TextError(f"it takes more than {round(SECONDS * 1000)} ms to make")


class _Environment(ImmutableSandboxedEnvironment):
    """Without calls, and with the closed lists of filters and tests."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=_shown)
        self.globals.clear()
        own = {"join": _join, "round": _round}
        self.filters = {name: own.get(name, self.filters[name]) for name in FILTERS}
        self.filters[_COUNTED] = _counted
        self.tests = {name: self.tests[name] for name in TESTS}

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def _shown(value: Any) -> Any:
    return "" if value is None else value


@pass_context
def _counted(context: Context, value: Iterable[Any]) -> Iterator[Any]:
    """What a loop goes through."""
    limit: _Limit = context[_LIMIT]
    for item in value:
        limit.round()
        yield item


@pass_eval_context
def _join(
    context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None
) -> str:
    """As Jinja2's, which first makes it and then looks how long it is."""
    if attribute is not None:
        value = map(make_attrgetter(context.environment, attribute), value)
    parts = [str(item) for item in islice(value, MOST_ROUNDS + 1)]
    size = len(str(d)) * max(0, len(parts) - 1) + sum(map(len, parts))
    if size > MAX_OUTPUT or len(parts) > MOST_ROUNDS:
        raise TextError(f"what is joined is longer than {MAX_OUTPUT} characters")
    return str(d).join(parts)


def _round(value: Any, precision: Any = 0, method: str = "common") -> Any:
    """As Jinja2's, which computes with ten to the power of the precision."""
    if not isinstance(precision, int) or abs(precision) > MOST_DIGITS:
        raise TextError(f"'round' takes at most {MOST_DIGITS} digits")
    return _BY_JINJA["round"](value, precision, method)


class _Limited(NodeTransformer):
    """Has loops counted, and pieces that ``~`` puts together counted like joined ones."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _COUNTED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(_placed(nodes.List(node.nodes), node), "join")


def _filtered(node: Any, name: str) -> nodes.Expr:
    return _placed(nodes.Filter(node, name, [], [], None, None), node)


def _placed(made: nodes.Expr, beside: nodes.Node) -> nodes.Expr:
    made.set_lineno(beside.lineno)
    made.set_environment(environment)
    return made


_BY_JINJA: Mapping[str, Any] = dict(ImmutableSandboxedEnvironment().filters)
environment = _Environment()


def compiled(text: str) -> Template:
    """A text that was found good, ready to be filled in. Raises ``TextError``."""
    try:
        tree = _Limited().visit(environment.parse(text))
        code = environment.compile(tree)
        return Template.from_code(environment, code, environment.make_globals(None))
    except (RecursionError, SyntaxError, MemoryError):  # Python's, of the code made from it
        raise TextError("the text is nested too deeply; simplify it") from None


def pieces(template: Template, context: Mapping[str, Any]) -> Iterator[str]:
    """The text, piece by piece. Raises as Jinja2 does, and ``TextError``."""
    return template.generate({**context, _LIMIT: _Limit()})
