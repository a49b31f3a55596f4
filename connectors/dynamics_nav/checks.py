"""Settings that only make sense together, each fault with the sentence that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.dynamics_nav.settings import BASIC, NTLM, OAUTH2, SOAP, DynamicsNavSettings
from connectors.dynamics_nav.tables import Table
from connectors.dynamics_nav.ways import Find
from hub.kernel.errors import ConfigurationError


def check_combination(
    settings: DynamicsNavSettings, tables: Mapping[str, Table], where: str
) -> None:
    """Refuse settings that contradict each other, one line per fault."""
    faults = [*_sign_in(settings), *_address(settings)]
    for name, table in tables.items():
        faults += _table(settings.surface, table, f"tables.{name}")
    if faults:
        problems = tuple(f"{where}.{fault}" for fault in faults)
        raise ConfigurationError(f"{where}: the settings do not fit together", problems=problems)


def _sign_in(s: DynamicsNavSettings) -> Iterator[str]:
    needed = {
        NTLM: (("username", s.username), ("password", s.password)),
        BASIC: (("username", s.username), ("password", s.password or s.access_key)),
        OAUTH2: (
            ("token_url", s.token_url),
            ("client_id", s.client_id),
            ("client_secret", s.client_secret),
        ),
    }
    for name, value in needed[s.auth]:
        if not value:
            yield f"{name}: is needed for auth: {s.auth}; add it"
    if s.auth == BASIC and ":" in s.username:
        yield "username: may hold no colon; the server would read it as the password's start"


def _address(s: DynamicsNavSettings) -> Iterator[str]:
    for name, url in (("server", s.server), ("odata_server", s.odata_server)):
        if any(mark in url for mark in "?#@"):
            yield f"{name}: write it without user, query (?) and fragment (#)"
        if url.rstrip("/").endswith(("/WS", "/ODataV4")):
            yield f"{name}: write it up to the instance, without /WS or /ODataV4"


def _table(surface: str, table: Table, where: str) -> Iterator[str]:
    if surface == SOAP and not table.service:
        yield f"{where}.service: name the page's service, or a preset"
    if surface != SOAP and not table.entity:
        yield f"{where}.entity: name the entity set, or a preset"
    note, attach, files = table.note, table.attach, table.files
    if note and bool(note.field) == bool(note.call):
        yield f"{where}.note.field: give either field or call"
    if attach and not attach.call and (surface == SOAP or not attach.entity):
        yield f"{where}.attach.call: name the procedure that attaches a file"
    if attach and attach.entity and surface != SOAP and not attach.parent_type:
        yield f"{where}.attach.parent_type: name the kind of record, such as Sales Quote"
    if files and not files.call and (surface == SOAP or not files.entity):
        yield f"{where}.files.call: name the procedure that gives a file"
    for way, find in (("note", note), ("attach", attach), ("files", files)):
        if find and find.find:
            yield from _find(surface, find.find, f"{where}.{way}.find")
    for name, one in table.lists.items():
        yield from _find(surface, one, f"{where}.lists.{name}")


def _find(surface: str, find: Find, where: str) -> Iterator[str]:
    if surface == SOAP and not find.service:
        yield f"{where}.service: name the page that lists them"
    if surface != SOAP and not find.entity:
        yield f"{where}.entity: name the entity set that lists them"
    if not find.filters:
        yield f"{where}.filters: name at least one field, else every row is found"
