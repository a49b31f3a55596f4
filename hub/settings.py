"""What an administrator writes: the hub's own settings and one file per workspace.

``config/paraph.yaml`` is the installation (addresses, database, limits), ``config/workspaces/*.yaml`` the
organisations (name, texts, instances, mappings). A value may be ``${env:NAME}`` or ``${file:PATH}``, which is
where secrets belong. Every fault is told with file, line, column and what to do; the hub does not
start with one. Texts are checked here too: the one with the link must hold the link.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import ValidationError, fields, validate

from hub.contracts.settings import schema_of, setting
from hub.kernel.errors import ConfigurationError
from hub.mapping.document import Document, read_document
from hub.mapping.problems import did_you_mean

LANGUAGES = ("sv", "en")
_REFERENCE = re.compile(r"\$\{(env|file):([^}]+)\}")
_KEY = re.compile(r"^[a-z][a-z0-9_]{0,63}$")


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """The installation."""

    environment: str = setting(
        fields.String(validate=validate.OneOf(["production", "test", "demo"])),
        title="Environment",
        help="production refuses simulators and test certificates.",
        default="production",
    )
    public_url: str = setting(
        fields.Url(require_tld=False),
        title="Public address",
        help="Where customers reach the hub, e.g. https://sign.example.com; links are made from it.",
    )
    data_folder: str = setting(
        fields.String(),
        title="Data folder",
        help="Where the SQLite file and the generated secret key are kept.",
        default="data",
    )
    database_url: str | None = setting(
        fields.String(),
        title="Database",
        help="An SQLAlchemy URL. Without it: SQLite in the data folder.",
        default=None,
    )
    secret_keys: list[str] = setting(
        fields.List(fields.String(validate=validate.Length(min=32))),
        title="Secret keys",
        help="The first one seals, all of them open. Without it one is made in the data folder.",
        secret=True,
        default=[],
    )
    trusted_proxies: int = setting(
        fields.Integer(validate=validate.Range(0, 10)),
        title="Trusted proxies",
        help="How many proxies of ours stand in front and set X-Forwarded-For.",
        default=0,
    )
    body_limit: int = setting(
        fields.Integer(validate=validate.Range(1_000, 100_000_000)),
        title="Body limit",
        help="The largest request body in bytes.",
        default=1_000_000,
    )
    workers: int = setting(
        fields.Integer(validate=validate.Range(1, 128)),
        title="Engine threads",
        help="How many deliveries may be under way at once in one process.",
        default=16,
    )
    log_level: str = setting(
        fields.String(validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
        title="Log level",
        help="INFO tells each step; WARNING only what needs a look.",
        default="INFO",
    )
    log_json: bool = setting(
        fields.Boolean(), title="JSON logs", help="One JSON object a line.", default=True
    )
    sentry_dsn: str | None = setting(
        fields.String(),
        title="Sentry DSN",
        help="Errors go there, without personal data.",
        secret=True,
        default=None,
    )
    clock_speed: float = setting(
        fields.Float(validate=validate.Range(1, 100_000)),
        title="Clock speed",
        help="Business time runs this many times as fast; only in demo and test.",
        default=1.0,
    )


@dataclass(frozen=True)
class InstanceSettings:
    """One configured plugin. ``concurrency`` and ``per_second`` limit what goes out to it."""

    key: str
    plugin: str
    settings: Mapping[str, Any]
    where: str  # file:line:column of its settings, for messages
    concurrency: int = 8
    per_second: float | None = None


@dataclass(frozen=True)
class WorkspaceSettings:
    """One organisation. ``texts``: key → language → text (requirement D2)."""

    key: str
    name: str
    sender: str  # text sender of SMS, 3 to 11 letters and digits
    phone: str
    email: str
    website: str
    zone: str
    language: str
    accent: str | None
    logo: str | None
    texts: Mapping[str, Mapping[str, str]]
    instances: Mapping[str, InstanceSettings]
    mappings: tuple[str, ...]
    file: str = field(default="", compare=False)

    def text(self, key: str, language: str) -> str:
        """The text in ``language``, else in the workspace's own, else any."""
        by_language = self.texts[key]
        return (
            by_language.get(language)
            or by_language.get(self.language)
            or next(iter(by_language.values()))
        )


def load_hub_settings(path: Path, environ: Mapping[str, str] = os.environ) -> HubSettings:
    """Read ``paraph.yaml``. Raises ``ConfigurationError`` with each problem."""
    document = read_document(_text(path), str(path))
    data = _resolve(document, environ)
    if "PARAPH_SECRET_KEY" in environ:
        data.setdefault("secret_keys", [environ["PARAPH_SECRET_KEY"]])
    settings: HubSettings = _load(HubSettings, data, document)
    if settings.clock_speed != 1 and settings.environment == "production":
        raise _refused(document, [(("clock_speed",), "is for demo and test; remove it")])
    return settings


def secret_keys(settings: HubSettings) -> tuple[str, ...]:
    """The configured keys, or the one that is made once in the data folder (mode 0600)."""
    if settings.secret_keys:
        return tuple(settings.secret_keys)
    path = Path(settings.data_folder) / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return (path.read_text(encoding="ascii").strip(),)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return (key,)


def database_url(settings: HubSettings) -> str:
    """The database to open."""
    return settings.database_url or f"sqlite:///{Path(settings.data_folder).resolve()}/paraph.db"


