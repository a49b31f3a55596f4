"""Rows in which everything is right, read without marshmallow's detours: most of a mapping is rows,
and of the time to compile one, half went into fields that a row does not have. The fields, their
checks and the schema's own are marshmallow's all the same, and whatever is not right in every
respect is read by it once more, so that there is one set of messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from marshmallow import ValidationError, fields, missing
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from hub.mapping.grammar import Strict

_Method = Callable[..., Any]


class _Otherwise(Exception):
    """Something about it is unusual."""


class Leaf(Strict):
    """A schema without blocks inside. (With them, one fault deep inside would be read anew at each
    level.)"""

    def load(self, data: Any, **options: Any) -> Any:
        """As ``marshmallow.Schema.load``, with the same outcome."""
        if type(data) is dict and not (options.get("many") or options.get("partial")):
            try:
                return self._plainly(data)
            except (ValidationError, _Otherwise):
                pass
        return super().load(data, **options)

    def _plainly(self, data: Mapping[str, Any]) -> Any:
        loaded: Any = {}
        by_key = self._by_key
        for key, value in data.items():
            if key not in by_key:
                raise _Otherwise
            name, field = by_key[key]
            loaded[name] = field.deserialize(value, key, data)
        for name, field in self._expected:
            if name not in loaded:
                if field.required:
                    raise _Otherwise
                default = field.load_default
                loaded[name] = default() if callable(default) else default
        told = {"partial": None, "many": False, "unknown": self.unknown}
        for check in self._steps[VALIDATES_SCHEMA]:
            check(loaded, original_data=data, **told)
        for build in self._steps[POST_LOAD]:
            loaded = build(loaded, **told)
        return loaded

    @cached_property
    def _by_key(self) -> dict[str, tuple[str, fields.Field[Any]]]:
        return {one.data_key or name: (name, one) for name, one in self.load_fields.items()}

    @cached_property
    def _expected(self) -> tuple[tuple[str, fields.Field[Any]], ...]:
        """Fields that say something also where they are not there."""
        return tuple(
            (name, field)
            for name, field in self.load_fields.items()
            if field.required or field.load_default is not missing
        )

    @cached_property
    def _steps(self) -> dict[str, tuple[_Method, ...]]:
        hooks = type(self).resolve_hooks()
        if hooks.get(PRE_LOAD) or hooks.get(VALIDATES):
            raise TypeError(f"{type(self).__name__} has steps that a leaf does not know")
        return {
            step: tuple(getattr(self, name) for name, *_ in hooks.get(step, ()))
            for step in (VALIDATES_SCHEMA, POST_LOAD)
        }
