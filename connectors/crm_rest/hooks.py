"""Verifies a webhook of the CRM and takes from it which records it speaks of; nothing else in it
is believed, the records are read again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from connectors.crm_rest.client import id_at
from connectors.crm_rest.settings import ADDRESS, HEADER, CrmRestSettings, Hook
from connectors.crm_rest.shapes import at
from connectors.crm_rest.wire import is_fit
from hub.contracts.connector import HookReading
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import HookRejected

_MOST_RECORDS = 200
_MILLISECONDS = 10**11  # a number above this counts those, not seconds


def read(raw: RawHook, settings: CrmRestSettings, way: Hook, address_secret: str) -> HookReading:
    """Verify and read one call. Raises ``HookRejected``."""
    if address_secret and not _holds(raw, address_secret):
        raise HookRejected("the secret in the address is missing or wrong", status=404)
    if raw.method.upper() != "POST":
        raise HookRejected("webhooks are POSTed", status=405)
    _verify(raw, way, settings.hook_secret)
    body = _body(raw)
    refs = tuple(dict.fromkeys(_references(body, settings, way)))
    return HookReading(refs, dedupe=_dedupe(body, way, raw.body))


def _verify(raw: RawHook, way: Hook, secret: str) -> None:
    if way.check == ADDRESS:
        return
    given = raw.headers.get(way.header.lower(), "").strip()
    if not given.startswith(way.prefix) or len(given) == len(way.prefix):
        raise HookRejected("the header with the signature or secret is missing", status=401)
    given = given[len(way.prefix) :]
    if way.check == HEADER:
        good = hmac.compare_digest(given.encode(), secret.encode())
    else:
        good = hmac.compare_digest(given.encode(), _signature(raw, way, secret).encode())
    if not good:
        raise HookRejected("the signature or secret does not fit", status=401)


def _signature(raw: RawHook, way: Hook, secret: str) -> str:
    moment = raw.headers.get(way.timestamp_header.lower(), "") if way.timestamp_header else ""
    if way.timestamp_header:
        _check_age(raw, moment, way.tolerance)
    before, _, after = way.signed.replace("{timestamp}", moment).partition("{body}")
    signed = before.encode() + raw.body + after.encode()
    digest = hmac.new(secret.encode(), signed, getattr(hashlib, way.algorithm)).digest()
    if way.encoding == "base64":
        return base64.b64encode(digest).decode()
    return digest.hex()


def _check_age(raw: RawHook, moment: str, tolerance: int) -> None:
    if not moment.isdecimal() or len(moment) > len(str(_MILLISECONDS)) + 2:
        raise HookRejected("the header with the time is missing or no number", status=401)
    seconds = int(moment) / 1000 if int(moment) > _MILLISECONDS else int(moment)
    if abs(raw.received_at.timestamp() - seconds) > tolerance:
        raise HookRejected("the call is older than tolerance allows, or clocks differ", status=401)


def _references(body: Any, settings: CrmRestSettings, way: Hook) -> Iterator[RecordRef]:
    found = at(body, way.items)
    items = found if isinstance(found, list) else [found]
    if len(items) > _MOST_RECORDS:
        raise HookRejected(f"one call may speak of {_MOST_RECORDS} records", status=413)
    for item in items:
        table = _table(item, settings, way)
        if table is None:
            continue
        record_id = id_at(item, way.id)
        if not is_fit(record_id):
            raise HookRejected("no record id stands where hook.id says", status=400)
        yield RecordRef(table, record_id)


def _table(item: Any, settings: CrmRestSettings, way: Hook) -> str | None:
    """The table of an event; None for a kind of record that is not ours."""
    if not way.table_at:
        return way.table
    word = at(item, way.table_at)
    if not isinstance(word, str):
        raise HookRejected("no kind of record stands where hook.table_at says", status=400)
    if way.tables:
        return way.tables.get(word)
    return word if word in settings.tables else None


def _dedupe(body: Any, way: Hook, raw: bytes) -> str:
    """The call's own id where it has one; otherwise its bytes."""
    found = id_at(body, way.event) if way.event and isinstance(body, Mapping) else ""
    return f"event:{found[:200]}" if found else f"body:{hashlib.sha256(raw).hexdigest()}"


def _body(raw: RawHook) -> Any:
    try:
        return orjson.loads(raw.body)
    except orjson.JSONDecodeError:
        raise HookRejected("the body is not JSON", status=400) from None


def _holds(raw: RawHook, secret: str) -> bool:
    parts = urlsplit(raw.url)
    given = [unquote(piece) for piece in parts.path.split("/")]
    given += [value for _, value in parse_qsl(parts.query)] + list(raw.query.values())
    found = False
    for value in given:  # all of them, so that the time taken does not tell which one fits
        found |= hmac.compare_digest(value.encode("utf-8", "replace"), secret.encode())
    return found
