"""Settings that only make sense together, each fault with the sentence that mends it."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.crm_rest.settings import (
    ADDRESS,
    API_KEY,
    BASIC,
    BEARER,
    HMAC,
    NO_AUTH,
    OAUTH2,
    CrmRestSettings,
)
from connectors.crm_rest.tables import FILE, ID, PARENT, Table
from connectors.crm_rest.ways import (
    CURSOR,
    JSON,
    NEXT_HEADER,
    NEXT_LINK,
    OFFSET,
    PAGE,
    Paging,
)
from hub.kernel.errors import ConfigurationError

_SHORTEST_SECRET = 8
_SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")
_SECRET_WORDS = ("token", "secret", "api-key", "apikey", "password")


def check_combination(settings: CrmRestSettings, where: str) -> None:
    """Refuse settings that contradict each other, one line per fault."""
    faults = [
        *_sign_in(settings),
        *_address(settings),
        *_paging(settings.paging, "paging"),
        *_hook(settings),
    ]
    for name, table in settings.tables.items():
        faults += _table(settings, table, f"tables.{name}")
    if faults:
        problems = tuple(f"{where}.{fault}" for fault in faults)
        raise ConfigurationError(f"{where}: the settings do not fit together", problems=problems)


def probe_table(settings: CrmRestSettings) -> tuple[str, dict[str, str]]:
    """Path and parameters of the probe; an empty path when no table can serve for it."""
    if settings.probe_path:
        return settings.probe_path, {}
    for table in settings.tables.values():
        path = table.search_path or table.path
        if PARENT not in path:
            way = table.paging or settings.paging
            size = {way.size_parameter: "1"} if way.size_parameter else {}
            return path, {**table.parameters, **size}
    return "", {}


def _sign_in(s: CrmRestSettings) -> Iterator[str]:
    needed = {
        BASIC: (("login", s.login), ("password", s.password)),
        BEARER: (("token", s.token),),
        API_KEY: (("api_key", s.api_key), ("api_key_name", s.api_key_name)),
        OAUTH2: (("oauth2", s.oauth2), ("client_secret", s.client_secret)),
        NO_AUTH: (),
    }
    for name, value in needed[s.auth]:
        if not value:
            yield f"{name}: is needed for auth: {s.auth}; add it"
    if ":" in s.login and s.auth == BASIC:
        yield "login: may hold no colon with basic; the CRM would read it as the password's start"
    for name in s.headers:
        if name.lower() in _SECRET_HEADERS or any(word in name.lower() for word in _SECRET_WORDS):
            yield f"headers.{name}: looks secret; use auth with token or api_key"


def _address(s: CrmRestSettings) -> Iterator[str]:
    if any(mark in s.base_url for mark in "?#@"):
        yield "base_url: write it without user, query (?) and fragment (#)"
    if not probe_table(s)[0]:
        yield "probe_path: give one, since every table lives under another record"


def _paging(way: Paging, where: str) -> Iterator[str]:
    if way.style in (PAGE, OFFSET, CURSOR) and not way.parameter:
        yield f"{where}.parameter: is needed for style {way.style}; name the query parameter"
    if way.style in (CURSOR, NEXT_LINK, NEXT_HEADER) and not way.next:
        yield f"{where}.next: is needed for style {way.style}; say where the next one stands"


def _hook(s: CrmRestSettings) -> Iterator[str]:
    hook = s.hook
    if hook is None:
        return
    if hook.check != ADDRESS:
        if len(s.hook_secret) < _SHORTEST_SECRET:
            yield f"hook_secret: needs at least {_SHORTEST_SECRET} characters for {hook.check}"
        if not hook.header:
            yield f"hook.header: name the header for check: {hook.check}"
    if hook.check == HMAC and hook.signed.count("{body}") != 1:
        yield "hook.signed: must hold {body} once; what is signed must be the body"
    if "{timestamp}" in hook.signed and not hook.timestamp_header:
        yield "hook.timestamp_header: is needed, since hook.signed names {timestamp}"
    if bool(hook.table) == bool(hook.table_at):
        yield "hook.table: give either table or table_at"
    for name in [hook.table, *hook.tables.values()]:
        if name and name not in s.tables:
            yield f"hook.table: '{name}' is none of tables ({', '.join(s.tables)})"


def _table(s: CrmRestSettings, table: Table, where: str) -> Iterator[str]:
    for name in ("item_path", "update_path"):
        path = getattr(table, name)
        if path and ID not in path:
            yield f"{where}.{name}: must hold {ID} where the record's id goes"
    for name in ("path", "search_path", "create_path"):
        if ID in getattr(table, name):
            yield f"{where}.{name}: may not hold {ID}; for the record above it write {PARENT}"
    if "{" in table.path.replace(PARENT, "").replace(ID, ""):
        yield f"{where}.path: knows no placeholder but {PARENT}"
    if table.record_link and not table.record_link.startswith(("https://", "http://", "/")):
        yield f"{where}.record_link: must begin with https:// or /"
    if table.record_link and ID not in table.record_link:
        yield f"{where}.record_link: must hold {ID}"
    if table.paging:
        yield from _paging(table.paging, f"{where}.paging")
    yield from _changes(table, f"{where}.changes")
    yield from _note(s, table, f"{where}.note")
    yield from _attach(s, table, f"{where}.attach")
    if table.files is not None and FILE not in table.files.path:
        yield f"{where}.files.path: must hold {FILE} where the file's id goes"


def _changes(table: Table, where: str) -> Iterator[str]:
    way = table.changes
    if way is None:
        return
    if bool(way.field) == bool(way.header):
        yield f"{where}.field: give either field or header"
    if "{value}" not in way.value and "{json}" not in way.value:
        yield f"{where}.value: must hold {{value}} or {{json}}"


def _note(s: CrmRestSettings, table: Table, where: str) -> Iterator[str]:
    way = table.note
    if way is None:
        return
    if bool(way.field) == bool(way.table):
        yield f"{where}.field: give either field or table"
    yield from _linked(s, way.table, way.link, where)


def _attach(s: CrmRestSettings, table: Table, where: str) -> Iterator[str]:
    way = table.attach
    if way is None:
        return
    if way.way == JSON:
        if not way.table:
            yield f"{where}.table: is needed for way: json; name the table that holds files"
        yield from _linked(s, way.table, way.link, where)
    elif ID not in way.path:
        yield f"{where}.path: is needed for way: multipart and must hold {ID}"
    if way.listed.startswith("/") and ID not in way.listed:
        yield f"{where}.listed: must hold {ID}"


def _linked(s: CrmRestSettings, name: str, link: str, where: str) -> Iterator[str]:
    if not name:
        return
    other = s.tables.get(name)
    if other is None:
        yield f"{where}.table: '{name}' is none of tables ({', '.join(s.tables)})"
    elif not link and not other.asks_parent:
        yield f"{where}.link: name the field for the record's id, or put {PARENT} into its path"
