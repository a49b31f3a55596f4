"""Lists what changed since a cursor. The cursor is ours: the mark of the last change seen, and the
versions of the records that had it, since a date marks all changes of a day alike.

Where no field tells the time of a change, the versions of all records are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from connectors.dynamics_nav.client import NavClient, Row
from connectors.dynamics_nav.keys import fingerprint
from connectors.dynamics_nav.ways import Changes
from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused, Unsupported

_MOST_SEEN = 2_000  # records with one mark in a cursor


def changes(client: NavClient, name: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
    """Changed records, oldest first, each with the cursor to go on from."""
    way = client.table(name).changes
    if way is None:
        raise Unsupported("the settings of this table do not say how to ask for changes")
    mark, seen = _read(since)
    if way.field:
        yield from _by_mark(client, name, way, mark, seen)
    else:
        yield from _by_version(client, name, way, seen)


def _by_mark(
    client: NavClient, name: str, way: Changes, mark: str, seen: dict[str, str]
) -> Iterator[tuple[RecordRef, str]]:
    rows = sorted(
        ((str(row.fields.get(way.field) or ""), row) for row in client.since(name, way, mark)),
        key=lambda one: (one[0], one[1].id),
    )
    for moment, row in rows:
        now = fingerprint(row.version)
        if moment < mark or (moment == mark and seen.get(row.id) == now):
            continue
        if moment != mark:
            mark, seen = moment, {}
        seen[row.id] = now
        if len(seen) > _MOST_SEEN:
            raise Refused(
                f"more than {_MOST_SEEN} records changed at one mark: choose a field of changes "
                "that tells the time of day",
                code="too_many",
            )
        yield RecordRef(name, row.id), _written(mark, seen)


def _by_version(
    client: NavClient, name: str, way: Changes, seen: dict[str, str]
) -> Iterator[tuple[RecordRef, str]]:
    rows: list[Row] = []
    for row in client.since(name, way, None):
        rows.append(row)
        if len(rows) > way.most:
            raise Refused(
                f"there are more than {way.most} rows to compare: narrow them by changes.filters, "
                "or name a changes.field",
                code="too_many",
            )
    there = {row.id for row in rows}
    known = {record_id: version for record_id, version in seen.items() if record_id in there}
    for row in rows:
        now = fingerprint(row.version)
        if known.get(row.id) != now:
            known[row.id] = now
            yield RecordRef(name, row.id), _written("", known)


def _read(since: str | None) -> tuple[str, dict[str, str]]:
    if not since:
        return "", {}
    try:
        found: Any = orjson.loads(since)
    except orjson.JSONDecodeError:
        found = None
    match found:
        case [str(mark), dict(seen)] if all(isinstance(one, str) for one in seen.values()):
            return mark, seen
    raise Refused("this cursor is none of this connector's", code="bad_value")


def _written(mark: str, seen: dict[str, str]) -> str:
    return orjson.dumps([mark, seen]).decode()
