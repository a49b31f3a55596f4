"""Reads what Business Central's subscriptions send: the handshake, and which records changed.

Nothing is signed, so a call counts only with the secret in its address and the client state that
we gave the subscription; it is never believed, the hub reads the record again. Business Central
repeats a call that is answered 408, 429 or 5xx and ends the subscription on any other refusal.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from connectors.dynamics_nav.tables import Table
from hub.contracts.connector import HookReading
from hub.contracts.plugin import HookAnswer, RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import HookRejected
from hub.kernel.logging import get_logger

_TOKEN = "validationToken"
_LONGEST_TOKEN = 2048
_MOST_RECORDS = 1000
_RESOURCE = re.compile(
    r"(?:^|/)([A-Za-z]\w*)\(([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\)$", re.IGNORECASE
)
_log = get_logger(__name__)


def client_state(secret: str) -> str:
    """What a subscription carries and each of its calls brings back."""
    return hmac.new(secret.encode(), b"dynamics_nav client state", hashlib.sha256).hexdigest()


def read(raw: RawHook, tables: Mapping[str, Table], secret: str) -> HookReading:
    """Verify and read one call. Raises ``HookRejected``."""
    if not secret or not _holds(raw, secret):
        raise HookRejected("the secret in the address is missing or wrong", status=404)
    token = raw.query.get(_TOKEN)
    if token is not None:
        return _handshake(token)
    if raw.method.upper() != "POST":
        raise HookRejected("notifications are POSTed", status=405)
    items = _items(raw)
    wanted = client_state(secret).encode()
    for item in items:
        given = str(item.get("clientState") or "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted):
            raise HookRejected("a notification does not carry our client state", status=401)
    refs = tuple(dict.fromkeys(_references(items, tables)))
    return HookReading(refs, HookAnswer(200), f"body:{hashlib.sha256(raw.body).hexdigest()}")


def _handshake(token: str) -> HookReading:
    if not token or len(token) > _LONGEST_TOKEN or not token.isprintable():
        raise HookRejected("the validation token is no plain text", status=400)
    headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return HookReading(answer=HookAnswer(200, headers, token.encode()))


def _items(raw: RawHook) -> list[Mapping[str, Any]]:
    try:
        body = orjson.loads(raw.body)
    except orjson.JSONDecodeError:
        raise HookRejected("the notification is no JSON", status=400) from None
    items = body.get("value") if isinstance(body, Mapping) else None
    if not isinstance(items, list) or not items or len(items) > _MOST_RECORDS:
        raise HookRejected("the notification holds no list 'value', or too long a one", status=400)
    if not all(isinstance(item, Mapping) for item in items):
        raise HookRejected("the notification's list holds something else", status=400)
    return items


def _references(items: list[Mapping[str, Any]], tables: Mapping[str, Table]) -> Iterator[RecordRef]:
    entities = {table.entity.rpartition("/")[2].lower(): name for name, table in tables.items()}
    for item in items:
        kind = item.get("changeType")
        if kind == "collection":  # many at once: it names none of them
            _log.warning("dynamics_nav_many_changes", table=str(item.get("resource"))[-60:])
            continue
        if kind == "deleted":
            continue
        found = _RESOURCE.search(str(item.get("resource") or ""))
        if found is None:
            raise HookRejected("a notification names no record", status=400)
        name = entities.get(found.group(1).lower())
        if name is not None:
            yield RecordRef(name, found.group(2).lower())


def _holds(raw: RawHook, secret: str) -> bool:
    found = False
    for piece in urlsplit(raw.url).path.split("/"):  # all, so that the time tells nothing
        found |= hmac.compare_digest(unquote(piece).encode("utf-8", "replace"), secret.encode())
    return found
