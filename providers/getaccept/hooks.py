"""Hooks: what GetAccept calls the hub for, and what is taken from such a call.

Nothing signs them, and they carry neither an id nor a time. So a call counts only with the secret
in its address, names the document that is to be surveyed, and nothing else in it is believed.
GetAccept tries a call again after 1, 12, 24 and 48 hours unless it is answered with 2xx.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from hub.contracts.agreements import HostedHook
from hub.contracts.plugin import PluginContext, RawHook
from hub.kernel.errors import ConfigurationError, HookRejected, NotFound
from providers.getaccept.client import Client
from providers.getaccept.codes import HOOK_EVENTS
from providers.getaccept.reading import digest, text, ticked
from providers.getaccept.settings import GetAcceptSettings

_LONGEST_ID = 200
# Described as a number, of which no meaning is told; words are taken as they read.
_OFF = frozenset({"inactive", "disabled", "deleted"})
Row = Mapping[str, Any]


def read(raw: RawHook, secret: str) -> HostedHook:
    """Verify and read one call. Raises ``HookRejected``."""
    if not secret or not _holds(raw, secret):
        raise HookRejected("the secret in the address is missing or wrong", status=404)
    if raw.method.upper() != "POST":
        raise HookRejected("hooks are POSTed", status=405)
    body = _body(raw)
    document = body.get("document")
    if not isinstance(document, Mapping):
        return HostedHook()  # about a contact or the like: nothing to do, and no call to repeat
    reference = text(document.get("id"))
    if not 0 < len(reference) <= _LONGEST_ID or not reference.isprintable():
        raise HookRejected("the call names no document", status=400)
    return HostedHook((reference,), dedupe=_dedupe(raw, body, document))


def keep(client: Client, settings: GetAcceptSettings, context: PluginContext) -> str:
    """One subscription for each event, at this instance's present address, and none besides."""
    url = context.hook_url
    if not url:
        raise ConfigurationError("this hub has no public address that GetAccept could call")
    if settings.base_url.startswith("https://") and not url.startswith("https://"):
        raise ConfigurationError("GetAccept calls addresses with https only: set public_url")
    mark = f"paraph={context.environment}/{context.workspace}/{context.instance}"
    with client.wire.pace.room(len(HOOK_EVENTS) + 1):
        ours = [row for row in client.subscriptions() if _is_ours(row, url, mark)]
        kept: dict[str, str] = {}
        for row in ours:
            event = text(row.get("event"))
            if event in HOOK_EVENTS and _is_good(row, url, mark, settings):
                kept.setdefault(event, _id(row))
        # New ones first, so that there is no moment without.
        missing = [event for event in HOOK_EVENTS if event not in kept]
        for event in missing:
            client.subscribe(_subscription(event, url, mark, settings))
        over = [_id(row) for row in ours if _id(row) not in kept.values()]
        for subscription in over:
            _remove(client, subscription)
    told = f"{len(HOOK_EVENTS)} events: {len(kept)} were in order, {len(missing)} added"
    return f"{told}, {len(over)} removed"


def _subscription(event: str, url: str, mark: str, settings: GetAcceptSettings) -> dict[str, Any]:
    body = {
        "event": event,
        "target_url": url,
        "global": settings.whole_entity,
        "payload": mark,
    }
    return body | ({"notification_email": settings.alarm_email} if settings.alarm_email else {})


def _is_ours(row: Row, url: str, mark: str) -> bool:
    """By our mark, or by the address up to the secret: others' subscriptions are left alone."""
    return text(row.get("payload")) == mark or _stem(text(row.get("target_url"))) == _stem(url)


def _is_good(row: Row, url: str, mark: str, settings: GetAcceptSettings) -> bool:
    same = hmac.compare_digest(text(row.get("target_url")).encode(), url.encode())
    is_global = ticked(row.get("global", settings.whole_entity)) == settings.whole_entity
    is_on = str(row.get("status", "active")).strip().lower() not in _OFF
    marked = text(row.get("payload")) in (mark, "")
    return bool(same and is_global and is_on and marked and _id(row))


def _stem(url: str) -> str:
    """Everything before the secret, which is the last piece of the path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').rpartition('/')[0]}/"


def _remove(client: Client, subscription: str) -> None:
    try:
        client.unsubscribe(subscription)
    except NotFound:  # somebody else was quicker
        return


def _id(row: Row) -> str:
    return text(row.get("id")) or text(row.get("subscription_id"))


def _body(raw: RawHook) -> Mapping[str, Any]:
    try:
        body = orjson.loads(raw.body)
    except orjson.JSONDecodeError:
        raise HookRejected("the body is not JSON", status=400) from None
    if not isinstance(body, Mapping):
        raise HookRejected("the body is no object", status=400)
    return body


def _dedupe(raw: RawHook, body: Row, document: Row) -> str:
    """By contents, as there is no id, and by the second: two comments of one person are told in
    the same bytes, and the second one must not be taken for a repeat of the first."""
    recipient = body.get("recipient")
    email = text(recipient.get("email")).casefold() if isinstance(recipient, Mapping) else ""
    return digest(
        text(body.get("subscription_id")),
        text(body.get("event")),
        *_texts(document, ("id", "status", "send_date", "sign_date")),
        email,
        int(raw.received_at.timestamp()),
    )


def _texts(row: Row, names: Iterable[str]) -> list[str]:
    return [text(row.get(name)) for name in names]


def _holds(raw: RawHook, secret: str) -> bool:
    parts = urlsplit(raw.url)
    given = [unquote(piece) for piece in parts.path.split("/")]
    given += [value for _, value in parse_qsl(parts.query)] + list(raw.query.values())
    found = False
    for value in given:  # all of them, so that the time taken does not tell which one fits
        found |= hmac.compare_digest(value.encode("utf-8", "replace"), secret.encode())
    return found
