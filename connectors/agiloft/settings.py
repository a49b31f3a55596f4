"""Settings of one Agiloft instance: one knowledge base, one service user, one surface."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields, validate

from hub.contracts.settings import setting
from hub.kernel.errors import ConfigurationError

ALREST, EW, SOAP = "alrest", "ew", "soap"
TOKEN, INLINE, OAUTH2 = "token", "inline", "oauth2"
NAME = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$"
_NAME = validate.Regexp(NAME, error="must be a logical name, not a label")
_OPTIONAL_NAME = validate.Regexp(f"^$|{NAME}", error="must be a logical name, not a label")


def _known_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError("must be a time zone such as Europe/Stockholm") from None


@dataclass(frozen=True, kw_only=True)
class AgiloftSettings:
    """Nothing here knows a tenant's tables: their names come from settings and mappings."""

    base_url: str = setting(
        fields.Url(require_tld=False, schemes={"http", "https"}),
        title="Address",
        help="The server's address without /ewws, e.g. https://example.agiloft.com",
    )
    kb: str = setting(
        fields.String(validate=validate.Length(1, 200)),
        title="Knowledge base",
        help="Its name (not its label); capital and small letters matter.",
    )
    surface: str = setting(
        fields.String(validate=validate.OneOf([ALREST, EW, SOAP])),
        title="Surface",
        help="alrest (JSON), ew (EW operations) or soap (legacy; files still go by ew).",
        default=ALREST,
    )
    auth: str = setting(
        fields.String(validate=validate.OneOf([TOKEN, INLINE, OAUTH2])),
        title="Sign-in",
        help="token (log in once, refresh), inline (login and password on each EW call) or oauth2 "
        "(client credentials). alrest knows no inline sign-in.",
        sign_in=True,
        default=TOKEN,
    )
    login: str = setting(
        fields.String(), title="Login", help="The service user's login.", secret=True, default=""
    )
    password: str = setting(
        fields.String(),
        title="Password",
        help="The service user's password.",
        secret=True,
        default="",
    )
    client_id: str = setting(
        fields.String(),
        title="OAuth2 client id",
        help="Only for oauth2 sign-in.",
        sign_in=True,
        default="",
    )
    client_secret: str = setting(
        fields.String(),
        title="OAuth2 client secret",
        help="Only for oauth2 sign-in.",
        secret=True,
        default="",
    )
    lang: str = setting(
        fields.String(validate=validate.Length(2, 10)),
        title="Language",
        help="Language code that every call must carry.",
        default="en",
    )
    ew_answers: str = setting(
        fields.String(validate=validate.OneOf(["json", "text"])),
        title="EW answers",
        help="json asks for /.json envelopes; text reads EWREST_field='value'; lines.",
        default="json",
    )
    attach_body: str = setting(
        fields.String(validate=validate.OneOf(["raw", "multipart"])),
        title="EWAttach body",
        help="raw sends the file's bytes, multipart a form; servers differ.",
        default="raw",
    )
    soap_url: str = setting(
        fields.String(),
        title="SOAP address",
        help="Where SOAP calls go; empty means {address}/ewws/{knowledge base}/EWWSv2Service. The "
        "address inside the WSDL is never used, since it says localhost.",
        default="",
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(min=0.05, max=600)),
        title="Timeout (s)",
        help="How long to wait for an answer; rules run inside the call, so 60 or more.",
        default=60.0,
    )
    pool: int = setting(
        fields.Integer(validate=validate.Range(1, 64)),
        title="Connections",
        help="How many connections are kept open at most.",
        default=8,
    )
    time_zone: str = setting(
        fields.String(validate=_known_zone),
        title="Time zone",
        help="The zone in which the knowledge base shows and takes times.",
        default="UTC",
    )
    linked_fields: Collection[str] = setting(
        fields.List(fields.String(validate=_NAME)),
        title="Linked fields",
        help="Fields that link to another table, written by display value; name or table.name.",
        default=[],
    )
    choice_fields: Collection[str] = setting(
        fields.List(fields.String(validate=_NAME)),
        title="Choice fields",
        help="Fields whose values may come back in other capitals; name or table.name.",
        default=[],
    )
    note_field: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="Note field",
        help="A long text field of the record to which notes are appended.",
        default="",
    )
    note_table: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="Note table",
        help="A linked table that holds one row per note; wins over the note field.",
        default="",
    )
    note_link_field: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="Note table: link",
        help="The note table's field that takes the id of the record.",
        default="",
    )
    note_text_field: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="Note table: text",
        help="The note table's field that takes the text.",
        default="",
    )
    attach_field: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="File field",
        help="The file field used when a mapping names none.",
        default="",
    )
    external_id_field: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="External id field",
        help="A text field that keeps our key of a created record, so that an unclear create can "
        "be looked up. Without it the written fields are compared.",
        default="",
    )
    changes_field: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="Updated field",
        help="A date and time field that the knowledge base sets on each change; without it "
        "polling finds new records only.",
        default="",
    )
    override_locks: bool = setting(
        fields.Boolean(),
        title="Override locks",
        help="Write even while somebody edits the record (NOLOCK). Their edit may then overwrite "
        "ours. Only on the ew surface.",
        default=False,
    )
    lock_retry_after: float = setting(
        fields.Float(validate=validate.Range(min=1, max=86400)),
        title="Retry a locked record after (s)",
        help="Used when the knowledge base does not say when the lock ends.",
        default=300.0,
    )
    webhook_state_key: str = setting(
        fields.String(validate=validate.Length(max=255)),
        title="Webhook state key",
        help="If given, each notification must carry it in a header.",
        secret=True,
        default="",
    )
    webhook_table: str = setting(
        fields.String(validate=_OPTIONAL_NAME),
        title="Webhook table",
        help="The table of notifications that do not name theirs.",
        default="",
    )
    record_link: str = setting(
        fields.String(),
        title="Record link",
        help="Template with {table} and {id} for opening a record; empty shows no link.",
        default="",
    )


def check_combination(settings: AgiloftSettings, where: str) -> None:
    """Refuse settings that contradict each other, one line per fault."""
    s = settings
    faults = []
    if s.surface == ALREST and s.auth == INLINE:
        faults.append(f"{where}.auth: alrest takes tokens only; choose token or oauth2")
    if s.auth == OAUTH2 and not (s.client_id and s.client_secret):
        faults.append(f"{where}.client_id: oauth2 needs client_id and client_secret")
    if (s.auth != OAUTH2 or s.surface == SOAP) and not (s.login and s.password):
        faults.append(f"{where}.login: this surface and sign-in need login and password")
    if s.note_table and not (s.note_link_field and s.note_text_field):
        faults.append(f"{where}.note_table: needs note_link_field and note_text_field too")
    if s.override_locks and s.surface != EW:
        faults.append(f"{where}.override_locks: only the ew surface can override locks")
    if faults:
        raise ConfigurationError(f"{where}: the settings contradict", problems=tuple(faults))
