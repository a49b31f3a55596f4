"""Subscriptions at Business Central: made, or renewed, since they end after three days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.dynamics_nav.client_api import ETAG, ApiClient
from connectors.dynamics_nav.hooks import client_state
from connectors.dynamics_nav.settings import DynamicsNavSettings
from hub.kernel.errors import NotFound, Unsupported

Row = Mapping[str, Any]


def ensure(
    client: ApiClient, settings: DynamicsNavSettings, url: str, table: str, secret: str
) -> str:
    """Have ``table`` reported to ``url``; what was done, in words."""
    wanted = _wanted(client, settings, url, table, secret)
    base = f"{settings.api_route}/subscriptions"
    there = [one for one in client.api.pages(base, {}) if one.get("notificationUrl") == url]
    told, _ = _ensured(client, base, wanted, there)
    return told


def keep(
    client: ApiClient, settings: DynamicsNavSettings, url: str, tables: Collection[str], secret: str
) -> str:
    """Have each of ``tables`` reported to ``url`` once, and to none of its former addresses, which
    differ in the secret only. Subscriptions of others are left alone."""
    base = f"{settings.api_route}/subscriptions"
    ours = [
        one
        for one in client.api.pages(base, {})
        if _stem(str(one.get("notificationUrl") or "")) == _stem(url)
    ]
    told, removed = [], 0
    for table in tables:
        wanted = _wanted(client, settings, url, table, secret)
        there = [one for one in ours if _same(one, wanted["resource"])]
        good = [one for one in there if one.get("notificationUrl") == url]
        done, kept = _ensured(client, base, wanted, good)
        told.append(done)
        for one in there:  # behind the new one, so that there is no moment without
            if one is not kept:
                removed += _remove(client, base, one)
    return "; ".join([*told, f"{removed} removed"] if removed else told)


def _wanted(
    client: ApiClient, settings: DynamicsNavSettings, url: str, table: str, secret: str
) -> dict[str, str]:
    entity = client.table(table).entity
    route, _, _ = entity.rpartition("/")
    if (route or settings.api_route).startswith("ODataV4"):
        raise Unsupported("only entity sets of an API can be subscribed to, not those of OData")
    resource = client.collection(entity)
    return {"notificationUrl": url, "resource": resource, "clientState": client_state(secret)}


def _ensured(
    client: ApiClient, base: str, wanted: Mapping[str, str], there: Iterable[Row]
) -> tuple[str, Row | None]:
    """Renew one of those that are there, else make one; what was done, and which was renewed."""
    name = wanted["resource"].rpartition("/")[2]
    for found in there:
        if not _same(found, wanted["resource"]):
            continue
        try:
            made = client.api.send("PATCH", _path(base, found), wanted, etag=_etag(found))
        except NotFound:  # it has ended in this moment
            continue
        return f"the subscription to {name} was renewed{_until(made)}", found
    made = client.api.send("POST", base, wanted)
    return f"a subscription to {name} was made{_until(made)}", None


def _remove(client: ApiClient, base: str, found: Row) -> int:
    try:
        client.api.send("DELETE", _path(base, found), {}, etag=_etag(found))
    except NotFound:
        return 0
    return 1


def _path(base: str, found: Row) -> str:
    return f"{base}('{found.get('subscriptionId')}')"


def _etag(found: Row) -> str:
    return str(found.get(ETAG) or "*")


def _stem(url: str) -> str:
    """Everything before the secret, which is the last piece of the path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').rpartition('/')[0]}/"


def _same(found: Mapping[str, Any], resource: str) -> bool:
    """Whether it is for that resource; servers write it with or without what stands before."""
    given = "/" + str(found.get("resource") or "").strip("/").lower()
    wanted = "/" + resource.strip("/").lower()
    return given != "/" and (wanted.endswith(given) or given.endswith(wanted))


def _until(made: Mapping[str, Any]) -> str:
    end = made.get("expirationDateTime")
    return f" and ends {end}" if end else " and ends after three days"
