"""Reading a settings file: references to secrets put in, faults told with their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

from hub.contracts.settings import schema_of
from hub.kernel.errors import ConfigurationError
from hub.mapping.document import Document
from hub.mapping.problems import did_you_mean
from hub.settings.retrying import RETRY

_INSTANCE = ("plugin", "settings", "concurrency", "per_second", "retry", "disable_after")
REFERENCE = re.compile(r"\$\{(env|file):([^}]+)\}")


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: is not UTF-8 text; save it as UTF-8") from None


def load(cls: Any, data: dict[str, Any], document: Document) -> Any:
    try:
        return cls(**schema_of(cls)().load(data))
    except ValidationError as error:
        raise refused(document, list(_flatten(error.messages, (), cls))) from None


def _flatten(messages: Any, path: tuple[str, ...], cls: Any) -> list[tuple[Any, str]]:
    if isinstance(messages, Mapping):
        skip = {"key", "value"} if len(path) > 1 else set()
        return [
            line
            for key, inner in messages.items()
            for line in _flatten(inner, path if key in skip else (*path, key), cls)
        ]
    return [(path, _sentence(str(text), path, cls)) for text in messages]


def _sentence(text: str, path: tuple[Any, ...], cls: Any) -> str:
    if text == "Unknown field.":
        return f"unknown key '{path[-1]}'; {did_you_mean(str(path[-1]), _beside(path, cls))}"
    if text.startswith("Missing data"):
        return f"'{path[-1]}' is missing; add it"
    return text[:1].lower() + text[1:].rstrip(".")


def _beside(path: tuple[Any, ...], cls: Any) -> Collection[str]:
    """The keys that are known where ``path`` ends."""
    known = schema_of(cls)().fields
    for key in path[:-1]:
        inner = known.get(key)
        if not isinstance(inner, fields.Nested):
            return RETRY if path[-2] == "retry" else _INSTANCE
        known = inner.schema.fields
    return set(known)


def refused(document: Document, found: list[tuple[Any, str]]) -> ConfigurationError:
    problems = tuple(str(document.problem(tuple(path), text)) for path, text in found)
    return ConfigurationError(f"{document.name}: is not valid", problems=problems)


def where(document: Document, path: tuple[str, ...]) -> str:
    line, column = document.where(path)
    return f"{document.name}:{line}:{column}"


def resolve(document: Document, environ: Mapping[str, str]) -> dict[str, Any]:
    """The data with every ``${env:…}`` and ``${file:…}`` put in."""
    faults: list[tuple[Any, str]] = []

    def put_in(value: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(value, dict):
            return {key: put_in(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [put_in(inner, (*path, index)) for index, inner in enumerate(value)]
        if isinstance(value, str):
            return REFERENCE.sub(lambda match: one(match, path), value)
        return value

    def one(match: re.Match[str], path: tuple[Any, ...]) -> str:
        kind, name = match.groups()
        if kind == "env" and name in environ:
            return environ[name]
        if kind == "file" and Path(name).is_file():
            return Path(name).read_text(encoding="utf-8").strip()
        what = "environment variable" if kind == "env" else "file"
        faults.append((path, f"the {what} {name} does not exist; set it or correct the name"))
        return ""

    data: dict[str, Any] = put_in(document.data, ())
    if faults:
        raise refused(document, faults)
    return data
