"""Fields of the grammar for what has a language of its own, and is compiled when it is read: paths,
expressions, converters, texts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from marshmallow import ValidationError, fields

from hub.contracts.json_schema import JsonSchema, Walk, pattern
from hub.mapping.converters import Converter, parse_converter, shape_of_converters
from hub.mapping.expressions import MAX_EXPRESSION, Expression, ExpressionError
from hub.mapping.paths import NO_PATH, FieldPath, parse_path, path_pattern
from hub.mapping.problems import unknown_word
from hub.mapping.texts import MAX_TEMPLATE, check_template, is_text_key


class PathField(fields.String):
    """A dotted path; its first name must be one of ``roots`` if given."""

    def __init__(self, roots: Collection[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self._roots = roots

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            path: FieldPath = parse_path(str(text))
        except ValueError as error:
            raise ValidationError(f"'{text}' {error}") from None
        if self._roots and path.root not in self._roots:
            raise ValidationError(unknown_word("name", path.root, self._roots))
        return path

    def json_schema(self, walk: Walk) -> JsonSchema:
        said = f"is no path; begin it with one of: {', '.join(self._roots)}"
        return pattern(path_pattern(self._roots), said if self._roots else NO_PATH)


class ExpressionField(fields.String):
    """A JSONata expression, compiled."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        # YAML reads an unquoted number or true as such; as JSONata it means the same.
        text = str(value).lower() if isinstance(value, bool | int | float) else value
        text = super()._deserialize(text, attr, data, **kwargs)
        try:
            return Expression(str(text))
        except ExpressionError as error:
            raise ValidationError(f"{error}; correct it") from None

    def json_schema(self, walk: Walk) -> JsonSchema:
        plain = ["string", "number", "boolean"]
        return {"type": plain, "minLength": 1, "maxLength": MAX_EXPRESSION}


class ConverterField(fields.String):
    """One converter with its argument."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            converter: Converter = parse_converter(str(text))
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return converter

    def json_schema(self, walk: Walk) -> JsonSchema:
        name = "Converter"
        walk.definitions.setdefault(name, shape_of_converters())
        return {"$ref": f"#/$defs/{name}"}


class TextField(fields.String):
    """A Jinja2 text with the names it may use, or the key of one of the workspace's texts."""

    def __init__(self, names: Collection[str] | None, **options: Any) -> None:
        super().__init__(**options)
        self._names = names

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if not text.strip():
            raise ValidationError("is empty; write a text")
        faults = () if is_text_key(text) else check_template(text, self._names)
        if faults:
            raise ValidationError([str(fault) for fault in faults])
        return text

    def json_schema(self, walk: Walk) -> JsonSchema:
        return {**pattern(r"\S", "is empty; write a text"), "maxLength": MAX_TEMPLATE}
