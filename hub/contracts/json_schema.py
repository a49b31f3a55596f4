"""JSON Schema (2020-12) from marshmallow schemas, so that an editor completes and checks what
people write.

A field of ours tells its shape in its method ``json_schema(walk)``, a rule of ours in its method
``json_schema()``, a schema what it demands of its keys together in ``json_rules(walk)``. Those of
marshmallow stand in the tables below. What only the hub can judge (cross-references, expressions,
templates, a rule that is a plain function) is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, missing, validate

JsonSchema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# No keywords of the standard; editors show them: beside each choice, and where a pattern fails.
MEANINGS = "enumDescriptions"
SAID = "patternErrorMessage"
NULL: JsonSchema = {"type": "null"}
_INLINE = "GeneratedSchema"  # what marshmallow calls a schema made from a plain dict
_PLAIN: tuple[JsonSchema, ...] = ({}, {"type": "string"})


class Walk:
    """One walk over schemas; collects the blocks that it meets as definitions.

    ``entry`` may stand as an entry of any list, ``text`` in place of any single value.
    """

    def __init__(self, *, entry: JsonSchema | None = None, text: JsonSchema | None = None) -> None:
        self.definitions: dict[str, JsonSchema] = {}
        self._entry, self._text = entry, text
        self._named: dict[str, type[Schema]] = {}

    def document(self, title: str, root: JsonSchema) -> JsonSchema:
        """A whole JSON Schema with everything that was met."""
        found = {"$schema": DIALECT, "title": title, **root}
        return {**found, "$defs": self.definitions} if self.definitions else found

    def block(self, schema: Schema) -> JsonSchema:
        """A reference to the definition of ``schema``; made when it is met first."""
        name = type(schema).__name__
        if name == _INLINE:
            return self.keys(schema)
        if self._named.setdefault(name, type(schema)) is not type(schema):
            raise TypeError(f"two schemas are called {name}; rename one")
        if name not in self.definitions:
            self.definitions[name] = {}  # so that a block may hold itself
            self.definitions[name] = self.keys(schema)
        return {"$ref": f"#/$defs/{name}"}

    def keys(self, schema: Schema) -> JsonSchema:
        """A block with these keys and no others."""
        known = {field.data_key or name: field for name, field in schema.load_fields.items()}
        found: JsonSchema = {
            "type": "object",
            "properties": {key: {"title": key, **self.key(field)} for key, field in known.items()},
            "additionalProperties": False,
        }
        required = [key for key, field in known.items() if field.required]
        if required:
            found["required"] = required
        rules = getattr(schema, "json_rules", None)
        return {**found, **rules(self)} if rules else found

    def key(self, field: fields.Field[Any]) -> JsonSchema:
        """What may stand behind a key, with what an editor shows about it."""
        return {**_notes(field), **self.value(field)}

    def value(self, field: fields.Field[Any]) -> JsonSchema:
        """What ``field`` takes. Raises ``TypeError`` for a field that does not tell it."""
        shape = self._shape(field)
        if self._text and not _is_structure(shape):
            shape = any_of(shape, self._text)
        if field.allow_none and shape:
            shape = any_of(shape, NULL)
        return shape

    def entries(self, inner: JsonSchema) -> JsonSchema:
        """A list of ``inner``."""
        if self._entry and inner:
            inner = any_of(inner, self._entry)
        return {"type": "array", "items": inner}

    def named(self, keys: fields.Field[Any] | None, inner: JsonSchema) -> JsonSchema:
        """A block of things of one kind, each with its name."""
        names = self._shape(keys) if keys is not None else {}
        if "enum" in names:
            each = {name: dict(inner) for name in names["enum"]}
            for name, meaning in zip(names["enum"], names.get(MEANINGS, ()), strict=False):
                each[name] = {"description": meaning, **inner}
            return {"type": "object", "properties": each, "additionalProperties": False}
        limits = {} if names in _PLAIN else {"propertyNames": names}
        return {"type": "object", **limits, "additionalProperties": inner or True}

    def _shape(self, field: fields.Field[Any]) -> JsonSchema:
        own = getattr(field, "json_schema", None)
        if own is not None:
            shape: JsonSchema = own(self)
        elif type(field) in _FIELDS:
            shape = _FIELDS[type(field)](field, self)
        else:
            raise TypeError(f"{type(field).__name__} does not tell its JSON Schema")
        for rule in field.validators:
            shape = {**shape, **_rule(rule, shape)}
        return shape


def any_of(*shapes: JsonSchema) -> JsonSchema:
    """One of several shapes; what is such a choice itself is taken apart."""
    found: list[JsonSchema] = []
    for shape in shapes:
        found += shape["anyOf"] if set(shape) == {"anyOf"} else [shape]
    return {"anyOf": found}


def one_key_of(*names: str, never: Mapping[str, Sequence[str]] | None = None) -> JsonSchema:
    """The rule that exactly one of these keys stands in a block; ``never`` names further keys that
    may not stand beside one of them. Told so that an editor points at the key that is too much."""
    beside: JsonSchema = {}
    for name in names:
        wrong = [other for other in names if other != name] + list((never or {}).get(name, ()))
        beside[name] = {"properties": dict.fromkeys(wrong, False)}
    return {"anyOf": [{"required": [name]} for name in names], "dependentSchemas": beside}


def pattern(text: str, said: str) -> JsonSchema:
    """A text like this; otherwise an editor says ``said``."""
    return {"type": "string", "pattern": text, SAID: said}


def _notes(field: fields.Field[Any]) -> JsonSchema:
    """Title, help and default, for hovering and completing. A secret's default is not told."""
    told = field.metadata
    found = {"title": told.get("title"), "description": told.get("help")}
    if told.get("secret"):
        found["description"] = f"{told['help']} A secret: write ${{env:NAME}} or ${{file:PATH}}."
        return found
    default = told.get("default", field.load_default)
    if default is not missing and not callable(default) and default is not None:
        plain = field.serialize("it", {"it": default})
        if isinstance(plain, bool | int | float) or (isinstance(plain, str) and plain):
            found["default"] = plain
    return {name: note for name, note in found.items() if note is not None}