def load_workspaces(
    folder: Path, environ: Mapping[str, str] = os.environ
) -> dict[str, WorkspaceSettings]:
    """Read every ``*.yaml`` of ``folder``; all problems of all files are told at once."""
    found: dict[str, WorkspaceSettings] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = load_workspace(path, environ)
        except ConfigurationError as error:
            problems.extend(error.problems or (error.detail,))
    if problems:
        raise ConfigurationError(
            f"{folder}: the workspaces are not valid", problems=tuple(problems)
        )
    if not found:
        raise ConfigurationError(f"{folder}: holds no workspace file; add one, e.g. main.yaml")
    return found


@dataclass(frozen=True, kw_only=True)
class _WorkspaceFile:
    """The keys of a workspace file, as written."""

    name: str = setting(fields.String(validate=validate.Length(1, 200)), title="Name", help="")
    sender: str = setting(
        fields.String(validate=validate.Regexp(r"^[A-Za-z][A-Za-z0-9]{2,10}$")),
        title="SMS sender",
        help="3 to 11 letters and digits, beginning with a letter.",
    )
    phone: str = setting(fields.String(), title="Phone", help="", default="")
    email: str = setting(fields.String(), title="E-mail", help="", default="")
    website: str = setting(fields.String(), title="Website", help="", default="")
    zone: str = setting(
        fields.String(validate=validate.OneOf(available_timezones(), error="is no time zone")),
        title="Zone",
        help="",
        default="Europe/Stockholm",
    )
    language: str = setting(
        fields.String(validate=validate.OneOf(LANGUAGES)), title="Language", help="", default="sv"
    )
    accent: str | None = setting(
        fields.String(validate=validate.Regexp(r"^#[0-9a-fA-F]{6}$")),
        title="Accent",
        help="",
        default=None,
    )
    logo: str | None = setting(fields.String(), title="Logo", help="", default=None)
    texts: dict[str, dict[str, str]] = setting(
        fields.Dict(
            fields.String(),
            fields.Dict(fields.String(validate=validate.OneOf(LANGUAGES)), fields.String()),
        ),
        title="Texts",
        help="",
    )
    instances: dict[str, dict[str, Any]] = setting(
        fields.Dict(
            fields.String(validate=validate.Regexp(_KEY)),
            fields.Nested(
                {
                    "plugin": fields.String(required=True),
                    "settings": fields.Dict(load_default=dict),
                    "concurrency": fields.Integer(
                        load_default=8, validate=validate.Range(1, 1000)
                    ),
                    "per_second": fields.Float(
                        load_default=None, allow_none=True, validate=validate.Range(0.01, 100_000)
                    ),
                }
            ),
        ),
        title="Instances",
        help="",
    )
    mappings: list[str] = setting(fields.List(fields.String()), title="Mappings", help="")


def load_workspace(path: Path, environ: Mapping[str, str] = os.environ) -> WorkspaceSettings:
    """Read one workspace file. Its key is the file's name."""
    document = read_document(_text(path), str(path))
    if not _KEY.match(path.stem):
        raise _refused(document, [((), "its file name must be lower-case letters and digits")])
    raw = _load(_WorkspaceFile, _resolve(document, environ), document)
    ZoneInfo(raw.zone)
    instances = {
        key: InstanceSettings(key=key, where=_where(document, ("instances", key, "settings")), **one)
        for key, one in raw.instances.items()
    }
    values = {name: getattr(raw, name) for name in raw.__dataclass_fields__}
    values.update(instances=instances, mappings=tuple(raw.mappings))
    return WorkspaceSettings(key=path.stem, file=str(path), **values)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: is not UTF-8 text; save it as UTF-8") from None


def _load(cls: type[Any], data: dict[str, Any], document: Document) -> Any:
    try:
        return cls(**schema_of(cls)().load(data))
    except ValidationError as error:
        known = set(cls.__dataclass_fields__)
        raise _refused(document, list(_flatten(error.messages, (), known))) from None


def _flatten(messages: Any, path: tuple[str, ...], known: set[str]) -> list[tuple[Any, str]]:
    if isinstance(messages, Mapping):
        skip = {"key", "value"} if len(path) > 1 else set()
        return [
            line
            for key, inner in messages.items()
            for line in _flatten(inner, path if key in skip else (*path, key), known)
        ]
    return [(path, _sentence(str(text), path, known)) for text in messages]


def _sentence(text: str, path: tuple[Any, ...], known: set[str]) -> str:
    if text == "Unknown field.":
        names = known if len(path) == 1 else {"plugin", "settings", "concurrency", "per_second"}
        return f"unknown key '{path[-1]}'; {did_you_mean(str(path[-1]), names)}"
    if text.startswith("Missing data"):
        return f"'{path[-1]}' is missing; add it"
    return text[:1].lower() + text[1:].rstrip(".")


def _refused(document: Document, found: list[tuple[Any, str]]) -> ConfigurationError:
    problems = tuple(str(document.problem(tuple(path), text)) for path, text in found)
    return ConfigurationError(f"{document.name}: is not valid", problems=problems)


def _where(document: Document, path: tuple[str, ...]) -> str:
    line, column = document.where(path)
    return f"{document.name}:{line}:{column}"


def _resolve(document: Document, environ: Mapping[str, str]) -> dict[str, Any]:
    """The data with every ``${env:…}`` and ``${file:…}`` put in."""
    faults: list[tuple[Any, str]] = []

    def put_in(value: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(value, dict):
            return {key: put_in(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [put_in(inner, (*path, index)) for index, inner in enumerate(value)]
        if isinstance(value, str):
            return _REFERENCE.sub(lambda match: one(match, path), value)
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
        raise _refused(document, faults)
    return data
