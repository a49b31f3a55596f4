"""Calls of API and OData: JSON in and out, pages of lists, ETags, errors with their codes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.dynamics_nav.codes import LostRace, by_status, coded, unreadable
from connectors.dynamics_nav.settings import DynamicsNavSettings
from connectors.dynamics_nav.values import cleaned
from connectors.dynamics_nav.wire import Wire, is_page
from hub.kernel.errors import MalformedAnswer, NotFound, ParaphError, Refused
from hub.toolkit.http import Answer

_RACES = (409, 412)  # sources differ which of them says that an ETag is stale
_NEXT = "@odata.nextLink"


class ApiWire:
    """What ``client_api`` says, over one server. Thread-safe."""

    def __init__(self, settings: DynamicsNavSettings, wire: Wire) -> None:
        self._settings = settings
        self._wire = wire

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of one thing. Raises ``NotFound``."""
        return self._json(self._call("GET", self._url(path, query)), changes=False)

    def get_bytes(self, path: str, most: int) -> Answer:
        """A file, at most ``most`` bytes. Raises ``TooLarge``."""
        answer = self._wire.call("GET", self._url(path), most=most)
        if answer.status != 200:
            raise self._failure(answer, changes=False, sent=(), etag="")
        return answer

    def metadata(self, path: str) -> bytes:
        """What a route says of its entity sets, as XML."""
        headers = {"Accept": "application/xml"}
        return self._call("GET", self._url(path), headers=headers).body

    def pages(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """The items of a list, page by page. The address of a next page must be the server's
        own, since credentials go along."""
        s = self._settings
        url = self._url(path, query)
        headers = {"Prefer": f"odata.maxpagesize={s.page_size}"}
        for _ in range(s.max_pages):
            found = self._json(self._call("GET", url, headers=headers), changes=False)
            items = found.get("value") if isinstance(found, Mapping) else None
            if not isinstance(items, list):
                raise MalformedAnswer("a list came without 'value'")
            yield from (item for item in items if isinstance(item, Mapping))
            following = found.get(_NEXT)
            if not following:
                return
            if not self._wire.is_ours(str(following)):
                raise MalformedAnswer(
                    "the next page's address leads to another host: correct server"
                )
            url = str(following)
        raise Refused(f"the list has more than {s.max_pages} pages", code="too_many")

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        etag: str = "",
        query: Mapping[str, str] | None = None,
        changes: bool = True,
        known: Sequence[str] = (),
    ) -> dict[str, Any]:
        """POST, PATCH or DELETE; the answer's JSON, or nothing. ``known`` are texts of the record
        that an error must not repeat. Raises ``LostRace``."""
        headers = {"If-Match": etag} if method != "POST" else {}
        answer = self._call(
            method,
            self._url(path, query),
            changes=changes,
            sent=(*_texts(body), *known),
            json=body,
            headers=headers,
        )
        found = self._json(answer, changes=changes)
        return found if isinstance(found, dict) else {}

    def put_bytes(self, path: str, content: bytes, content_type: str, etag: str) -> None:
        """The content of a file."""
        self._call(
            "PATCH",
            self._url(path),
            changes=True,
            data=content,
            headers={"Content-Type": content_type, "If-Match": etag},
        )

    def _call(
        self,
        method: str,
        url: str,
        *,
        changes: bool = False,
        sent: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        given = {"Accept": "application/json", **(headers or {})}
        answer = self._wire.call(method, url, changes=changes, headers=given, **options)
        if answer.status >= 300:
            raise self._failure(answer, changes=changes, sent=sent, etag=given.get("If-Match", ""))
        if is_page(answer):
            raise unreadable("the server answered with a page in place of JSON", changes=changes)
        return answer

    def _failure(
        self, answer: Answer, *, changes: bool, sent: tuple[str, ...], etag: str
    ) -> ParaphError:
        code, message = _error(answer)
        found = coded(code, message, status=answer.status, sent=sent) if code else None
        if found is not None:
            return found
        if answer.status in _RACES and etag:
            return LostRace(f"the server answered {answer.status}")
        error = by_status(answer.status, changes=changes, retry_after=answer.retry_after)
        if isinstance(error, NotFound) and (is_page(answer) or not code):
            # a proxy, or a wrong route: it says nothing about the record
            return unreadable(f"{error.detail}: correct server or api_route", changes=changes)
        return error

    def _json(self, answer: Answer, *, changes: bool) -> Any:
        if not answer.body.strip():
            return {}
        try:
            return json.loads(answer.body, parse_float=Decimal)
        except ValueError:
            raise unreadable("the server's answer is no JSON", changes=changes) from None

    def _url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        url = self._wire.odata(path)
        if not query:
            return url
        # OData reads %20 for a blank, not every server a plus
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return f"{url}{'&' if '?' in url else '?'}{text}"


def payload(fields: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` as JSON takes them. Raises ``Refused`` for a number that it cannot carry."""
    return {name: _json_value(name, value) for name, value in fields.items()}


def _json_value(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        number = float(value)
        if Decimal(repr(number)) != value:
            raise Refused(f"the number for {name} has too many digits", code="bad_value")
        return int(value) if value == value.to_integral_value() else number
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return cleaned(value) if isinstance(value, str) else value


def _texts(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(value for value in body.values() if isinstance(value, str) and len(value) < 1000)


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message of ``{"error": {...}}``."""
    try:
        found = answer.json()
    except MalformedAnswer:
        return "", ""
    error = found.get("error") if isinstance(found, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    return str(error.get("code") or ""), str(error.get("message") or "")
