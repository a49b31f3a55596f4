"""Reads a list page by page, in whatever way the settings say, and never without end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.crm_rest.codes import unreadable
from connectors.crm_rest.settings import CrmRestSettings
from connectors.crm_rest.shapes import at, stands
from connectors.crm_rest.tables import Table
from connectors.crm_rest.ways import (
    CURSOR,
    LINK_HEADER,
    NEXT_HEADER,
    NEXT_LINK,
    OFFSET,
    PAGE,
    Paging,
)
from connectors.crm_rest.wire import Wire
from hub.kernel.errors import MalformedAnswer, Refused
from hub.toolkit.http import Answer

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s;,=]+\s*=\s*(?:"[^"]*"|[^\s;,"]*))*)')
_NEXT = re.compile(r';\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)', re.IGNORECASE)
Params = Mapping[str, str]
Step = tuple[str, Params]


class TooManyPages(Refused):
    """A list went on after ``max_pages``."""

    code = "too_many_pages"


@dataclass(frozen=True)
class Page:
    """Records as they stand in the list, and the answer that they came with."""

    items: list[Mapping[str, Any]]
    answer: Answer
    body: Any


def pages(
    wire: Wire, settings: CrmRestSettings, table: Table, path: str, params: Params
) -> Iterator[Page]:
    """Every page of a list. Raises ``TooManyPages`` when it goes on after the last allowed."""
    way = table.paging or settings.paging
    step: Step = (path, {**params, **_first(way)})
    taken: set[str] = set()
    read, former = 0, None
    for _ in range(settings.max_pages):
        page = _page(wire, table, way, *step)
        if former and page.items == former.items:
            raise MalformedAnswer("the same page came twice: correct the paging of this table")
        yield page
        taken.add(repr(step))
        read, former = read + len(page.items), page if page.items else None
        following = _following(wire, way, page, step, read)
        if following is None:
            return
        if repr(following) in taken:
            raise MalformedAnswer("the pages of a list lead in a circle: correct the paging")
        step = following
    raise TooManyPages(
        f"a list has more than {settings.max_pages} pages: raise max_pages, or make pages larger"
    )


def _page(wire: Wire, table: Table, way: Paging, path: str, params: Params) -> Page:
    answer = wire.call("GET", path, params=dict(params))
    body = wire.read(answer)
    found = at(body, table.items)
    if found is None and (stands(body, table.items) or _total(way, answer, body) == 0):
        found = []  # null, or left out since there are none; never a path that is mistaken
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        where = f"'{table.items}' holds none" if table.items else "it is none"
        raise unreadable(answer, f"a list of records is expected and {where}", changes=False)
    return Page(found, answer, body)


def _first(way: Paging) -> dict[str, str]:
    params = {way.size_parameter: str(way.size)} if way.size_parameter else {}
    if way.style == PAGE:
        params[way.parameter] = str(way.first)
    if way.style == OFFSET:
        params[way.parameter] = "0"
    return params


def _following(wire: Wire, way: Paging, page: Page, step: Step, read: int) -> Step | None:
    """Path and parameters of the next page; None when this was the last."""
    path, params = step
    if way.style in (PAGE, OFFSET):
        # Not "fewer than asked for": servers cap what may be asked for.
        if not page.items or _is_all(way, page, read):
            return None
        value = read if way.style == OFFSET else int(params[way.parameter]) + 1
        return path, {**params, way.parameter: str(value)}
    if way.style == CURSOR:
        cursor = at(page.body, way.next)
        if cursor in (None, "", False):
            return None
        return path, {**params, way.parameter: str(cursor)}
    url = _next_url(way, page)
    return (wire.next_address(url, path), {}) if url else None


def _is_all(way: Paging, page: Page, read: int) -> bool:
    total = _total(way, page.answer, page.body)
    return total is not None and read >= total


def _total(way: Paging, answer: Answer, body: Any) -> int | None:
    """How many records there are, as far as the answer tells."""
    if not way.total:
        return None
    found = at(body, way.total)
    told = str(answer.headers.get(way.total) if found is None else found)
    return int(told) if told.isdecimal() else None


def _next_url(way: Paging, page: Page) -> str:
    if way.style == NEXT_LINK:
        found = at(page.body, way.next)
        return found if isinstance(found, str) else ""
    if way.style == NEXT_HEADER:
        return page.answer.headers.get(way.next, "")
    if way.style == LINK_HEADER:
        for url, more in _LINK.findall(page.answer.headers.get("Link", "")):
            if _NEXT.search(more):
                return str(url)
    return ""
