"""Blocks of settings: where blobs are kept, what a document may be, who looks after a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from hub.contracts.json_schema import JsonSchema, Walk
from hub.contracts.settings import schema_of, setting
from hub.settings.spans import Span


class Block(fields.Nested):
    """A settings dataclass inside another."""

    def __init__(self, cls: type) -> None:
        super().__init__(schema_of(cls))
        self.cls = cls

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        found: Mapping[str, Any] = super()._deserialize(value, attr, data, partial, **kwargs)
        return self.cls(**found)

    def json_schema(self, walk: Walk) -> JsonSchema:
        return walk.block(self.schema)


_ADDRESS = validate.Regexp(r"^[^@\s]+@[^@\s]+$", error="must be an e-mail address; correct it")
_TEXT = validate.Length(min=1)


@dataclass(frozen=True, kw_only=True)
class S3Settings:
    """A bucket of an S3 server."""

    bucket: str = setting(fields.String(validate=_TEXT), title="Bucket", help="It must exist.")
    endpoint: str = setting(
        fields.Url(require_tld=False),
        title="Endpoint",
        help="The server without the bucket, e.g. https://s3.eu-north-1.amazonaws.com.",
    )
    region: str = setting(
        fields.String(validate=_TEXT),
        title="Region",
        help="Its name for the region; us-east-1 suits most servers that have none.",
        default="us-east-1",
    )
    access_key: str = setting(
        fields.String(validate=_TEXT), title="Access key", help="The account's name."
    )
    secret_key: str = setting(
        fields.String(validate=_TEXT), title="Secret key", help="Its password.", secret=True
    )
    prefix: str = setting(
        fields.String(), title="Prefix", help="Stands before every path in the bucket.", default=""
    )


@dataclass(frozen=True, kw_only=True)
class BlobSettings:
    """Where documents, page images and proofs are kept: a folder or a bucket."""

    folder: str | None = setting(
        fields.String(validate=_TEXT),
        title="Folder",
        help="Without it and without s3: the folder blobs in the data folder.",
        default=None,
    )
    s3: S3Settings | None = setting(
        Block(S3Settings),
        title="S3",
        help="A bucket instead of a folder; several machines need one.",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class DocumentSettings:
    """What a document or attachment may be, and what looking at it may cost."""

    pages: int = setting(
        fields.Integer(validate=validate.Range(1, 500)),
        title="Pages",
        help="The most pages of a document.",
        default=100,
    )
    megabytes: int = setting(
        fields.Integer(validate=validate.Range(1, 100)),
        title="Megabytes",
        help="The largest document or attachment, in millions of bytes.",
        default=25,
    )
    seconds: int = setting(
        fields.Integer(validate=validate.Range(1, 600)),
        title="Seconds",
        help="The most processor time for one document or attachment.",
        default=60,
    )
    memory: int = setting(
        fields.Integer(validate=validate.Range(500, 16_000)),
        title="Memory",
        help="The most address space for one document or attachment, in millions of bytes.",
        default=1_500,
    )


@dataclass(frozen=True, kw_only=True)
class PortalSettings:
    """The customer's portal of a workspace: all documents shared with a contact, behind a sign-in
    by one-time link or code."""

    region: str = setting(
        fields.String(validate=validate.Regexp(r"^[A-Z]{2}$")),
        title="Region",
        help="The country, two letters, in whose way mobile numbers are typed to sign in.",
    )
    idle: timedelta = setting(
        Span(timedelta(minutes=1), timedelta(days=1)),
        title="Idle",
        help="After how long without a click a session ends.",
        default=timedelta(hours=1),
    )
    lives: timedelta = setting(
        Span(timedelta(minutes=5), timedelta(days=30)),
        title="Lives",
        help="After how long a session ends in any case.",
        default=timedelta(hours=12),
    )


@dataclass(frozen=True, kw_only=True)
class OperationsSettings:
    """The people who look after the hub for a workspace."""

    email: str = setting(
        fields.String(validate=_ADDRESS),
        title="E-mail",
        help="Told when a system refuses the hub's sign-in, and when it goes on.",
    )
