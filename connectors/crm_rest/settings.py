"""Settings of one CRM: address, sign-in, its tables and what its answers look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields, validate

from connectors.crm_rest.tables import Table
from connectors.crm_rest.ways import A_HEADER, NO_PATH, Paging, texts
from hub.contracts.parts import Named, part
from hub.contracts.settings import setting

NO_AUTH, BASIC, BEARER, API_KEY, OAUTH2 = "none", "basic", "bearer", "api_key", "oauth2"
IN_HEADER, IN_QUERY, IN_BODY = "header", "query", "body"
HMAC, HEADER, ADDRESS = "hmac", "header", "address"
REFUSED, NOT_FOUND, LOCKED, LATER, SIGN_IN = "refused", "not_found", "locked", "later", "sign_in"
# the end is written so that no line end is let through behind it
_SENT = validate.Regexp(r"^[\x21-\x7e]*(?![\s\S])", error="must be plain characters without blanks")


@dataclass(frozen=True, kw_only=True)
class OAuth2:
    """Client credentials; the secret is a setting of its own."""

    url: str = setting(
        fields.String(validate=validate.Regexp(r"^(https?://|/)\S+$", error="write an address")),
        title="Token address",
        help="Where tokens are had: https://..., or a path at the CRM's address.",
    )
    client_id: str = setting(
        fields.String(validate=validate.Length(min=1)), title="Client id", help="As registered."
    )
    send: str = setting(
        fields.String(validate=validate.OneOf([IN_HEADER, IN_BODY])),
        title="Send by",
        help="Whether id and secret go by header (basic) or in the body.",
        default=IN_HEADER,
    )
    more: Mapping[str, str] = setting(
        texts(), title="More", help="Other parameters: scope, audience.", default={}
    )


@dataclass(frozen=True, kw_only=True)
class Hook:
    """How the CRM's webhooks prove themselves, and where they name the record."""

    check: str = setting(
        fields.String(validate=validate.OneOf([HMAC, HEADER, ADDRESS])),
        title="Check",
        help="hmac (a signed body), header (the secret itself in a header), or address (only the "
        "secret in the hook's own address).",
    )
    header: str = setting(
        fields.String(validate=A_HEADER),
        title="Header",
        help="The header with the signature or the secret.",
        default="",
    )
    prefix: str = setting(
        fields.String(),
        title="Prefix",
        help="What stands before it in the header, such as sha256=.",
        default="",
    )
    algorithm: str = setting(
        fields.String(validate=validate.OneOf(["sha256", "sha512", "sha1"])),
        title="Algorithm",
        help="sha256, sha512 or sha1.",
        default="sha256",
    )
    encoding: str = setting(
        fields.String(validate=validate.OneOf(["hex", "base64"])),
        title="Encoding",
        help="hex or base64.",
        default="hex",
    )
    signed: str = setting(
        fields.String(validate=validate.Regexp(r"^[\x20-\x7e]+$", error="must be plain text")),
        title="Signed",
        help="What is signed: {body}, or with the time as in {timestamp}.{body}.",
        default="{body}",
    )
    timestamp_header: str = setting(
        fields.String(validate=A_HEADER),
        title="Timestamp header",
        help="The header with the time of the call, in seconds or milliseconds.",
        default="",
    )
    tolerance: int = setting(
        fields.Integer(validate=validate.Range(1, 86_400)),
        title="Tolerance (s)",
        help="How old a call may be.",
        default=300,
    )
    items: str = setting(
        fields.String(),
        title="Items",
        help="Where the list of events stands in the body; empty: the body is one, or the list.",
        default="",
    )
    id: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Id",
        help="Where the record's id stands in an event, such as record.id.",
        default="id",
    )
    table: str = setting(
        fields.String(), title="Table", help="The table of all events.", default=""
    )
    table_at: str = setting(
        fields.String(),
        title="Table at",
        help="Instead: where an event names its kind of record.",
        default="",
    )
    tables: Mapping[str, str] = setting(
        texts(),
        title="Tables",
        help="The CRM's word for a kind of record with our table; others are passed over. Not "
        "given: the words are our tables' names.",
        default={},
    )
    event: str = setting(
        fields.String(),
        title="Event id",
        help="Where the body has an id of its own, so that a repeat is recognised.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class CrmRestSettings:
    """Nothing here knows a vendor."""

    base_url: str = setting(
        fields.Url(require_tld=False, schemes={"http", "https"}),
        title="Address",
        help="What all paths are added to, such as https://crm.example.com/api/v2",
    )
    tables: Mapping[str, Table] = setting(
        Named(
            keys=fields.String(validate=validate.Regexp(r"^[A-Za-z_][A-Za-z0-9_]{0,59}$")),
            values=part(Table),
            validate=validate.Length(min=1),
        ),
        title="Tables",
        help="see the README of crm_rest for all keys of a table",
    )
    auth: str = setting(
        fields.String(validate=validate.OneOf([NO_AUTH, BASIC, BEARER, API_KEY, OAUTH2])),
        title="Sign-in",
        help="none, basic (login, password), bearer (token), api_key (api_key, api_key_name) or "
        "oauth2 (oauth2, client_secret).",
        sign_in=True,
    )
    login: str = setting(
        fields.String(), title="Login", help="For basic.", sign_in=True, default=""
    )
    password: str = setting(
        fields.String(), title="Password", help="For basic.", secret=True, default=""
    )
    token: str = setting(
        fields.String(validate=_SENT), title="Token", help="For bearer.", secret=True, default=""
    )
    api_key: str = setting(
        fields.String(validate=_SENT), title="API key", help="For api_key.", secret=True, default=""
    )
    api_key_name: str = setting(
        fields.String(validate=A_HEADER),
        title="API key: name",
        help="The header or parameter that takes the key.",
        default="X-Api-Key",
    )
    api_key_in: str = setting(
        fields.String(validate=validate.OneOf([IN_HEADER, IN_QUERY])),
        title="API key: place",
        help="header, or query where the CRM knows no other way.",
        default=IN_HEADER,
    )
    oauth2: OAuth2 | None = setting(
        part(OAuth2), title="OAuth2", help="url and client_id for oauth2.", default=None
    )
    client_secret: str = setting(
        fields.String(), title="OAuth2 client secret", help="For oauth2.", secret=True, default=""
    )
    headers: Mapping[str, str] = setting(
        Named(keys=fields.String(validate=A_HEADER), values=fields.String(validate=_SENT)),
        title="Headers",
        help="Headers that each call carries, such as a version; nothing secret.",
        default={},
    )
    paging: Paging = setting(
        part(Paging),
        title="Paging",
        help="How lists come page by page; a table may have its own.",
        default=Paging(),
    )
    max_pages: int = setting(
        fields.Integer(validate=validate.Range(1, 10_000)),
        title="Most pages",
        help="How many pages of one list are read at most.",
        default=100,
    )
    max_bytes: int = setting(
        fields.Integer(validate=validate.Range(1_000, 200_000_000)),
        title="Largest answer",
        help="How many bytes of one answer are read at most.",
        default=10_000_000,
    )
    probe_path: str = setting(
        fields.String(validate=NO_PATH),
        title="Probe",
        help="A path that only good credentials may read; empty: the list of the first table.",
        default="",
    )
    idempotency_header: str = setting(
        fields.String(validate=A_HEADER),
        title="Idempotency header",
        help="The header by which the CRM recognises a repeated POST, such as Idempotency-Key. "
        "Only if its documentation promises that.",
        default="",
    )
    error_code: str = setting(
        fields.String(),
        title="Error code",
        help="Where an error's code stands in the answer, such as error.code.",
        default="",
    )
    error_message: str = setting(
        fields.String(),
        title="Error message",
        help="Where its text stands. It is kept without what we sent and what looks personal; "
        "leave it out where texts hold names.",
        default="",
    )
    error_words: Mapping[str, str] = setting(
        Named(
            keys=fields.String(),
            values=fields.String(
                validate=validate.OneOf([REFUSED, NOT_FOUND, LOCKED, LATER, SIGN_IN])
            ),
        ),
        title="Error words",
        help="The CRM's codes that mean more than the status: refused, not_found, locked, later, "
        "sign_in.",
        default={},
    )
    lock_retry_after: float = setting(
        fields.Float(validate=validate.Range(min=1, max=86_400)),
        title="Retry a locked record after (s)",
        help="Used when the CRM does not say when.",
        default=300.0,
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(min=0.05, max=600)),
        title="Timeout (s)",
        help="How long to wait for an answer.",
        default=30.0,
    )
    pool: int = setting(
        fields.Integer(validate=validate.Range(1, 64)),
        title="Connections",
        help="How many connections are kept open at most.",
        default=8,
    )
    hook: Hook | None = setting(
        part(Hook), title="Hook", help="How the CRM's webhooks are read.", default=None
    )
    hook_secret: str = setting(
        fields.String(),
        title="Hook secret",
        help="What webhooks are signed with, or carry in a header.",
        secret=True,
        default="",
    )
