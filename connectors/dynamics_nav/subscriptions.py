"""Subscriptions at Business Central: made, or renewed, since they end after three days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.dynamics_nav.client_api import ETAG, ApiClient
from connectors.dynamics_nav.hooks import client_state
from connectors.dynamics_nav.settings import DynamicsNavSettings
from hub.kernel.errors import Unsupported


def ensure(
    client: ApiClient, settings: DynamicsNavSettings, url: str, table: str, secret: str
) -> str:
    """Have ``table`` reported to ``url``; what was done, in words."""
    entity = client.table(table).entity
    route, _, name = entity.rpartition("/")
    if (route or settings.api_route).startswith("ODataV4"):
        raise Unsupported("only entity sets of an API can be subscribed to, not those of OData")
    resource = client.collection(entity)
    body = {"notificationUrl": url, "resource": resource, "clientState": client_state(secret)}
    base = f"{settings.api_route}/subscriptions"
    for found in client.api.pages(base, {}):
        if found.get("notificationUrl") == url and _same(found, resource):
            path = f"{base}('{found.get('subscriptionId')}')"
            made = client.api.send("PATCH", path, body, etag=str(found.get(ETAG) or "*"))
            return f"the subscription to {name} was renewed{_until(made)}"
    made = client.api.send("POST", base, body)
    return f"a subscription to {name} was made{_until(made)}"


def _same(found: Mapping[str, Any], resource: str) -> bool:
    """Whether it is for that resource; servers write it with or without what stands before."""
    given = str(found.get("resource") or "").strip("/").lower()
    wanted = resource.strip("/").lower()
    return bool(given) and (wanted.endswith(given) or given.endswith(wanted))


def _until(made: Mapping[str, Any]) -> str:
    end = made.get("expirationDateTime")
    return f"; it ends {end}: register again before" if end else "; it ends after three days"