def _is_structure(shape: JsonSchema) -> bool:
    """Whether ``shape`` is no single value, or any text will do for it already."""
    return shape in _PLAIN or "$ref" in shape or shape.get("type") in ("object", "array")


def _dict(field: fields.Dict, walk: Walk) -> JsonSchema:
    inner = walk.value(field.value_field) if field.value_field is not None else {}
    return walk.named(field.key_field, inner)


def _raw(field: fields.Raw, walk: Walk) -> JsonSchema:
    anything = ["string", "number", "boolean", "object", "array"]
    return {} if field.allow_none else {"type": anything}


_FIELDS: Mapping[type, Callable[[Any, Walk], JsonSchema]] = {
    fields.String: lambda field, walk: {"type": "string"},
    fields.Url: lambda field, walk: {"type": "string"},
    fields.Integer: lambda field, walk: {"type": "integer"},
    fields.Float: lambda field, walk: {"type": "number"},
    fields.Boolean: lambda field, walk: {"type": "boolean"},
    fields.AwareDateTime: lambda field, walk: {"type": "string", "pattern": _MOMENT},
    fields.Raw: _raw,
    fields.Dict: _dict,
    fields.List: lambda field, walk: walk.entries(walk.value(field.inner)),
    fields.Nested: lambda field, walk: walk.block(field.schema),
}
_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
)


def _rule(rule: Any, shape: JsonSchema) -> JsonSchema:
    own = getattr(rule, "json_schema", None)
    if own is not None:
        told: JsonSchema = own()
        return told
    if type(rule) in _RULES:
        return _RULES[type(rule)](rule, shape)
    if isinstance(rule, validate.Validator):
        raise TypeError(f"{type(rule).__name__} does not tell its JSON Schema")
    return {}


def _length(rule: validate.Length, shape: JsonSchema) -> JsonSchema:
    what = {"string": "Length", "object": "Properties"}.get(shape.get("type", ""), "Items")
    bounds = {"min": rule.min, "max": rule.max}
    if rule.equal is not None:
        bounds = {"min": rule.equal, "max": rule.equal}
    return {f"{side}{what}": bound for side, bound in bounds.items() if bound is not None}


def _range(rule: validate.Range, shape: JsonSchema) -> JsonSchema:
    least = "minimum" if rule.min_inclusive else "exclusiveMinimum"
    most = "maximum" if rule.max_inclusive else "exclusiveMaximum"
    bounds = {least: rule.min, most: rule.max}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _one_of(rule: validate.OneOf, shape: JsonSchema) -> JsonSchema:
    choices = rule.choices if isinstance(rule.choices, list | tuple) else sorted(rule.choices)
    return {"enum": [str(choice) if isinstance(choice, str) else choice for choice in choices]}


def _regexp(rule: validate.Regexp, shape: JsonSchema) -> JsonSchema:
    pattern = str(rule.regex.pattern)
    # marshmallow looks at the beginning only, JSON Schema anywhere
    return {"pattern": pattern if pattern.startswith("^") else f"^(?:{pattern})"}


def _url(rule: validate.URL, shape: JsonSchema) -> JsonSchema:
    schemes = "|".join(re.escape(scheme) for scheme in sorted(rule.schemes))
    return {"pattern": rf"^({schemes})://\S+$"}


_RULES: Mapping[type, Callable[[Any, JsonSchema], JsonSchema]] = {
    validate.Length: _length,
    validate.Range: _range,
    validate.OneOf: _one_of,
    validate.Regexp: _regexp,
    validate.URL: _url,
}
