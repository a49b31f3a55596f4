"""Paths of names through a record, and what becomes of the lists on their way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonata import Functions, Utils

from hub.mapping.limits import Guard

Run = Callable[[Any, Any, Any], Any]  # evaluator, input, frame → result

_NONE, _NULL = Utils.NONE, Utils.NULL_VALUE


def single(result: Any, keep: bool) -> Any:
    """JSONata's rule for sequences: an empty one is nothing, one of one is its only entry, unless
    it is to ``keep`` being a list."""
    if not Utils.is_sequence(result) or result.tuple_stream:
        return result
    if keep:
        result.keep_singleton = True
    if not result:
        return None
    return result[0] if len(result) == 1 and not result.keep_singleton else result


def names(keys: tuple[str, ...], keep: bool) -> Run:
    """A path of nothing but names."""

    def run(evaluator: Any, data: Any, frame: Any) -> Any:
        guard = evaluator.guard
        guard.tick()
        value = data
        for key in keys:
            if type(value) is not dict:
                return _along(guard, data, keys, keep)
            value = value.get(key, _NONE)
            if value is None:
                value = _NULL
            elif value is _NONE:
                return None
        if type(value) is str:
            guard.charge(len(value))
        elif isinstance(value, list) and type(value) is not list:
            return _along(guard, data, keys, keep)
        return value

    return run


def _along(guard: Guard, data: Any, keys: tuple[str, ...], keep: bool) -> Any:
    """A path of names that meets a list on its way."""
    items = data if isinstance(data, list) else [data]
    for number, key in enumerate(keys, start=1):
        items = flat(picked(guard, items, key), number == len(keys))
        if not items:
            break
    return single(items, keep)


def picked(guard: Guard, items: list[Any], key: str) -> list[Any]:
    """What each item has under a name, where it has it."""
    found = []
    for item in items:
        guard.tick()
        value: Any
        if type(item) is dict:
            value = item.get(key, _NONE)
            if value is None:
                value = _NULL
            elif value is _NONE:
                continue
        else:
            value = _entry(Functions.lookup(item, key))
            if value is None:
                continue
        if type(value) is str:
            guard.charge(len(value))
        found.append(value)
    return found


def _entry(value: Any) -> Any:
    """What a list gives for a name: nothing, its only entry, or all."""
    if not Utils.is_sequence(value) or len(value) > 1:
        return value
    return value[0] if value else None


def flat(found: list[Any], last: bool) -> Any:
    """What a step found as one sequence; a list that is all of the last step's stays as it is."""
    if last and len(found) == 1 and isinstance(found[0], list) and not Utils.is_sequence(found[0]):
        return found[0]
    sequence = Utils.create_sequence()
    for value in found:
        if isinstance(value, list) and not (isinstance(value, Utils.JList) and value.cons):
            sequence.extend(value)
        else:
            sequence.append(value)
    return sequence
