"""Lists what changed since a cursor. The cursor is ours: the mark of the last change seen, and the
versions of the records that had it, since a date marks all changes of a day alike.

Where no field tells the time of a change, the versions of all records are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from connectors.dynamics_nav.client import NavClient, Row
from connectors.dynamics_nav.keys import fingerprint
from connectors.dynamics_nav.ways import Changes
from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused, Unsupported

_PAST = timedelta(days=2)
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


def recent(client: NavClient, name: str, now: datetime) -> str | None:
    """A cursor of two days ago, so that not all records need to be read to begin with the present
    ones: whatever zone or clock the server has, that is past there. None where that cannot be."""
    way = client.table(name).changes
    if way is None or not way.field:
        return None
    first = next(iter(client.since(name, way, None)), None)
    like = str(first.fields.get(way.field) or "") if first is not None else ""
    if not like:
        return None
    past = (now.astimezone(UTC) - _PAST).replace(microsecond=0)
    written = past.isoformat().replace("+00:00", "Z") if "T" in like else past.date().isoformat()
    return _written(written, {})


def _by_mark(
    client: NavClient, name: str, way: Changes, mark: str, seen: dict[str, str]
) -> Iterator[tuple[RecordRef, str]]:
    rows = sorted(  # of each row as little as can be, since there may be many
        (_in_order(moment), row.id, fingerprint(row.version), moment)
        for row in client.since(name, way, mark)
        for moment in [str(row.fields.get(way.field) or "")]
    )
    last = _in_order(mark)
    for place, row_id, now, moment in rows:
        if place < last or (place == last and seen.get(row_id) == now):
            continue
        if place != last:
            mark, last, seen = moment, place, {}
        seen[row_id] = now
        if len(seen) > _MOST_SEEN:
            raise Refused(
                f"more than {_MOST_SEEN} records changed at one mark: choose a field of changes "
                "that tells the time of day",
                code="too_many",
            )
        yield RecordRef(name, row_id), _written(mark, seen)


def _in_order(moment: str) -> str:
    """``moment`` so that the order of texts is that of time: servers leave out zeros at its end
    (``30.61Z`` comes before ``30.617Z``, and ``30Z`` before both)."""
    if "T" not in moment:
        return moment
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return (
        (at if at.tzinfo else at.replace(tzinfo=UTC))
        .astimezone(UTC)
        .isoformat(timespec="microseconds")
    )


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
