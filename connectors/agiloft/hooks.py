"""Reads what Agiloft's webhooks send: the handshake, and notifications of which no key is certain.

Agiloft signs nothing. So a call counts only with the secret in its address (and, where configured,
the state key in some header), and it is never believed: the hub reads the record again by API.
The body's keys are not documented, hence the search for an ``id`` on the top level or one below.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from connectors.agiloft.settings import NAME
from hub.contracts.connector import HookReading
from hub.contracts.plugin import HookAnswer, RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import HookRejected

CODE_HEADER = "Verification-Code"
_CODE = re.compile(r"[\x21-\x7e]{1,255}")
_ID_KEYS = ("id", "recordid")
_TABLE_KEYS = ("table", "tablename", "tablelogicalname")
_EVENT_KEYS = ("event", "eventtype")
_MOST_RECORDS = 200


def read(raw: RawHook, *, secret: str, state_key: str, table: str) -> HookReading:
    """Verify and read one call. Raises ``HookRejected``."""
    if secret and not _holds_secret(raw, secret):
        raise HookRejected("the secret in the address is missing or wrong", status=404)
    answer = _echo(raw)
    if raw.method.upper() in ("GET", "HEAD"):
        if CODE_HEADER not in answer.headers:
            raise HookRejected("a handshake carries a Verification-Code", status=400)
        return HookReading(answer=answer)
    if raw.method.upper() != "POST":
        raise HookRejected("webhooks are POSTed", status=405)
    if state_key and not _holds_state_key(raw.headers, state_key):
        raise HookRejected("no header holds the state key", status=401)
    found = list(_records(_body(raw)))[:_MOST_RECORDS]
    refs = tuple(
        RecordRef(_table(given or raw.query.get("table", "") or table), record_id)
        for record_id, given, _ in found
    )
    if not refs:
        raise HookRejected("the notification names no record id", status=400)
    return HookReading(refs, answer, _dedupe(refs, found[0][2], raw.body))


def _echo(raw: RawHook) -> HookAnswer:
    code = raw.headers.get(CODE_HEADER.lower(), "").strip()
    if not code:
        return HookAnswer(status=200)
    if not _CODE.fullmatch(code):
        raise HookRejected("the Verification-Code is not a plain word", status=400)
    return HookAnswer(status=200, headers={CODE_HEADER: code})


def _holds_secret(raw: RawHook, secret: str) -> bool:
    parts = urlsplit(raw.url)
    given = [unquote(piece) for piece in parts.path.split("/")]
    given += [value for _, value in parse_qsl(parts.query)] + list(raw.query.values())
    return _any_equal(given, secret)


def _holds_state_key(headers: Mapping[str, str], key: str) -> bool:
    return _any_equal([value.strip() for value in headers.values()], key)


def _any_equal(given: list[str], secret: str) -> bool:
    expected = secret.encode()
    found = False
    for value in given:  # all of them, so that the time taken does not tell which one fits
        found |= hmac.compare_digest(value.encode("utf-8", "replace"), expected)
    return found


def _body(raw: RawHook) -> Any:
    kind = raw.headers.get("content-type", "").lower()
    if "form-urlencoded" in kind:
        return dict(parse_qsl(raw.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return orjson.loads(raw.body)
    except orjson.JSONDecodeError:
        raise HookRejected("the notification is neither JSON nor a form", status=400) from None


def _records(body: Any) -> Iterator[tuple[str, str, str]]:
    """(id, table, event) of each record that the body speaks of."""
    items = body if isinstance(body, list) else [body]
    for item in items:
        if not isinstance(item, Mapping):
            continue
        table, event = _word(item, _TABLE_KEYS), _word(item, _EVENT_KEYS)
        inner = [v for v in item.values() if isinstance(v, Mapping)]
        inner += [
            r for v in item.values() if isinstance(v, list) for r in v if isinstance(r, Mapping)
        ]
        for level in [item] if _id(item) else inner:
            record_id = _id(level)
            if record_id:
                yield (
                    record_id,
                    table or _word(level, _TABLE_KEYS),
                    event or _word(level, _EVENT_KEYS),
                )


def _id(item: Mapping[str, Any]) -> str:
    found = _word(item, _ID_KEYS)
    return found if found.isascii() and found.isdecimal() and len(found) <= 18 else ""


def _word(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for name, value in item.items():
        plain = str(name).lower().replace("_", "").replace("-", "").replace("$", "")
        if plain in keys and isinstance(value, str | int) and not isinstance(value, bool):
            return str(value).strip()
    return ""


def _table(name: str) -> str:
    if not re.fullmatch(NAME, name):
        raise HookRejected("the notification names no table and none is configured", status=400)
    return name


def _dedupe(refs: tuple[RecordRef, ...], event: str, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return f"{refs[0]}:{event.lower() or 'change'}:{digest}"
