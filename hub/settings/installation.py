"""The installation: ``config/paraph.yaml``. A value may be ``${env:NAME}`` or ``${file:PATH}``,
which is where secrets belong.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from marshmallow import fields, validate

from hub.contracts.settings import setting
from hub.mapping.document import read_document
from hub.settings.blocks import BlobSettings, Block, DocumentSettings
from hub.settings.files import load, read_text, refused, resolve
from hub.settings.rules import Begins, Network
from hub.settings.seal import SealSettings, seal_problems
from hub.settings.spans import Span
from hub.storage.buckets import S3Place
from hub.toolkit.guard import Guard

ENVIRONMENTS = ("production", "test", "demo")


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """The installation."""

    environment: str = setting(
        fields.String(validate=validate.OneOf(ENVIRONMENTS)),
        title="Environment",
        help="production refuses simulators and test certificates.",
        default="production",
    )
    public_url: str = setting(
        fields.Url(require_tld=False),
        title="Public address",
        help="Where customers reach the hub, e.g. https://sign.example.com.",
    )
    data_folder: str = setting(
        fields.String(),
        title="Data folder",
        help="Where the SQLite file and the generated secret key are kept.",
        default="data",
    )
    database_url: str | None = setting(
        fields.String(validate=Begins("sqlite:///", "postgresql+psycopg://")),
        title="Database",
        help="An SQLAlchemy URL. Without it: SQLite in the data folder.",
        default=None,
    )
    executor: str = setting(
        fields.String(validate=validate.OneOf(["embedded", "dramatiq"])),
        title="Executor",
        help="embedded: each process does what it claims. dramatiq: a broker shares work among "
        "worker processes on any number of machines.",
        default="embedded",
    )
    broker_url: str | None = setting(
        fields.String(validate=Begins("redis://", "rediss://", "amqp://", "amqps://")),
        title="Broker",
        help="For the executor dramatiq: redis://… or amqp://… (RabbitMQ).",
        secret=True,
        default=None,
    )
    redis_url: str | None = setting(
        fields.String(validate=Begins("redis://", "rediss://")),
        title="Redis",
        help="Carries wake-ups between processes. Without it: the broker if that is Redis, else "
        "the database does it.",
        secret=True,
        default=None,
    )
    blobs: BlobSettings | None = setting(
        Block(BlobSettings),
        title="Object store",
        help="Where documents and proofs are kept: {folder: …}, or {s3: {bucket, endpoint, region, "
        "access_key, secret_key, prefix}}. Without it: the folder blobs in the data folder.",
        default=None,
    )
    documents: DocumentSettings | None = setting(
        Block(DocumentSettings),
        title="Documents",
        help="What one may be and cost: {pages: 100, megabytes: 25, seconds: 60, memory: 1500}.",
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
    outgoing_networks: list[str] = setting(
        fields.List(fields.String(validate=Network())),
        title="Outgoing networks",
        help="Networks (CIDR) that webhooks may go to although they are not public, also by http.",
        default=[],
    )
    workers: int = setting(
        fields.Integer(validate=validate.Range(1, 128)),
        title="Engine threads",
        help="How many deliveries may be under way at once in one process that works on them.",
        default=16,
    )
    keep_deliveries: timedelta = setting(
        Span(timedelta(days=1)),
        title="Keep deliveries",
        help="How long a finished delivery of a finished request is kept with its attempts.",
        default=timedelta(days=90),
    )
    keep_inbound: timedelta = setting(
        Span(timedelta(days=1)),
        title="Keep calls",
        help="How long a call that came in is kept with its body, and while its request is open.",
        default=timedelta(days=90),
    )
    keep_timers: timedelta = setting(
        Span(timedelta(days=1)),
        title="Keep timers",
        help="How long a finished timer is kept after its request is finished.",
        default=timedelta(days=7),
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
    seal: SealSettings = setting(
        Block(SealSettings),
        title="Seal",
        help="How signed documents are sealed; see the table of its settings.",
        default=SealSettings(),
    )


def load_hub_settings(path: Path, environ: Mapping[str, str] = os.environ) -> HubSettings:
    """Read ``paraph.yaml``. Raises ``ConfigurationError`` with each problem."""
    document = read_document(read_text(path), str(path))
    data = resolve(document, environ)
    if "PARAPH_SECRET_KEY" in environ:
        data.setdefault("secret_keys", [environ["PARAPH_SECRET_KEY"]])
    settings: HubSettings = load(HubSettings, data, document)
    if settings.clock_speed != 1 and settings.environment == "production":
        raise refused(document, [(("clock_speed",), "is for demo and test; remove it")])
    if faults := _unfit(settings):
        raise refused(document, faults)
    return settings


def outgoing_guard(settings: HubSettings) -> Guard:
    """Where calls to addresses that somebody names by the API may go."""
    networks = tuple(ipaddress.ip_network(text) for text in settings.outgoing_networks)
    return Guard(networks, plain=settings.environment != "production")


def _unfit(settings: HubSettings) -> list[tuple[Any, str]]:
    """Settings that are good each for itself and do not go together."""
    faults: list[tuple[Any, str]] = []
    if settings.executor == "dramatiq":
        if settings.broker_url is None:
            faults.append((("executor",), f"dramatiq needs a broker: {_BROKER}"))
        if is_sqlite(settings):
            faults.append((("executor",), f"dramatiq needs PostgreSQL: {_POSTGRES}"))
    elif settings.broker_url is not None:
        faults.append((("broker_url",), f"is for the executor dramatiq only: {_NO_BROKER}"))
    if settings.blobs is not None and settings.blobs.folder and settings.blobs.s3:
        faults.append((("blobs",), "name either folder or s3, not both"))
    return [*faults, *seal_problems(settings.seal)]


_BROKER = "add broker_url: redis://… (or amqp://…), or write executor: embedded"
_POSTGRES = "add database_url: postgresql+psycopg://…, or write executor: embedded"
_NO_BROKER = "write executor: dramatiq too, or name it redis_url if it is to carry wake-ups only"


def is_sqlite(settings: HubSettings) -> bool:
    """Whether the database is a file on this machine."""
    return settings.database_url is None or settings.database_url.startswith("sqlite")


def redis_url(settings: HubSettings) -> str | None:
    """The Redis that carries wake-ups, if there is one."""
    if settings.redis_url is None and (settings.broker_url or "").startswith("redis"):
        return settings.broker_url
    return settings.redis_url


def secret_keys(settings: HubSettings) -> tuple[str, ...]:
    """The configured keys, or the one that is made once in the data folder (mode 0600)."""
    if settings.secret_keys:
        return tuple(settings.secret_keys)
    path = data_folder(settings) / "secret.key"
    if not path.exists():
        _make_key(path)
    return (path.read_text(encoding="ascii").strip(),)


def _make_key(path: Path) -> None:
    """Written aside and then linked: whoever sees ``path`` sees the whole key, and of two processes
    that make one at once the first wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key-", encoding="ascii") as new:
        new.write(secrets.token_urlsafe(48))
        new.flush()
        os.fsync(new.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(new.name)


def data_folder(settings: HubSettings) -> Path:
    """The data folder, made if need be so that only this account looks into it."""
    folder = Path(settings.data_folder)
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    return folder


def blobs_place(settings: HubSettings) -> Path | S3Place:
    """What ``Blobs`` are opened on."""
    if settings.blobs is not None and settings.blobs.s3 is not None:
        return S3Place(**asdict(settings.blobs.s3))
    named = settings.blobs.folder if settings.blobs is not None else None
    return Path(named) if named else data_folder(settings) / "blobs"


def database_url(settings: HubSettings) -> str:
    """The database to open."""
    return settings.database_url or f"sqlite:///{Path(settings.data_folder).resolve()}/paraph.db"


def make_private(settings: HubSettings) -> None:
    """Our SQLite file is for this account only; what SQLite puts beside it takes over its mode."""
    if settings.database_url is None:
        file = data_folder(settings) / "paraph.db"
        file.touch(mode=0o600)
        if file.stat().st_mode & 0o077:  # made by a former version
            file.chmod(0o600)
