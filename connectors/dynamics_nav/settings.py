"""Settings of one company in Dynamics NAV or Business Central: address, sign-in, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields, validate

from connectors.dynamics_nav.tables import Table
from hub.contracts.parts import Named, part
from hub.contracts.settings import setting

SOAP, API = "soap", "api"
NTLM, BASIC, OAUTH2 = "ntlm", "basic", "oauth2"
SCOPE = "https://api.businesscentral.dynamics.com/.default"
_A_ROUTE = validate.Regexp(
    r"^[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*(?![\s\S])", error="write it as api/v2.0"
)


@dataclass(frozen=True, kw_only=True)
class DynamicsNavSettings:
    """One instance is one company."""

    server: str = setting(
        fields.Url(require_tld=False, schemes={"http", "https"}),
        title="Server",
        help="Address up to the server instance, such as https://nav.example.com:7047/NAV; online "
        "https://api.businesscentral.dynamics.com/v2.0/<tenant>/<environment>.",
    )
    company: str = setting(
        fields.String(validate=validate.Length(min=1, max=100)),
        title="Company",
        help="Its name, case and all, or for the API its id; without it a server would silently "
        "use its default company.",
    )
    surface: str = setting(
        fields.String(validate=validate.OneOf([SOAP, API])),
        title="Surface",
        help="soap for NAV and older Business Central, api (API v2.0 and OData) for newer ones.",
        default=SOAP,
    )
    auth: str = setting(
        fields.String(validate=validate.OneOf([NTLM, BASIC, OAUTH2])),
        title="Sign-in",
        help="ntlm (Windows), basic (NavUserPassword) or oauth2 (Entra, client credentials).",
        sign_in=True,
        default=NTLM,
    )
    odata_server: str = setting(
        fields.Url(require_tld=False, schemes={"http", "https"}),
        title="OData server",
        help="The same for OData and API where that port is another one (7048); empty: as above.",
        default="",
    )
    api_route: str = setting(
        fields.String(validate=_A_ROUTE),
        title="API route",
        help="Of the entity sets that name none themselves.",
        default="api/v2.0",
    )
    tenant: str = setting(
        fields.String(validate=validate.Regexp(r"^[\w.-]*(?![\s\S])", error="must be a word")),
        title="Tenant",
        help="For servers with several tenants: it is sent with each call (?tenant=).",
        default="",
    )
    username: str = setting(
        fields.String(),
        title="User",
        help="For ntlm DOMAIN\\user, for basic the user's name.",
        sign_in=True,
        default="",
    )
    password: str = setting(
        fields.String(), title="Password", help="For ntlm and basic.", secret=True, default=""
    )
    access_key: str = setting(
        fields.String(validate=validate.Regexp(r"^[\x21-\x7e]*(?![\s\S])", error="holds blanks")),
        title="Web service access key",
        help="For basic, in place of the password.",
        secret=True,
        default="",
    )
    token_url: str = setting(
        fields.String(validate=validate.Regexp(r"^(https?://\S+)?$", error="write an address")),
        title="Token address",
        help="https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token, for oauth2.",
        default="",
    )
    client_id: str = setting(
        fields.String(),
        title="Client id",
        help="Of the Entra app, for oauth2.",
        sign_in=True,
        default="",
    )
    client_secret: str = setting(
        fields.String(),
        title="Client secret",
        help="Of the Entra app, for oauth2.",
        secret=True,
        default="",
    )
    scope: str = setting(
        fields.String(), title="Scope", help="What the token is for.", sign_in=True, default=SCOPE
    )
    tables: Mapping[str, Table] = setting(
        Named(
            keys=fields.String(validate=validate.Regexp(r"^[A-Za-z_][A-Za-z0-9_]{0,59}$")),
            values=part(Table),
        ),
        title="Tables",
        help="see the README of dynamics_nav for all keys of a table; empty: customer, "
        "sales_quote and sales_order as their presets say.",
        default={},
    )
    date_format: str = setting(
        fields.String(validate=validate.Length(min=2, max=40)),
        title="Date format",
        help="How a moment is written in a filter (soap): {iso}, or codes such as %d-%m-%y, where "
        "a server wants its own culture.",
        default="{iso}",
    )
    wsdl_cache: str = setting(
        fields.String(),
        title="WSDL cache",
        help="A folder in which descriptions of pages are kept between starts; empty: in memory.",
        default="",
    )
    wsdl_hours: float = setting(
        fields.Float(validate=validate.Range(min=0, max=24 * 30)),
        title="WSDL: hours",
        help="After how many hours a kept description is read again.",
        default=12.0,
    )
    page_size: int = setting(
        fields.Integer(validate=validate.Range(1, 1_000)),
        title="Page size",
        help="How many rows one call of a list brings.",
        default=100,
    )
    max_pages: int = setting(
        fields.Integer(validate=validate.Range(1, 10_000)),
        title="Most pages",
        help="How many pages of one list are read at most.",
        default=200,
    )
    max_bytes: int = setting(
        fields.Integer(validate=validate.Range(1_000, 350_000_000)),
        title="Largest answer",
        help="How many bytes of one answer are read at most.",
        default=100_000_000,
    )
    connect_timeout: float = setting(
        fields.Float(validate=validate.Range(min=0.05, max=120)),
        title="Connect timeout (s)",
        help="How long to wait for a connection.",
        default=10.0,
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(min=0.05, max=900)),
        title="Timeout (s)",
        help="How long to wait for an answer; card pages are slow.",
        default=120.0,
    )
    pool: int = setting(
        fields.Integer(validate=validate.Range(1, 16)),
        title="Connections",
        help="How many connections are kept open; servers take five calls at once.",
        default=4,
    )
    lock_retry_after: float = setting(
        fields.Float(validate=validate.Range(min=1, max=86_400)),
        title="Retry a locked record after (s)",
        help="Used when somebody else keeps changing or locking it.",
        default=30.0,
    )
    record_link: str = setting(
        fields.String(),
        title="Record link",
        help="The page where a person opens a record, with {table} and {id}; empty: no link.",
        default="",
    )
