"""The library's evaluator with our guard built in.

The library offers call-backs for limits, which it looks up by name at every part of an expression;
that was a third of the time of a mapping. Here every part goes through one method that knows its
guard. What a part means stays the library's, and the commonest ones are ``closures``.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from jsonata import Jsonata, Parser, Utils

from hub.mapping.closures import closure
from hub.mapping.limits import Guard, weigh
from hub.mapping.natives import to_text
from hub.mapping.patterns import engine
from hub.mapping.walking import single

Method = Callable[[Any, Any, Any, Any], Any]
J = Jsonata

# Part of an expression → how the library works it out.
_PARTS: dict[str, Method] = {
    "path": J.evaluate_path,
    "binary": J.evaluate_binary,
    "unary": J.evaluate_unary,
    "name": J.evaluate_name,
    "string": lambda self, part, data, frame: self.evaluate_literal(part),
    "number": lambda self, part, data, frame: self.evaluate_literal(part),
    "value": lambda self, part, data, frame: self.evaluate_literal(part),
    "wildcard": lambda self, part, data, frame: self.evaluate_wildcard(part, data),
    "descendant": lambda self, part, data, frame: self.evaluate_descendants(part, data),
    "parent": lambda self, part, data, frame: frame.lookup(part.slot.label),
    "condition": J.evaluate_condition,
    "block": J.evaluate_block,
    "bind": J.evaluate_bind_expression,
    "regex": lambda self, part, data, frame: self.evaluate_regex(part),
    "function": lambda self, part, data, frame: self.evaluate_function(
        part, data, frame, Utils.NONE
    ),
    "variable": J.evaluate_variable,
    "lambda": J.evaluate_lambda,
    "partial": J.evaluate_partial_application,
    "apply": J.evaluate_apply_expression,
    "transform": J.evaluate_transform_expression,
}
# Parts that can make a new list or object. The others hand on what was weighed before: functions
# weigh what they give, and a path of names only picks.
_MAKERS = frozenset({"unary", "path", "binary"})


def _by_library(part: Any, evaluator: Any, data: Any, frame: Any) -> Any:
    return evaluator.by_library(part, data, frame)


# For what the library parses by itself, and for parts without a closure.
Parser.Symbol.picks = False
Parser.Symbol.run = _by_library
# The attributes of a part that can hold parts; a test compares them with the library's.
_HOLDERS = (
    "value", "expression", "seeking_parent", "errors", "steps", "slot", "next_function",
    "procedure", "arguments", "body", "predicate", "stages", "input", "tuple", "expr", "group",
    "name", "lhs", "rhs", "lhs_object", "rhs_object", "rhs_terms", "terms", "condition", "then",
    "_else", "expressions", "error", "signature", "pattern", "update", "delete", "ancestor",
)  # fmt: skip
_held = itemgetter(*_HOLDERS)
_CONTAINERS = (list, tuple)


class Evaluator(Jsonata):  # type: ignore[misc]
    """Works out parsed expressions, one after the other. One a thread."""

    def __init__(self) -> None:
        super().__init__("null", engine)
        self.parser = Parser()  # of its own: the library shares one between threads
        self.guard = Guard()

    def run(self, tree: Any, data: Any, frame: Any, guard: Guard, millis: int) -> Any:
        """The raw result of a parsed expression. Raises ``LimitExceeded``, and as the library."""
        self.guard, self.timestamp, self.environment = guard, millis, frame
        Jsonata.CURRENT.jsonata = self  # where the library's functions look for theirs
        return self.eval(tree, data, frame)

    def eval(self, expr: Any, input: Any, environment: Any) -> Any:
        """One part. Called by the library for every part inside it."""
        return expr.run(self, input, environment)

    def by_library(self, expr: Any, input: Any, environment: Any) -> Any:
        """One part, as the library works it out."""
        guard = self.guard
        guard.enter()
        kind = expr.type
        method = _PARTS.get(kind)
        result = method(self, expr, input, environment) if method else None
        for each in expr.predicate or ():
            result = self.evaluate_filter(each.expr, result, environment)
        if kind != "path" and expr.group is not None:
            result = self.evaluate_group_expression(expr.group, result, environment)
        guard.depth -= 1
        if type(result) is str:
            guard.charge(len(result))
        elif isinstance(result, list | dict):
            if (kind in _MAKERS and not (kind == "path" and expr.picks)) or expr.group is not None:
                guard.charge(weigh(result))
            return single(result, expr.keep_array)
        return result

    def evaluate_group_expression(self, expr: Any, input: Any, environment: Any) -> Any:
        """As the library, which would put its placeholder for no entry into the record's list."""
        if isinstance(input, list) and not input:
            input = Utils.create_sequence()
        return super().evaluate_group_expression(expr, input, environment)

    def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
        """As the library, with whole numbers written out."""
        return to_text(lhs) + to_text(rhs)


def mark(tree: Any) -> frozenset[str]:
    """Prepare a parsed expression for ``run``; gives the names of all variables in it."""
    names: set[str] = set()
    seen: set[int] = set()
    stack = [tree]
    while stack:
        part = stack.pop()
        if isinstance(part, _CONTAINERS):
            stack += part
        elif isinstance(part, Parser.Symbol) and id(part) not in seen:
            seen.add(id(part))
            if part.type == "variable":
                names.add(str(part.value))
            elif part.type == "path":
                part.picks = all(step.type == "name" for step in part.steps)
            stack += filter(None, _held(vars(part)))
            run = closure(part)
            if run is not None:
                part.run = run
    return frozenset(names)
