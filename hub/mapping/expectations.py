"""What ``expect`` of an example means: how a value is compared with what came out.

A plain value is compared as it is; of an object only the keys that are named, a list entry by
entry. A block of operators says more: ``equals`` (the whole object), ``contains`` (a part of a
text, an entry of a list, keys of an object), ``schema`` (JSON Schema, without a network).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from hub.mapping.durations import duration, written
from hub.mapping.problems import Path, did_you_mean
from hub.mapping.schema_size import TooLarge, check_size
from hub.mapping.texts import TextError

OPERATORS = ("equals", "contains", "schema")
NOTHING: Any = object()


@dataclass(frozen=True)
class Mismatch:
    """One value that is not as expected. ``path`` leads to it from ``expect`` on."""

    path: Path
    expected: Any
    found: Any
    said: str


@dataclass(frozen=True)
class WorkspaceText:
    """A note that is one of the workspace's texts: it may be expected by its key, or by what it
    says; only then it is rendered."""

    key: str
    render: Callable[[], str]


def is_block(expected: Any) -> bool:
    """Whether a value of ``expect`` is a block of operators."""
    return isinstance(expected, Mapping) and bool(expected) and set(expected) <= set(OPERATORS)


def mismatches(expected: Any, found: Any, path: Path = ()) -> Iterator[Mismatch]:
    """Where ``found`` is not what is expected."""
    if isinstance(found, WorkspaceText):
        yield from _text(expected, found, path)
    elif isinstance(found, timedelta):
        if not (isinstance(expected, str) and duration(expected) == found):
            said = f"expected {shown(expected)}, got {shown(found)}"
            yield Mismatch(path, expected, written(found), said)
    elif is_block(expected):
        for operator, wanted in expected.items():
            yield from _APPLY[operator](wanted, found, (*path, operator))
    elif isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            yield from mismatches(value, found.get(key, NOTHING), (*path, key))
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            said = f"expected {len(expected)} entries, got {len(found)}"
            yield Mismatch(path, expected, found, said)
        for index, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from mismatches(one, other, (*path, index))
    elif not _same(expected, found):
        said = f"expected {shown(expected)}, got {shown(found)}{_near(expected, found)}"
        yield Mismatch(path, expected, found, said)


def block_faults(expected: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """What is wrong with the operators in a value of ``expect``, each with its place."""
    if is_block(expected):
        if "schema" in expected:
            fault = _schema_fault(expected["schema"])
            if fault:
                yield (*path, "schema"), fault
    elif isinstance(expected, Mapping):
        for key, value in expected.items():
            yield from block_faults(value, (*path, key))
    elif isinstance(expected, list):
        for index, value in enumerate(expected):
            yield from block_faults(value, (*path, index))


def as_expected(found: Any) -> Any:
    """What came out, as an example would write it: a workspace's text by its key."""
    if isinstance(found, WorkspaceText):
        return found.key
    if isinstance(found, timedelta):
        return written(found)
    if isinstance(found, Mapping):
        return {key: as_expected(value) for key, value in found.items()}
    return [as_expected(value) for value in found] if isinstance(found, list | tuple) else found


def shown(value: Any) -> str:
    """A value in one line, not longer than one can read."""
    if value is NOTHING:
        return "nothing"
    text = repr(written(value) if isinstance(value, timedelta) else value)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _near(expected: Any, found: Any) -> str:
    """A hint when a block looks like an operator with a slip of the pen."""
    if not isinstance(expected, Mapping) or isinstance(found, Mapping) or len(expected) != 1:
        return ""
    near = did_you_mean(str(next(iter(expected))), OPERATORS)
    return f" ({near})" if near.startswith("did you mean") else ""


def _text(expected: Any, found: WorkspaceText, path: Path) -> Iterator[Mismatch]:
    if expected == found.key:
        return
    try:
        text = found.render()
    except TextError as error:
        said = f"the text '{found.key}' cannot be made: {error}"
        yield Mismatch(path, expected, NOTHING, said)
        return
    yield from mismatches(expected, text, path)


def _same(expected: Any, found: Any) -> bool:
    """Equal, and true is not 1."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return expected.keys() == found.keys() and all(
            _same(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_same, expected, found))
    return bool(expected == found) and isinstance(expected, bool) == isinstance(found, bool)


def _equals(wanted: Any, found: Any, path: Path) -> Iterator[Mismatch]:
    """Also what is not named; told where it is, since each key has a row of its own."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in dict.fromkeys((*wanted, *found)):
            yield from _equals(wanted.get(key, NOTHING), found.get(key, NOTHING), (*path, key))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _equals(one, other, (*path, index))
    elif not _same(wanted, found):
        said = f"expected exactly {shown(wanted)}, got {shown(found)}"
        yield Mismatch(path, wanted, found, said)


def _contains(wanted: Any, found: Any, path: Path) -> Iterator[Mismatch]:
    if isinstance(found, str):
        parts = wanted if isinstance(wanted, list) else [wanted]
        good = all(isinstance(part, str) and part in found for part in parts)
    elif isinstance(found, list):
        parts = wanted if isinstance(wanted, list) else [wanted]
        good = all(any(not list(mismatches(part, one)) for one in found) for part in parts)
    elif isinstance(found, Mapping) and isinstance(wanted, Mapping):
        good = not list(mismatches(wanted, found))
    else:
        good = isinstance(found, Mapping) and isinstance(wanted, str) and wanted in found
    if not good:
        said = f"expected something with {shown(wanted)} in it, got {shown(found)}"
        yield Mismatch(path, wanted, found, said)


def _schema(wanted: Any, found: Any, path: Path) -> Iterator[Mismatch]:
    if found is NOTHING:
        yield Mismatch(path, wanted, found, "expected a value that fits the schema, got nothing")
        return
    first = next(iter(_validator(json.dumps(wanted)).iter_errors(found)), None)
    if first is not None:
        place = ".".join(map(str, first.instance_path))
        said = f"does not fit the schema{f' at {place}' if place else ''}: {first.message}"
        yield Mismatch(path, wanted, found, f"{said}, got {shown(found)}")


_APPLY: Mapping[str, Callable[[Any, Any, Path], Iterator[Mismatch]]] = {
    "equals": _equals,
    "contains": _contains,
    "schema": _schema,
}


def _schema_fault(schema: Any) -> str:
    if not isinstance(schema, Mapping | bool):
        return "is no JSON Schema; write a block such as {type: string}"
    try:
        check_size(schema)
        _validator(json.dumps(schema))
    except TooLarge as error:
        return str(error)
    except ValueError as error:
        lines = str(error).splitlines() or ["it cannot be read"]
        return f"is no JSON Schema ({lines[0].replace('; ', ', ')}); correct it"
    return ""


@lru_cache(maxsize=128)
def _validator(schema: str) -> Any:
    """Regular expressions take linear time; what another address defines is never fetched."""
    from jsonschema_rs import RegexOptions, validator_for  # only where an example uses it

    return validator_for(json.loads(schema), pattern_options=RegexOptions(), offline=True)
