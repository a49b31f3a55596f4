"""Parts of the settings that are settings themselves (a table, its paging, its notes).

A part is a dataclass like a plugin's settings, with title and help for each field; what is wrong in
it is told with the help of the very field.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, post_load

from hub.contracts.settings import SettingInfo, schema_of, settings_info


def part(cls: type) -> fields.Nested:
    """A field that holds one ``cls``."""
    return fields.Nested(part_schema(cls))


@cache
def part_schema(cls: type) -> type[Schema]:
    """The schema of a part: gives a ``cls``, and says what to do about each fault."""

    def made(self: Schema, data: dict[str, Any], **more: Any) -> Any:
        return cls(**data)

    def handle_error(self: Schema, error: ValidationError, data: Any, **more: Any) -> None:
        error.messages = _told(settings_info(cls), error.messages)

    members = {"made": post_load(made), "handle_error": handle_error}
    return cast(
        type[Schema],
        type(f"{cls.__module__}.{cls.__name__}Schema", (schema_of(cast(Any, cls)),), members),
    )


class Named(fields.Dict):
    """Names with values; faults are told at the name, without the library's words between."""

    def json_schema(self, walk: Any) -> Any:
        """The shape that an editor checks against; ``walk`` goes over all fields."""
        return walk.named(self.key_field, walk.value(self.value_field))

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **more)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, Mapping):
                raise ValidationError("write names with values, one a line") from None
            raise ValidationError(
                {name: _inner(messages) for name, messages in error.messages.items()}
            ) from None


def _inner(messages: Any) -> Any:
    if isinstance(messages, Mapping):
        return messages.get("key") or messages.get("value") or messages
    return messages


def _told(known: Mapping[str, SettingInfo], messages: Any) -> Any:
    if not isinstance(messages, Mapping) or "_schema" in messages:
        return ["write names with values, such as " + ", ".join(list(known)[:4])]
    return {name: _sentences(known, name, given) for name, given in messages.items()}


def _sentences(known: Mapping[str, SettingInfo], name: str, given: Any) -> Any:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        return [f"unknown; did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"]
    if isinstance(given, Mapping):
        return given
    return [_sentence(known[name].help, str(text)) for text in given]


def _sentence(help: str, text: str) -> str:
    if text.startswith("Missing data"):
        return f"is needed here: {help}"
    return f"{text[:1].lower()}{text[1:].rstrip('.')} ({help})"
