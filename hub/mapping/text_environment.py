"""Jinja2 as texts see it: closed lists of filters and tests, data and nothing of Python behind a
dot, and a limit on all that could grow or go on without end, since Jinja2 has none of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, nodes
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context
from jinja2.visitor import NodeTransformer

from hub.kernel.working_time import worked

MAX_OUTPUT = 100_000
MOST_ROUNDS = 20_000  # of all loops together
MOST_READ = 5_000_000  # characters that all filters together are given
SECONDS = 0.5  # that this thread works, see ``worked``
MOST_DIGITS = 20
MOST_PARTS = 5  # of a name within an entry, as ``join`` takes it
MOST_TRIMMED = 50  # different characters that ``trim`` takes away
FILTERS = (
    "capitalize", "d", "default", "first", "join", "last", "length", "lower", "round", "title",
    "trim", "truncate", "upper",
)  # fmt: skip
TESTS = ("defined", "undefined", "none", "string", "number", "in", "eq", "ne", "true", "false")
_OF_TEXTS = frozenset({"capitalize", "lower", "title", "trim", "truncate", "upper"})
_OF_LOOPS = frozenset(
    {"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"}
)
_COUNTED, _LIMIT = "counted", " limit"  # with a blank: no name in a text can be that
_MISSING: Any = object()
_BY_JINJA: Mapping[str, Callable[..., Any]] = dict(ImmutableSandboxedEnvironment().filters)


class TextError(ValueError):
    """A text cannot be made. Never repeats values."""


class _Limit:
    """How much one text may still do."""

    def __init__(self) -> None:
        self._rounds, self._read = MOST_ROUNDS, MOST_READ
        self._end = worked() + SECONDS

    def round(self) -> None:
        """A loop begins a round."""
        self._rounds -= 1
        if self._rounds < 0:
            raise TextError(f"its loops go round more than {MOST_ROUNDS} times")
        self.look()

    def read(self, value: Any) -> None:
        """A filter is given a value."""
        self._read -= len(value) if isinstance(value, str | list | dict) else 1
        if self._read < 0:
            raise TextError("its filters are given too much text")
        self.look()

    def look(self) -> None:
        """Stop when the time is over."""
        if worked() > self._end:
            raise TextError(f"it takes more than {round(SECONDS * 1000)} ms to make")


class _Environment(ImmutableSandboxedEnvironment):
    """Without calls, and with the closed lists of filters and tests."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=_shown)
        self.globals.clear()
        self.filters = {name: _limited(name) for name in FILTERS}
        self.filters[_COUNTED] = _counted
        self.tests = {name: self.tests[name] for name in TESTS}

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What stands under a name, and never what Python has there: a field may be called
        ``items``."""
        return self._inside(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """As ``getattr``, and an entry of a list by its number."""
        return self._inside(obj, argument)

    def _inside(self, obj: Any, key: Any) -> Any:
        if isinstance(obj, Undefined):
            return getattr(obj, str(key))  # raises, with the name of what is missing
        found = _MISSING
        if isinstance(obj, Mapping):
            found = obj.get(key, _MISSING) if isinstance(key, str | int | float) else _MISSING
        elif isinstance(obj, list | tuple) and type(key) is int:
            found = obj[key] if -len(obj) <= key < len(obj) else _MISSING
        elif isinstance(obj, LoopContext) and key in _OF_LOOPS:
            found = getattr(obj, key)
        return self.undefined(obj=obj, name=key) if found is _MISSING else found


def _shown(value: Any) -> Any:
    if isinstance(value, LoopContext):
        raise TextError("'loop' is no text; write loop.index")
    return "" if value is None else value


@pass_context
def _counted(context: Context, value: Iterable[Any]) -> Iterator[Any]:
    """What a loop goes through."""
    limit: _Limit = context[_LIMIT]
    for item in value:
        limit.round()
        yield item


def _limited(name: str) -> Callable[..., Any]:
    """One of Jinja2's filters, counted and checked. ``pass_context``: nothing is worked out while
    the text is only being compiled."""
    owns: Mapping[str, Callable[..., Any]] = {"join": _join, "round": _round, "trim": _trim}
    own = owns.get(name)
    by_jinja = _BY_JINJA[name]
    passed = getattr(by_jinja, "jinja_pass_arg", None)

    @pass_context
    def call(context: Context, value: Any = None, *args: Any, **named: Any) -> Any:
        limit: _Limit = context[_LIMIT]
        if not isinstance(value, Undefined):
            limit.read(value)
        if name in _OF_TEXTS and value is None:
            value = ""
        if own is not None:
            return own(value, *args, **named)
        if passed is None:
            return by_jinja(value, *args, **named)
        first = context.environment if passed.name == "environment" else context.eval_ctx
        return by_jinja(first, value, *args, **named)

    return call


def _join(value: Iterable[Any], d: Any = "", attribute: str | int | None = None) -> str:
    """As Jinja2's, which first makes it and then looks how long it is."""
    path = [] if attribute is None else str(attribute).split(".")
    if len(path) > MOST_PARTS:
        raise TextError(f"'join' takes a name of at most {MOST_PARTS} parts")
    parts: list[str] = []
    size, between = 0, str(_shown(d))
    for item in islice(value, MOST_ROUNDS + 1):
        for part in path:
            item = environment.getitem(item, int(part) if part.isdecimal() else part)
        parts.append(str(_shown(item)))
        size += len(parts[-1]) + len(between)
        if size > MAX_OUTPUT + len(between) or len(parts) > MOST_ROUNDS:
            raise TextError(f"what is joined is longer than {MAX_OUTPUT} characters")
    return between.join(parts)


def _round(value: Any, precision: Any = 0, method: str = "common") -> Any:
    """As Jinja2's, which computes with ten to the power of the precision."""
    if not isinstance(precision, int) or abs(precision) > MOST_DIGITS:
        raise TextError(f"'round' takes at most {MOST_DIGITS} digits")
    return _BY_JINJA["round"](value, precision, method)


def _trim(value: Any, chars: str | None = None) -> str:
    """As Jinja2's, which looks for each character in ``chars``."""
    if chars is not None and len(chars) > MOST_TRIMMED:
        raise TextError(f"'trim' takes at most {MOST_TRIMMED} characters")
    return str(value).strip(chars)


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


environment = _Environment()


@lru_cache(maxsize=512)
def compiled(text: str) -> Template:
    """A text whose parts are allowed, ready to be filled in. Raises ``TextError``."""
    try:
        tree = _Limited().visit(environment.parse(text))
        code = environment.compile(tree)
        return Template.from_code(environment, code, environment.make_globals(None))
    except (RecursionError, MemoryError):
        raise TextError("is nested too deeply; simplify it") from None
    except (TemplateError, SyntaxError, ValueError, OverflowError):  # also Python's, of its code
        raise TextError("cannot be read; look at numbers, and at words that stand twice") from None


def pieces(template: Template, context: Mapping[str, Any]) -> Iterator[str]:
    """The text, piece by piece. Raises as Jinja2 does, and ``TextError``."""
    limit = _Limit()
    for piece in template.generate({**context, _LIMIT: limit}):
        limit.look()
        yield piece
