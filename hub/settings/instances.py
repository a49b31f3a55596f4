"""One configured plugin of a workspace, as its file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marshmallow import fields, validate

from hub.settings.retrying import DISABLE_AFTER, POLL_EVERY, RETRY
from hub.settings.spans import Span


@dataclass(frozen=True)
class Kept:
    """A setting that the database keeps over the file's: since when, and who saved it."""

    name: str
    since: datetime
    by: str


@dataclass(frozen=True)
class InstanceSettings:
    """One configured plugin. ``concurrency`` and ``per_second`` limit what goes out to it,
    ``retry`` says how it is tried again, ``disable_after`` how many days it may fail,
    ``poll_every`` how often it is asked what has changed. ``kept`` are those of its settings that
    do not come from the file."""

    key: str
    plugin: str
    settings: Mapping[str, Any]
    where: str  # file:line:column of its settings, for messages
    concurrency: int = 8
    per_second: float | None = None
    retry: Mapping[str, Any] = field(default_factory=dict)  # what differs from RetrySchedule
    disable_after: timedelta = DISABLE_AFTER
    poll_every: timedelta = POLL_EVERY
    places: Mapping[str, str] = field(default_factory=dict)  # setting → file:line:column
    kept: tuple[Kept, ...] = ()


# The keys of an instance, as written.
INSTANCE: dict[str, fields.Field[Any]] = {
    "plugin": fields.String(
        required=True,
        metadata={"help": "Its key; or kind:key, since two kinds may have the same."},
    ),
    "settings": fields.Dict(load_default=dict, metadata={"help": "What this plugin asks for."}),
    "concurrency": fields.Integer(
        load_default=8,
        validate=validate.Range(1, 1000),
        metadata={"help": "How many calls to it may be under way at once."},
    ),
    "per_second": fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0.01, 100_000),
        metadata={"help": "How many calls a second it bears. Else no limit."},
    ),
    "retry": fields.Nested(
        RETRY,
        load_default=dict,
        metadata={"help": "How it is tried again when it fails."},
    ),
    "disable_after": Span(
        timedelta(hours=1),
        load_default=DISABLE_AFTER,
        metadata={"help": "After how long without a success it is disabled."},
    ),
    "poll_every": Span(
        timedelta(seconds=10),
        timedelta(days=1),
        load_default=POLL_EVERY,
        metadata={"help": "How often it is asked what changed, for trigger poll."},
    ),
}
