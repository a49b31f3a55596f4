"""The commonest parts of expressions as closures: the library's results without its detours.

Every closure gives what the library would give, and counts against the same guard. What it is not
made for (tuples, sorting, grouping, lambdas, rare types) it leaves to the library, part by part, so
that both kinds call each other. ``tests/mapping/test_closures.py`` compares the two.

A part holds its closure, so a closure holds the parts inside but never the part itself: mappings
come and go, and what has no circles is freed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

from jsonata import Functions, Jsonata, Utils

from hub.mapping.limits import NODES, LimitExceeded, weigh
from hub.mapping.natives import Native
from hub.mapping.operators import OPERATORS, truth
from hub.mapping.walking import Run, flat, names, picked, single

_NONE, _NULL = Utils.NONE, Utils.NULL_VALUE


def closure(part: Any) -> Run | None:
    """A closure for a part of a marked expression; None leaves it to the library."""
    make = _MAKERS.get(part.type)
    if make is None or part.predicate or part.group is not None:
        return None
    return make(part)


def _literal(part: Any) -> Run:
    value = _NULL if part.value is None else part.value
    size = len(value) if type(value) is str else 0

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        evaluator.guard.tick()
        if size:
            evaluator.guard.charge(size)
        return value

    return run


def _variable(part: Any) -> Run | None:
    name = part.value
    if name == "":
        return None
    keep = part.keep_array

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        evaluator.guard.tick()
        result = _find(frame, name)
        if type(result) is str:
            evaluator.guard.charge(len(result))
        return single(result, keep) if isinstance(result, list) else result

    return run


def _find(frame: Any, name: str) -> Any:
    while frame is not None:
        value = frame.bindings.get(name, _NONE)
        if value is not _NONE:
            return value
        frame = frame.parent
    return None


def _name(part: Any) -> Run:
    """A name by itself, in paths that the library works out."""
    key, keep = str(part.value), part.keep_array

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.tick()
        result = Functions.lookup(data, key)
        if type(result) is str:
            guard.charge(len(result))
        return single(result, keep) if isinstance(result, list) else result

    return run


def _path(part: Any) -> Run | None:
    steps = part.steps
    plain = not (part.tuple or part.keep_singleton_array or steps[0].consarray)
    if not plain or any(_is_special(step) for step in steps):
        return None
    if part.picks and not any(step.stages for step in steps):
        return names(tuple(str(step.value) for step in steps), part.keep_array)
    return _steps(part)


def _is_special(step: Any) -> bool:
    special = step.tuple or step.focus or step.index or step.ancestor or step.keep_array
    return bool(special or step.type == "sort" or (step.type == "name" and step.predicate))


def _steps(part: Any) -> Run:
    steps = [
        (step, str(step.value) if step.type == "name" else None, step.stages or ())
        for step in part.steps
    ]
    absolute, final = part.steps[0].type == "variable", part.steps[-1]
    keep = part.keep_array

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.enter()
        items = data if isinstance(data, list) and not absolute else [data]
        for step, key, stages in steps:
            if key is not None and not stages:
                found = picked(guard, items, key)
            else:
                found = _each(evaluator, step, stages, items, frame)
            items = flat(found, step is final)
            if not items:
                break
        guard.depth -= 1
        if items:
            guard.charge(weigh(items))
        return single(items, keep)

    return run


def _each(evaluator: Any, step: Any, stages: Any, items: list[Any], frame: Any) -> list[Any]:
    found, nodes = [], 0
    for item in items:
        value = step.run(evaluator, item, frame)
        for stage in stages:
            value = evaluator.evaluate_filter(stage.expr, value, frame)
        if value is not None:
            found.append(value)
            if isinstance(value, list):
                nodes += len(value)
                if nodes > NODES:
                    raise LimitExceeded("it made a list or object that is too big")
    return found


def _function(part: Any) -> Run | None:
    """A call of a function by its name, as long as the name stands for one of ours."""
    procedure, arguments = part.procedure, tuple(part.arguments or ())
    if procedure.type != "variable" or procedure.predicate or procedure.group is not None:
        return None
    name, keep, itself = procedure.value, part.keep_array, ref(part)

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        function = _find(frame, name)
        if type(function) is not Native:
            return evaluator.by_library(itself(), data, frame)
        guard = evaluator.guard
        guard.enter()
        given = [argument.run(evaluator, data, frame) for argument in arguments]
        result = function.invoke(guard, given, data)
        guard.depth -= 1
        return single(result, keep) if isinstance(result, list) else result

    return run


def _condition(part: Any) -> Run:
    condition, then, otherwise = part.condition, part.then, part._else
    keep = part.keep_array

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.enter()
        result = None
        if truth(condition.run(evaluator, data, frame)):
            result = then.run(evaluator, data, frame)
        elif otherwise is not None:
            result = otherwise.run(evaluator, data, frame)
        guard.depth -= 1
        return single(result, keep) if isinstance(result, list) else result

    return run


def _block(part: Any) -> Run:
    expressions, keep = tuple(part.expressions), part.keep_array

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.enter()
        inner, result = Jsonata.Frame(frame), None
        for expression in expressions:
            result = expression.run(evaluator, data, inner)
        guard.depth -= 1
        return single(result, keep) if isinstance(result, list) else result

    return run


def _unary(part: Any) -> Run | None:
    """An object whose keys are written out and differ."""
    if str(part.value) != "{" or any(key.type != "string" for key, _ in part.lhs_object):
        return None
    pairs = tuple((key.value, value) for key, value in part.lhs_object)
    if any(key.predicate or key.group is not None for key, _ in part.lhs_object):
        return None
    if len({key for key, _ in pairs}) != len(pairs):
        return None
    itself = ref(part)

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        if isinstance(data, list):
            return evaluator.by_library(itself(), data, frame)
        guard = evaluator.guard
        guard.enter()
        result = {}
        for key, each in pairs:
            value = each.run(evaluator, data, frame)
            if value is not None:
                result[key] = value
        guard.depth -= 1
        guard.charge(weigh(result))
        return result

    return run


def _binary(part: Any) -> Run | None:
    if part.value in ("and", "or"):
        return _logical(part, part.value == "and")
    make = OPERATORS.get(str(part.value))
    if make is None:
        return None
    work, left, right = make(str(part.value)), part.lhs, part.rhs

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.enter()
        result = work(
            evaluator, left.run(evaluator, data, frame), right.run(evaluator, data, frame)
        )
        guard.depth -= 1
        return result

    return run


def _logical(part: Any, both: bool) -> Run:
    left, right = part.lhs, part.rhs

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.enter()
        result = truth(left.run(evaluator, data, frame))
        if result is both:
            result = truth(right.run(evaluator, data, frame))
        guard.depth -= 1
        return result

    return run


_MAKERS: dict[str, Callable[[Any], Run | None]] = {
    "string": _literal,
    "number": _literal,
    "value": _literal,
    "variable": _variable,
    "name": _name,
    "path": _path,
    "function": _function,
    "condition": _condition,
    "block": _block,
    "unary": _unary,
    "binary": _binary,
}
