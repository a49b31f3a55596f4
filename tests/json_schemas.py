"""Compares a grammar with its JSON Schema: good data is changed at each of its places, and both
must refuse the same."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from hub.contracts.json_schema import JsonSchema

Place = tuple[str | int, ...]
Refusals = Callable[[Any], list[str]]
MOST = 150
WRONG: tuple[Any, ...] = (
    "Not a word!", "", " ", 7, -1, 0.5, True, None, [], ["Not a word!"], [7], [None], {},
    {"zzz": "x"}, [{"zzz": "x"}],
)  # fmt: skip


def validator(schema: JsonSchema) -> jsonschema_rs.Draft202012Validator:
    """A validator; ``schema`` itself is checked first."""
    jsonschema_rs.meta.validate(schema)
    return jsonschema_rs.Draft202012Validator(schema)


def refusals(checked: jsonschema_rs.Draft202012Validator, data: Any) -> list[str]:
    """Place and message of everything that the JSON Schema refuses."""
    return [
        f"{'.'.join(map(str, error.instance_path))}: {error.message}"
        for error in checked.iter_errors(data)
    ]


def differences(
    data: Any,
    grammar: Refusals,
    schema: JsonSchema,
    left: Mapping[str, str],
    stricter: Mapping[str, str] | None = None,
) -> list[str]:
    """Each change of ``data`` that only one of both refuses. ``left`` are the grammar's messages
    (as patterns) that a JSON Schema cannot give, ``stricter`` the changes that it alone refuses.
    With ``PARAPH_EVERY_CHANGE=1`` all are tried, else some that a seed draws."""
    checked = validator(schema)
    known = re.compile("|".join(left))
    wanted = re.compile("|".join(stricter or ()) or "$.")
    changes = list(mutations(data))
    if len(changes) > MOST and not os.environ.get("PARAPH_EVERY_CHANGE"):
        changes = random.Random(4).sample(changes, MOST)
    found = []
    for what, changed in changes:
        said, wrong = grammar(changed), refusals(checked, changed)
        strange = [text for text in said if not known.search(text)]
        if strange and not wrong:
            found.append(f"{what}: only the grammar refuses it: {strange}")
        elif wrong and not said and not wanted.search(what):
            found.append(f"{what}: only the JSON Schema refuses it: {wrong}")
    return found


def mutations(data: Any) -> Iterator[tuple[str, Any]]:
    """What was changed, and the whole with the change."""
    for place, here in _places(data, ()):
        name = ".".join(map(str, place)) or "file"
        if isinstance(here, dict):
            yield f"{name} with an unknown key", _with(data, place, {**here, "zzz": "x"})
            for key in here:
                less = {other: value for other, value in here.items() if other != key}
                yield f"{name} without {key}", _with(data, place, less)
        for wrong in WRONG:
            yield f"{name} = {wrong!r}", _with(data, place, wrong)


def messages(found: Any) -> list[str]:
    """All texts of marshmallow's nested messages."""
    if isinstance(found, Mapping):
        return [text for inner in found.values() for text in messages(inner)]
    if isinstance(found, list):
        return [text for inner in found for text in messages(inner)]
    return [str(found)]


def _places(here: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, here
    inside: Any = here.items() if isinstance(here, dict) else ()
    if isinstance(here, list):
        inside = enumerate(here)
    for key, value in inside:
        yield from _places(value, (*place, key))


def _with(data: Any, place: Place, value: Any) -> Any:
    """``data`` with ``value`` at ``place``."""
    if not place:
        return value
    first, *rest = place
    if isinstance(data, dict):
        return {key: _with(old, tuple(rest), value) if key == first else old
                for key, old in data.items()}  # fmt: skip
    return [_with(old, tuple(rest), value) if at == first else old for at, old in enumerate(data)]
