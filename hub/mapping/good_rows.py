"""Rows and other blocks in which everything is right, read without marshmallow's detours: most of a
mapping is rows, and of the time to compile one, half went into fields that a row does not have. The
fields, their checks and the schema's own are marshmallow's all the same, and whatever is not right
in every respect is read by it once more, so that there is one set of messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from marshmallow import ValidationError, fields, missing
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.grammar import Strict

_Method = Callable[..., Any]
_SEEN = Strict._no_unknown_keys.__name__  # before anything is read


class _Otherwise(Exception):
    """Something about it is unusual."""


class Leaf(Strict):
    """A schema with hardly any blocks inside. (With many, one fault deep inside would be read anew
    at each level.)"""

    def load(self, data: Any, **options: Any) -> Any:
        """As ``marshmallow.Schema.load``, with the same outcome."""
        if type(data) is dict and not (options.get("many") or options.get("partial")):
            try:
                return self._plainly(data)
            except (ValidationError, _Otherwise):
                pass
        return super().load(data, **options)

    def _plainly(self, data: Mapping[str, Any]) -> Any:
        if not data.keys() <= self._by_key.keys():
            raise _Otherwise
        loaded: Any = {}
        for key, name, read, field in self._readers:
            value = data.get(key, missing)
            if value is not missing:
                loaded[name] = (field.deserialize if value is None else read)(value, key, data)
            elif field.required:
                raise _Otherwise
            elif (default := field.load_default) is not missing:
                loaded[name] = default() if callable(default) else default
        told = {"partial": None, "many": False, "unknown": self.unknown}
        for check in self._steps[VALIDATES_SCHEMA]:
            check(loaded, original_data=data, **told)
        for build in self._steps[POST_LOAD]:
            loaded = build(loaded, **told)
        return loaded

    @cached_property
    def _readers(self) -> tuple[tuple[str, str, _Method, fields.Field[Any]], ...]:
        """The key of each field, its name, what reads a value, and the field itself."""
        return tuple(
            (key, name, _reader(field), field) for key, (name, field) in self._by_key.items()
        )

    @cached_property
    def _steps(self) -> dict[str, tuple[_Method, ...]]:
        hooks = type(self).resolve_hooks()
        if hooks.get(PRE_LOAD) or hooks.get(VALIDATES):
            raise TypeError(f"{type(self).__name__} has steps that a leaf does not know")
        return {
            step: tuple(getattr(self, name) for name, *_ in hooks.get(step, ()) if name != _SEEN)
            for step in (VALIDATES_SCHEMA, POST_LOAD)
        }


class Inside(fields.Nested):
    """A leaf inside another schema: a nested field without its detours."""

    def deserialize(self, value: Any, *around: Any, **options: Any) -> Any:
        """As ``marshmallow.fields.Field.deserialize``, with the same outcome."""
        if type(value) is dict and not (options or self.validators):
            return self.schema.load(value)
        return super().deserialize(value, *around, **options)

    def json_schema(self, walk: Walk) -> JsonSchema:
        return walk.block(self.schema)


def _reader(field: fields.Field[Any]) -> _Method:
    """What reads a value into a field, past the steps that the field does not have."""
    steps = [*field.pre_load, *field.post_load]
    if steps or type(field).deserialize is not fields.Field.deserialize:
        return field.deserialize
    if not field.validators:
        return field._deserialize

    def read(value: Any, key: str, data: Mapping[str, Any]) -> Any:
        found = field._deserialize(value, key, data)
        for check in field.validators:
            check(found)
        return found

    return read
