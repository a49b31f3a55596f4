"""Registers webhooks at Agiloft (``/ewws/webhooks``) the way an administrator would.

New hooks are inactive at Agiloft, and one that is deleted while active stays live until the
knowledge base restarts; so a hook is switched on when made, and switched off before it is deleted.
How a resource is addressed by PUT and DELETE is not documented: ``wh_key`` as in GET (inferred).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.agiloft.client import rows_of
from connectors.agiloft.wire import Wire
from hub.kernel.errors import MalformedAnswer, OutcomeUnknown
from hub.kernel.redact import MASK

_PATH = "/ewws/webhooks"
ACTIVE, INACTIVE = "Active", "Inactive"


@dataclass(frozen=True)
class WebhookSpec:
    """One webhook as it should be. ``modification_types`` without API keeps our own writes from
    coming back to us."""

    url: str
    table: str
    user: str
    fields: tuple[str, ...] = ("id",)
    event: str = "Update"
    record_filter: str = ""
    modification_types: tuple[str, ...] = ("Web", "Email")
    state_key: str = field(default="", repr=False)
    title: str = "Paraph"

    def body(self) -> dict[str, Any]:
        """As the webhook API takes it."""
        return {
            "title": self.title,
            "description": "Tells Paraph that a record wants a signature",
            "webhook_url": self.url,
            "webhook_status": ACTIVE,
            "table_name": self.table,
            "event_type": self.event,
            "user_permissions": self.user,
            "entry_fields": list(self.fields),
            "record_filter": self.record_filter,
            "modification_type": list(self.modification_types),
            "state_key": self.state_key,
            "webhook_confirmation": "Yes",
        }


@dataclass(frozen=True)
class Webhook:
    """One webhook as it is. Its address holds a secret and is not shown."""

    key: str
    active: bool
    facts: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Webhook(key={self.key!r}, active={self.active}, url={MASK})"


class Webhooks:
    """The webhook API of one knowledge base."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def registered(self, table: str = "") -> list[Webhook]:
        """All webhooks, or those of one table."""
        answer = self._call("GET", None, **({"byTable": table} if table else {}))
        return [_webhook(row) for row in rows_of(answer)]

    def register(self, spec: WebhookSpec) -> Webhook:
        """Make a webhook, active at once. Agiloft calls its address while we wait (handshake)."""
        made = self._call("POST", body=spec.body())
        key = made.get("webhook_key") if isinstance(made, Mapping) else None
        if not isinstance(key, str) or not key:
            raise OutcomeUnknown("Agiloft made a webhook but told no webhook_key")
        return Webhook(key, True, spec.body())

    def ensure(self, spec: WebhookSpec) -> Webhook:
        """The webhook of this address and table as ``spec`` says: found, mended or made."""
        for hook in self.registered(spec.table):
            if not _same_text(str(hook.facts.get("webhook_url", "")), spec.url):
                continue
            if _equal(hook.facts, spec.body()):
                return hook
            self._call("PUT", body=spec.body(), wh_key=hook.key)
            return Webhook(hook.key, True, spec.body())
        return self.register(spec)

    def disable(self, hook: Webhook) -> None:
        """Stop its calls; what is queued is dropped."""
        self._call("PUT", body={"webhook_status": INACTIVE}, wh_key=hook.key)

    def remove(self, hook: Webhook) -> None:
        """Switch off, then delete."""
        self.disable(hook)
        self._call("DELETE", wh_key=hook.key)

    def _call(self, method: str, body: Mapping[str, Any] | None = None, **params: str) -> Any:
        options: dict[str, Any] = {"params": self._wire.system(**params)}
        if body is not None:
            options["json"] = dict(body)
        answer = self._wire.call(method, _PATH, changes=method != "GET", **options)
        if not answer.body.strip():
            return {}
        found = answer.json()
        if isinstance(found, Mapping):
            return found.get("result", found)
        if not isinstance(found, list):
            raise MalformedAnswer("the webhook API answered something else than JSON objects")
        return found


def _webhook(row: Mapping[str, Any]) -> Webhook:
    return Webhook(str(row.get("webhook_key", "")), row.get("webhook_status") == ACTIVE, row)


def _equal(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    compared = ("webhook_status", "event_type", "record_filter", "state_key")
    if any(str(found.get(name) or "") != str(wanted.get(name) or "") for name in compared):
        return False
    return all(
        _members(found.get(name)) == _members(wanted.get(name))
        for name in ("entry_fields", "modification_type")
    )


def _members(value: Any) -> Collection[str]:
    return set(value) if isinstance(value, list) else {p for p in str(value or "").split(",") if p}


def _same_text(one: str, two: str) -> bool:
    return hmac.compare_digest(one.encode(), two.encode())
