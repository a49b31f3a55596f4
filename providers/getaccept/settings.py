"""Settings of one GetAccept account: address, sign-in, whose documents, and limits."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting

PASSWORD, OAUTH2, TOKEN = "password", "oauth2", "token"
EXTERNAL, INTERNAL = "external", "internal"
ALL, TEAM, OWN = "all", "team", "own"


def _address() -> fields.Url:
    return fields.Url(require_tld=False, schemes={"http", "https"})


@dataclass(frozen=True, kw_only=True)
class GetAcceptSettings:
    """One user of one entity."""

    base_url: str = setting(
        _address(),
        title="API address",
        help="GetAccept's API with its version; only a simulator has another one.",
        default="https://api.getaccept.com/v1",
    )
    app_url: str = setting(
        _address(),
        title="App address",
        help="Where people open documents, and where OAuth2 tokens are had.",
        default="https://app.getaccept.com",
    )
    auth: str = setting(
        fields.String(validate=validate.OneOf([PASSWORD, OAUTH2, TOKEN])),
        title="Sign-in",
        help="password (an administrator's e-mail and password), oauth2 (client and refresh "
        "token) or token (one that was given out, used until it ends).",
        sign_in=True,
        default=PASSWORD,
    )
    email: str = setting(
        fields.String(),
        title="E-mail",
        help="password: the user whom the hub acts as.",
        sign_in=True,
        default="",
    )
    password: str = setting(
        fields.String(), title="Password", help="password: that user's.", secret=True, default=""
    )
    entity_id: str = setting(
        fields.String(),
        title="Entity",
        help="The entity (company, country) to work in; empty: the user's default one.",
        sign_in=True,
        default="",
    )
    client_id: str = setting(
        fields.String(),
        title="Client id",
        help="oauth2: as GetAccept registered it. password: a name of the integration, if any.",
        sign_in=True,
        default="",
    )
    client_secret: str = setting(
        fields.String(), title="Client secret", help="oauth2: beside it.", secret=True, default=""
    )
    refresh_token: str = setting(
        fields.String(),
        title="Refresh token",
        help="oauth2: from the authorisation. GetAccept replaces it at each use; the hub keeps the "
        "newest one, see the README.",
        secret=True,
        default="",
    )
    redirect_uri: str = setting(
        fields.String(),
        title="Redirect address",
        help="oauth2: the one that the client was registered with.",
        sign_in=True,
        default="",
    )
    access_token: str = setting(
        fields.String(), title="Token", help="token: as given out.", secret=True, default=""
    )
    sender_email: str = setting(
        fields.String(),
        title="Sender",
        help="Another user of the entity who owns the documents; empty: the one of the sign-in.",
        default="",
    )
    document_type: str = setting(
        fields.String(validate=validate.OneOf(["sales", "introduction", "hr", "other"])),
        title="Type of document",
        help="sales, introduction, hr or other.",
        default="sales",
    )
    currency: str = setting(
        fields.String(validate=validate.Regexp(r"^[A-Z]{3}$", error="write three letters")),
        title="Currency",
        help="The entity's. A value in another currency is not handed over.",
        default="SEK",
    )
    approvers: str = setting(
        fields.String(validate=validate.OneOf([EXTERNAL, INTERNAL])),
        title="Approvers",
        help="external (they stand on the certificate) or internal (they do not).",
        default=EXTERNAL,
    )
    largest_file: int = setting(
        fields.Integer(validate=validate.Range(1, 100_000_000)),
        title="Largest file (bytes)",
        help="What GetAccept takes; 10 MB unless another limit was agreed.",
        default=10_000_000,
    )
    whole_entity: bool = setting(
        fields.Boolean(),
        title="Hooks of the whole entity",
        help="true: hooks come for documents of all its users, as a sender of another name needs.",
        default=True,
    )
    alarm_email: str = setting(
        fields.String(),
        title="Alarm address",
        help="Where GetAccept writes when it cannot call the hub; empty: to the sender.",
        default="",
    )
    dashboard_shows: str = setting(
        fields.String(validate=validate.OneOf([ALL, TEAM, OWN])),
        title="Dashboard shows",
        help="all (documents of the entity), team or own.",
        default=ALL,
    )
    dashboard_pages: int = setting(
        fields.Integer(validate=validate.Range(1, 50)),
        title="Dashboard pages",
        help="How many pages of 100 documents are counted, one call each; the newest ones.",
        default=10,
    )
    calls_per_minute: int = setting(
        fields.Integer(validate=validate.Range(20, 10_000)),
        title="Calls per minute",
        help="What this process allows itself; GetAccept publishes no number.",
        default=100,
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(0.1, 300)),
        title="Time limit (s)",
        help="How long an answer is waited for.",
        default=30.0,
    )
    pool: int = setting(
        fields.Integer(validate=validate.Range(1, 64)),
        title="Connections",
        help="How many are kept open.",
        default=8,
    )
