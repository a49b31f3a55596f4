"""Settings of a plugin: one dataclass whose fields carry marshmallow field, title, help and
secrecy.

Validation, masking, the console's form, JSON Schema and the reference page all come from it::

    @dataclass(frozen=True, kw_only=True)
    class GatewaySettings:
        base_url: str = setting(fields.Url(), title="Address", help="Where the gateway answers.")
        password: str = setting(fields.String(), title="Password", help="...", secret=True)
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from marshmallow import RAISE, Schema, ValidationError, fields

from hub.kernel.errors import ConfigurationError
from hub.kernel.redact import MASK

T = TypeVar("T")
_REQUIRED: Any = object()


@dataclasses.dataclass(frozen=True)
class SettingInfo:
    """What is known about one setting besides its Python type."""

    field: fields.Field[Any]
    title: str
    help: str
    secret: bool
    sign_in: bool = False


def setting(
    field: fields.Field[Any],
    *,
    title: str,
    help: str,
    secret: bool = False,
    sign_in: bool = False,
    default: Any = _REQUIRED,
) -> Any:
    """Declare one field of a settings dataclass. Without ``default`` it must be given. ``sign_in``:
    it belongs to signing in, so that whoever mends credentials may change it like a secret; never
    an address or a file's path, which would lead secrets elsewhere."""
    info = SettingInfo(field, title, help, secret, sign_in)
    if default is _REQUIRED:
        return dataclasses.field(metadata={"setting": info})
    if isinstance(default, list | dict | set):
        return dataclasses.field(metadata={"setting": info}, default_factory=lambda: default.copy())
    return dataclasses.field(metadata={"setting": info}, default=default)


def settings_info(cls: type) -> dict[str, SettingInfo]:
    """Name → info, in the order in which the fields are declared."""
    return {f.name: cast(SettingInfo, f.metadata["setting"]) for f in dataclasses.fields(cls)}


def credentials_of(cls: type) -> tuple[str, ...]:
    """The settings that somebody who mends the sign-in may change."""
    return tuple(name for name, one in settings_info(cls).items() if one.secret or one.sign_in)


@cache
def schema_of(cls: Any) -> type[Schema]:
    """The marshmallow schema of a settings dataclass; an unknown key is an error."""
    members: dict[str, Any] = {}
    for f in dataclasses.fields(cls):
        info: SettingInfo = f.metadata["setting"]
        field = info.field
        field.required = f.default is dataclasses.MISSING and (
            f.default_factory is dataclasses.MISSING
        )
        if f.default is None:
            field.allow_none = True
        field.metadata = {
            "title": info.title,
            "help": info.help,
            "secret": info.secret,
            "default": None if field.required else _default(f),
        }
        members[f.name] = field
    members["Meta"] = type("Meta", (), {"unknown": RAISE})
    return cast(type[Schema], type(f"{cls.__name__}Schema", (Schema,), members))


def _default(f: dataclasses.Field[Any]) -> Any:
    return f.default if f.default_factory is dataclasses.MISSING else f.default_factory()


def load_settings(
    cls: type[T], data: Mapping[str, Any], where: str, places: Mapping[str, str] | None = None
) -> T:
    """``data`` as an instance of ``cls``.

    Raises ``ConfigurationError`` with one problem per fault: ``place: setting: what; how to
    mend it``. ``where`` is the place of the settings, ``places`` that of each setting in them.
    Values are never repeated, they may be secret.
    """
    try:
        return cls(**schema_of(cast(Any, cls))().load(data))
    except ValidationError as error:
        messages: Any = error.messages
        problems = [
            f"{(places or {}).get(name, where)}: {path}: {_sentence(cls, name, text)}"
            for name in messages
            for path, text in _lines(messages[name], name)
        ]
        raise ConfigurationError(
            f"{where}: the settings are not valid", problems=tuple(problems)
        ) from None


def masked(cls: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with every secret masked, fit for showing."""
    info = settings_info(cls)
    return {k: MASK if k in info and info[k].secret and v else v for k, v in data.items()}


def _sentence(cls: type, name: str, text: str) -> str:
    known = settings_info(cls)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
        return f"unknown setting; {hint}"
    if text.startswith("Missing data"):
        return f"is missing; add it: {known[name].help}"
    return f"{text[:1].lower()}{text[1:].rstrip('.')}; {known[name].help}"


def _lines(messages: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(messages, Mapping):
        return [line for key, inner in messages.items() for line in _lines(inner, f"{path}.{key}")]
    if isinstance(messages, list):
        return [(path, str(text)) for text in messages]
    return [(path, str(messages))]
