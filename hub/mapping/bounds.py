"""Expressions whose size or time nothing bounds but the evaluator's limits.

Bounded is what grows with the record's own size at most: going through lists, counting, joining
what is there. Unbounded is

- a function that calls itself, by its name, through another one, or by being handed to itself;
- a range or a padding whose end comes from a value: constants, ``$count`` and ``$length`` are
  bounded, ``$min([value, 100])`` bounds anything;
- a join (``@$a … @$b``) without a condition, which makes every pair;
- a ``$reduce`` that puts the result so far into the next one twice, which doubles it each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.mapping.expressions import Expression
from hub.mapping.reads import all_parts

_SIZES = frozenset({"count", "length"})
_KEEPS = frozenset({"floor", "ceil", "round", "abs", "sqrt"})
_ENOUGH = 50  # deeper than anybody writes by hand


def bound_problems(expression: Expression) -> Iterator[str]:
    """Each way in which the expression is unbounded, as ``what; how to mend it``."""
    yield from dict.fromkeys(_problems(expression))


def _problems(expression: Expression) -> Iterator[str]:
    parts = list(all_parts(expression.tree))
    bound = {
        str(part.lhs.value): part.rhs
        for part in parts
        if part.type == "bind" and part.lhs.type == "variable"
    }
    bounds = _Bounds(bound)
    yield from _recursion(parts, bound)
    if "pad" not in bound:
        yield from _paddings(parts, bounds)
    for part in parts:
        if part.type == "binary" and part.value == "..":
            if not (bounds.hold(part.lhs) and bounds.hold(part.rhs)):
                yield "the range has no bound; write its end as $min([…, 1000])"
        elif part.type == "path" and _is_open_join(part):
            yield "the join has no condition, so it makes every pair; add one in brackets"
        elif part.type == "function" and _called(part) == "reduce" and _doubles(part, bound):
            yield "each round of $reduce puts the former result in twice; put it in once"


def _recursion(parts: list[Any], bound: Mapping[str, Any]) -> Iterator[str]:
    calls = {
        name: {str(each.value) for each in all_parts(body.body) if each.type == "variable"}
        for name, body in bound.items()
        if body.type == "lambda"
    }
    for name in sorted(calls):
        if name in _reached(calls, name):
            yield f"${name} calls itself; use $map, $filter or $reduce, which end"
    for part in parts:
        if part.type != "function" or part.procedure.type != "variable":
            continue
        handed = [each.value for each in part.arguments if each.type == "variable"]
        if part.procedure.value in handed:
            name = part.procedure.value
            yield f"${name} is handed to itself, so it may call itself; call it with data only"


def _reached(calls: Mapping[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    following = set(calls[name])
    while following:
        one = following.pop()
        if one not in found:
            found.add(one)
            following |= calls.get(one, set())
    return found


def _paddings(parts: list[Any], bounds: _Bounds) -> Iterator[str]:
    calls = [part for part in parts if part.type in ("function", "partial")]
    piped = {id(part.rhs) for part in parts if part.type == "apply"}
    for call in calls:
        if _called(call) == "pad":
            # What is piped into a call is its first argument, as the context is that of a call
            # with only one.
            follows = call.type == "function" and (id(call) in piped or len(call.arguments) == 1)
            for width in call.arguments[0 if follows else 1 :][:1]:
                if not bounds.hold(width):
                    yield "$pad has no bound; write its width as $min([…, 100])"
    named = {id(call.procedure) for call in calls}
    for part in parts:
        if part.type == "variable" and part.value == "pad" and id(part) not in named:
            yield "$pad is passed on, so nothing bounds its width; call it as $pad(text, 20)"


class _Bounds:
    """Which numbers cannot grow with a value of the record. Each variable is judged once: where
    one is made of another twice, again and again, the ways through them are without number."""

    def __init__(self, bound: Mapping[str, Any]) -> None:
        self._bound = bound
        self._variables: dict[str, bool] = {}

    def hold(self, node: Any, depth: int = 0) -> bool:
        """Whether this number cannot grow."""

        def inner(part: Any) -> bool:
            return self.hold(part, depth + 1)

        if depth > _ENOUGH:
            return False
        if node.type == "number":
            return True
        if node.type == "unary" and node.value == "-":
            return inner(node.expression)
        if node.type == "binary":
            if node.value in ("+", "-"):
                return inner(node.lhs) and inner(node.rhs)
            if node.value == "*":
                constant = "number" in (node.lhs.type, node.rhs.type)
                return constant and inner(node.lhs) and inner(node.rhs)
            return node.value in ("/", "%") and node.rhs.type == "number" and inner(node.lhs)
        if node.type == "condition":
            return inner(node.then) and (node._else is None or inner(node._else))
        if node.type == "block":
            return bool(node.expressions) and inner(node.expressions[-1])
        if node.type == "variable":
            return self._variable(str(node.value), depth)
        if node.type == "path" and len(node.steps) == 1:
            return inner(node.steps[0])
        return node.type == "function" and self._call(node, depth)

    def _variable(self, name: str, depth: int) -> bool:
        if name not in self._bound:
            return False
        if name not in self._variables:
            self._variables[name] = False  # what is made of itself has no bound
            self._variables[name] = self.hold(self._bound[name], depth + 1)
        return self._variables[name]

    def _call(self, node: Any, depth: int) -> bool:
        name = _called(node)
        if name in _SIZES:
            return True
        if name in _KEEPS:
            return bool(node.arguments) and self.hold(node.arguments[0], depth + 1)
        if name in ("min", "max") and node.arguments:
            listed = node.arguments[0]
            if listed.type == "unary" and listed.value == "[":
                judge = any if name == "min" else all
                return judge(self.hold(each, depth + 1) for each in listed.expressions)
        return False


def _called(node: Any) -> str:
    return str(node.procedure.value) if node.procedure.type == "variable" else ""


def _is_open_join(node: Any) -> bool:
    joined = [step for step in node.steps if step.focus]
    return len(joined) > 1 and not any(step.stages or step.predicate for step in node.steps)


def _doubles(call: Any, bound: Mapping[str, Any]) -> bool:
    function = call.arguments[1] if len(call.arguments) > 1 else None
    if function is not None and function.type == "variable":
        function = bound.get(function.value)
    if function is None or function.type != "lambda" or not function.arguments:
        return False
    return _puts_twice(function.body, str(function.arguments[0].value))


def _puts_twice(node: Any, name: str) -> bool:
    """Whether a text, list or object is made that holds the variable twice."""
    for part in all_parts(node):
        makes = (
            (part.type == "binary" and part.value == "&")
            or (part.type == "unary" and part.value in ("[", "{"))
            or (part.type == "function" and _called(part) in ("append", "join"))
        )
        if makes and _uses(part, name) > 1:
            return True
    return False


def _uses(node: Any, name: str) -> int:
    return sum(1 for part in all_parts(node) if part.type == "variable" and part.value == name)
