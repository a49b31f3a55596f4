"""Lists what changed since a cursor. The cursor is ours: the mark of the last change seen and,
where the CRM's answer includes that very mark again, the ids that had it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connectors.crm_rest.client import Client, Found
from connectors.crm_rest.paging import TooManyPages, pages
from connectors.crm_rest.shapes import at, filled, rank
from connectors.crm_rest.tables import Table
from connectors.crm_rest.ways import Changes
from connectors.crm_rest.wire import address
from hub.contracts.records import RecordRef
from hub.kernel.errors import MalformedAnswer, Refused, Unsupported

_MOST_IDS = 100  # with one mark in a cursor; then the mark is passed by
_PASSED = "*"


def changes(client: Client, name: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
    """Changed records, oldest first, each with the cursor to go on from."""
    table = client.table(name)
    way = table.changes
    if way is None:
        raise Unsupported("the settings of this table do not say how to ask for changes")
    begin, before = _read(since)
    if way.header:
        yield from _by_header(client, name, way, since or "", begin)
        return
    rows = _rows(client, table, way, begin)
    if not way.sort:
        rows = iter(sorted(rows, key=lambda row: rank(at(row.fields, way.field))))
    mark, seen = begin, before
    for row in rows:
        value = at(row.fields, way.field)
        if value is None:
            raise MalformedAnswer("a changed record lacks the field of changes.field: correct it")
        if begin is not None and _is_over(value, begin, row.id, before):
            continue
        if mark is None or rank(value) != rank(mark):
            mark, seen = value, []
        seen = [_PASSED] if len(seen) >= _MOST_IDS else [*seen, row.id]
        if not (way.deleted and at(row.fields, way.deleted)):
            yield RecordRef(name, row.id), _written(mark, seen if way.inclusive else [_PASSED])


def _by_header(
    client: Client, name: str, way: Changes, since: str, mark: Any
) -> Iterator[tuple[RecordRef, str]]:
    """Only the last one carries the new cursor: the header speaks of the whole list. It is taken
    from the first page, since more may change while the others are read."""
    table, mark_after, rows = client.table(name), "", []
    for page in _pages(client, table, way, mark):
        mark_after = mark_after or page.answer.headers.get(way.header, "")
        rows += [client.found(table, item) for item in page.items]
    found = [row for row in rows if not (way.deleted and at(row.fields, way.deleted))]
    if found and not mark_after:
        raise MalformedAnswer("a list of changes came without the header of changes.header")
    for index, row in enumerate(found):
        last = index == len(found) - 1
        yield RecordRef(name, row.id), _written(mark_after, [_PASSED]) if last else since


def _rows(client: Client, table: Table, way: Changes, mark: Any) -> Iterator[Found]:
    try:
        for page in _pages(client, table, way, mark):
            yield from (client.found(table, item) for item in page.items)
    except TooManyPages:
        if not way.sort:  # what was left out may be the oldest
            raise Refused(
                "too many changes at once to sort them here: set changes.sort or raise max_pages",
                code=TooManyPages.code,
            ) from None


def _pages(client: Client, table: Table, way: Changes, mark: Any) -> Iterator[Any]:
    params = {**table.parameters, **way.sort}
    if mark is not None:
        params[way.parameter] = filled(way.value, value=mark, escape=table.match_escape)
    path = address(table.search_path or table.path)
    return pages(client.wire, client.settings, table, path, params)


def _is_over(value: Any, mark: Any, record_id: str, seen: list[str]) -> bool:
    """Whether this change was seen before; some servers answer more than they are asked for."""
    if rank(value) == rank(mark):
        return record_id in seen or _PASSED in seen
    return rank(value)[0] == rank(mark)[0] and rank(value) < rank(mark)


def _read(since: str | None) -> tuple[Any, list[str]]:
    if not since:
        return None, []
    try:
        mark, *seen = orjson.loads(since)
    except (ValueError, TypeError):
        raise Refused("this cursor is none of this connector's", code="bad_value") from None
    if isinstance(mark, Mapping | list) or not all(isinstance(one, str) for one in seen):
        raise Refused("this cursor is none of this connector's", code="bad_value")
    return mark, seen


def _written(mark: Any, seen: list[str]) -> str:
    return orjson.dumps([mark, *seen]).decode()
