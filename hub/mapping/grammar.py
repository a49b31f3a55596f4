"""The building blocks of both grammars: a strict schema, and fields that compile what they read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import time, timedelta
from functools import cached_property
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from hub.contracts.json_schema import MEANINGS, JsonSchema, Walk, any_of, pattern
from hub.mapping.document import Document
from hub.mapping.durations import LONGEST, PATTERN, duration, written
from hub.mapping.problems import Path, Problem, did_you_mean, unknown_word

_REQUIRED = "Missing data for required field."
_MEANT = re.compile(r"unknown key .*; did you mean '(\w+)'\?")
# marshmallow's sentence → ours, with the way out.
_SAID = {
    _REQUIRED: "is missing; add it",
    "Field may not be null.": "has no value; give it one or remove the key",
    "Not a valid string.": "must be a text; quote it",
    "Not a valid list.": "must be a list; start each entry with '-'",
    "Not a valid boolean.": "must be yes or no; write true or false",
    "Not a valid integer.": "must be a whole number; correct it",
    "Invalid input type.": "must be a block of keys; write 'key: value' below it",
    "Not a valid mapping type.": "must be a block of keys; write 'key: value' below it",
}
_NO_DURATION = "is no duration; write for example 90s, 30m, 24h, 14d, 2w or 3mo"
_NO_HOURS = 'is no span of hours; write for example "21:00-08:00"'
NOT_EMPTY = validate.Length(1, error="is empty; write at least one entry")


def up_to(most: int) -> validate.Length:
    """Texts of at least one character, for what is stored in a column of that width."""
    return validate.Length(1, most, error=f"must have 1 to {most} characters; correct it")


SHORT = up_to(200)


class Strict(Schema):
    """A schema in which an unknown key is an error that names the nearest known one."""

    class Meta:
        unknown = EXCLUDE

    @cached_property
    def _by_key(self) -> dict[str, tuple[str, fields.Field[Any]]]:
        """What may stand in it; a schema is made once and asked for every block of its kind."""
        return {one.data_key or name: (name, one) for name, one in self.load_fields.items()}

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _no_unknown_keys(self, data: Any, original_data: Any, **_: Any) -> None:
        if not isinstance(original_data, Mapping):
            return
        known = self._by_key
        if original_data.keys() <= known.keys():
            return
        unknown = {
            key: [f"unknown key '{key}'; {did_you_mean(key, known)}"]
            for key in original_data
            if key not in known
        }
        if unknown:
            raise ValidationError(unknown)


def problems_of(messages: Any, document: Document, path: Path = ()) -> Iterator[Problem]:
    """marshmallow's nested messages as problems with positions."""
    if isinstance(messages, Mapping):
        told = [one for inner in messages.values() if isinstance(inner, list) for one in inner]
        meant = {found[1] for found in map(_MEANT.search, map(str, told)) if found}
        for key, inner in messages.items():
            if key in meant and inner == [_REQUIRED]:
                continue  # it is there, under a name that is told already
            yield from problems_of(inner, document, path if key == "_schema" else (*path, key))
    elif isinstance(messages, list):
        for each in messages:
            yield from problems_of(each, document, path)
    else:
        yield document.problem(path, _SAID.get(str(messages), str(messages)))


_WORD = r"[a-z][a-z0-9_-]{0,63}"


class Word(fields.String):
    """A key: lower-case letters, digits, ``_`` and ``-``; one of ``known`` if given, which may say
    for each word what it means."""

    def __init__(self, known: Collection[str] = (), what: str = "word", **options: Any) -> None:
        super().__init__(**options)
        self._known, self._what = known, what

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        word = str(super()._deserialize(value, attr, data, **kwargs))
        if self._known and word not in self._known:
            raise ValidationError(unknown_word(self._what, word, self._known))
        if not self._known and not re.fullmatch(_WORD, word):
            raise ValidationError(f"'{word}' is no key; use lower-case letters, digits and _")
        return word

    def json_schema(self, walk: Walk) -> JsonSchema:
        if self._known:
            told = list(self._known.values()) if isinstance(self._known, Mapping) else []
            words: JsonSchema = {"type": "string", "enum": [str(word) for word in self._known]}
            return {**words, MEANINGS: told} if told else words
        return pattern(f"^{_WORD}$", "is no key; use lower-case letters, digits and _")


class Flag(fields.Boolean):
    """true or false, and nothing that Python takes for it: 1 is neither."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value

    def json_schema(self, walk: Walk) -> JsonSchema:
        return {"type": "boolean"}


class OneOrMany(fields.Field[tuple[Any, ...]]):
    """A single entry or a list of them; ``unique``: none of them twice."""

    def __init__(self, inner: fields.Field[Any], *, unique: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._inner, self._unique = inner, unique

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        if isinstance(value, Mapping) and isinstance(self._inner, fields.String):
            raise ValidationError("must be one entry or a list of them; start each with '-'")
        if not isinstance(value, list):
            return (self._inner.deserialize(value),)
        found, faults = [], {}
        for index, item in enumerate(value):
            try:
                one = self._inner.deserialize(item)
                if self._unique and one in found:
                    raise ValidationError(f"'{item}' is named twice; remove one of them")
                found.append(one)
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(faults)
        return tuple(found)

    def json_schema(self, walk: Walk) -> JsonSchema:
        one = walk.value(self._inner)
        several = walk.entries(one)
        return any_of(one, {**several, "uniqueItems": True} if self._unique else several)


class Blocks(fields.Field[dict[str, Any]]):
    """Named blocks of one kind, at most ``most``, in the order of the file."""

    def __init__(
        self, inner: fields.Field[Any], keys: Word, *, most: int | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._inner, self._keys, self._most = inner, keys, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValidationError("must be a block of keys; write 'key: value' below it")
        if self._most is not None and len(value) > self._most:
            raise ValidationError(f"has more than {self._most} entries; split the mapping")
        found: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for key, item in value.items():
            try:
                name = str(self._keys.deserialize(key))
                found[name] = self._inner.deserialize(item)
            except ValidationError as error:
                faults[key] = error.messages
        if faults:
            raise ValidationError(faults)
        return found

    def json_schema(self, walk: Walk) -> JsonSchema:
        named = walk.named(self._keys, walk.value(self._inner))
        return named if self._most is None else {**named, "maxProperties": self._most}


class Duration(fields.Field[timedelta]):
    """``90s``, ``30m``, ``24h``, ``14d``, ``2w``, ``3mo``."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else written(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> timedelta:
        span = duration(str(value))
        if span is None:
            raise ValidationError(_NO_DURATION)
        if span > LONGEST:
            raise ValidationError("is longer than ten years; write a shorter one")
        return span

    def json_schema(self, walk: Walk) -> JsonSchema:
        return pattern(f"^(?=0*[1-9]){PATTERN}$", _NO_DURATION)


class Quiet(fields.Field[tuple[time, time]]):
    """``21:00-08:00``: no messages from the first to the second; may pass midnight."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[time, time]:
        try:
            start, end = (time.fromisoformat(part.strip()) for part in str(value).split("-"))
        except ValueError:
            start = end = time(0)
        if start == end or not re.fullmatch(r"\d\d:\d\d ?- ?\d\d:\d\d", str(value)):
            raise ValidationError(_NO_HOURS)
        return start, end

    def json_schema(self, walk: Walk) -> JsonSchema:
        moment = "([01][0-9]|2[0-3]):[0-5][0-9]"
        return pattern(f"^{moment} ?- ?{moment}$", _NO_HOURS)
