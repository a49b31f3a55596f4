"""Fields of the grammar that take a short form and a long one: a code or a value block, a path or a
value block, a text or one a language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from marshmallow import ValidationError, fields

from hub.contracts.json_schema import JsonSchema, Walk, any_of, pattern
from hub.mapping.compiling_fields import TextField
from hub.mapping.good_rows import Inside
from hub.mapping.grammar import Blocks, Strict, Word
from hub.mapping.row_schema import ContextValue, RecordValue
from hub.mapping.rows import Source

# A schema takes longer to make than to use, so one inside a field is made once.
_RECORD_VALUE = Inside(RecordValue)


class CodeField(fields.Field[Source]):
    """A fixed code such as a language's or a currency's, or a value block. ``shape`` is how a code
    looks, ``said`` the end of the sentence about one that does not look so."""

    def __init__(self, shape: str, said: str, **options: Any) -> None:
        super().__init__(**options)
        self._shape, self._said = shape, said

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        if isinstance(value, str):
            loaded = Source(value=value)
        else:
            loaded = cast(Source, _RECORD_VALUE.deserialize(value))
        for each in (loaded.value, loaded.default, *(loaded.choices or {}).values()):
            if isinstance(each, str) and not re.fullmatch(self._shape, each):
                raise ValidationError(f"'{each}' {self._said}")
        return loaded

    def json_schema(self, walk: Walk) -> JsonSchema:
        whole = pattern(f"^{self._shape}$", self._said)
        texts = {name: said for name, said in whole.items() if name != "type"}
        keys = {"value": texts, "default": texts, "map": {"additionalProperties": texts}}
        return any_of(whole, {"allOf": [walk.block(RecordValue()), {"properties": keys}]})


class ItemsField(fields.Field[Source]):
    """What ``for_each`` goes through: a path, or a value block."""

    def __init__(self, values: type[Strict] = ContextValue, **options: Any) -> None:
        super().__init__(**options)
        self._values = values
        self._block = Inside(values)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        block = {"from": value} if isinstance(value, str) else value
        loaded: Source = self._block.deserialize(block)
        return loaded

    def json_schema(self, walk: Walk) -> JsonSchema:
        values = self._values()
        return any_of(walk.value(values.load_fields["path"]), walk.block(values))


class TitleField(fields.Field[Mapping[str, str]]):
    """A text, or one a language; ``names`` are those that it may use, where they are known."""

    def __init__(self, names: Collection[str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._text = TextField(names)
        self._by_language = Blocks(self._text, Word())

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, str]:
        if isinstance(value, Mapping) and value:
            return self._by_language.deserialize(value) or {}
        return {"": self._text.deserialize(value) or ""}

    def json_schema(self, walk: Walk) -> JsonSchema:
        by_language = walk.value(self._by_language)
        return any_of(walk.value(self._text), {**by_language, "minProperties": 1})
