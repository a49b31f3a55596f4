"""Outgoing notifications: handshake with a validation token, a delay, retries up to 36 hours.

Nothing happens by itself: ``run_due`` sends what is due by the clock given; the simulator's own
thread calls it, tests call it after advancing a manual clock.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.odata_path import split
from connectors.dynamics_nav.sandbox.store import Change, Row, Store
from hub.kernel.errors import ParaphError
from hub.kernel.ids import random_token
from hub.toolkit.http import HttpClient

LIFE = timedelta(days=3)
GIVE_UP = timedelta(hours=36)
_LONGEST_STATE = 2048
_TIMEOUT = (2.0, 10.0)
_AGAIN = (408, 429)
# entity set → table and what of it
RESOURCES: dict[str, tuple[str, Mapping[str, Any]]] = {
    "customers": ("Customer", {}),
    "salesQuotes": ("Sales_Header", {"Document_Type": "Quote"}),
    "salesOrders": ("Sales_Header", {"Document_Type": "Order"}),
    "quotes": ("Sales_Header", {"Document_Type": "Quote"}),
    "orders": ("Sales_Header", {"Document_Type": "Order"}),
    "jobLines": ("Sales_Line", {"Document_Type": "Order", "Job_Line": True}),
    "notes": ("Note", {}),
    "attachments": ("Attachment", {}),
}


@dataclass
class Subscription:
    """Somebody who wants to hear of changes."""

    id: str
    url: str
    resource: str
    client_state: str
    company: str
    entity_set: str
    expires: datetime
    changed: datetime
    number: int = 1

    @property
    def etag(self) -> str:
        """Changes with each renewal."""
        return f'W/"{self.id}-{self.number}"'


@dataclass
class Notice:
    """A notification that is owed. ``tries`` counts attempts made."""

    subscription: Subscription
    row_id: str
    kind: str
    at: datetime
    due: datetime
    tries: int = 0
    state: str = "waiting"  # waiting, delivered, gave up, refused
    log: list[str] = field(default_factory=list)


class Webhooks:
    """The subscriptions of one server. ``wake`` is called when something became due."""

    def __init__(self, store: Store, modes: Modes) -> None:
        self._store = store
        self._modes = modes
        self._guard = threading.RLock()
        self._sending = threading.Lock()
        self.wake: Callable[[], None] = lambda: None
        self.reset()
        store.listeners.append(self._changed)

    def reset(self) -> None:
        """No subscriptions, nothing owed."""
        with self._guard:
            self._numbers = itertools.count(1)
            self._subscriptions: list[Subscription] = []
        self.owe_nothing()

    def owe_nothing(self) -> None:
        """Subscriptions stay, what they were to hear is gone."""
        with self._guard:
            self.notices: list[Notice] = []
            self._untried: dict[tuple[str, str], Notice] = {}

    def all(self) -> list[Subscription]:
        """Those that have not expired."""
        now = self._store.clock.now()
        with self._guard:
            return [one for one in self._subscriptions if one.expires > now]

    def get(self, subscription_id: str) -> Subscription:
        """By its id."""
        found = next((one for one in self.all() if one.id == subscription_id), None)
        if found is None:
            raise HttpError(404, "BadRequest_ResourceNotFound", "No such subscription.")
        return found

    def subscribe(self, given: Mapping[str, Any], version: str) -> Subscription:
        """A new one, after its address has given the validation token back."""
        url, resource = str(given.get("notificationUrl", "")), str(given.get("resource", ""))
        state = str(given.get("clientState", ""))
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise HttpError(400, "BadRequest", "notificationUrl must be an https address.")
        if len(state) > _LONGEST_STATE:
            raise HttpError(400, "Application_StringExceededLength", "clientState is too long.")
        company, entity_set = self._resource(resource)
        if any((one.url, one.resource) == (url, resource) for one in self.all()):
            code = "Internal_EntityWithSameKeyExists"
            raise HttpError(400, code, "This subscription exists already.")
        _shake(url)
        now, made = self._store.clock.now(), f"{next(self._numbers):032x}"
        one = Subscription(made, url, resource, state, company, entity_set, now + LIFE, now)
        with self._guard:
            self._subscriptions.append(one)
        return one

    def renew(self, one: Subscription, given: Mapping[str, Any]) -> Subscription:
        """Three more days, after the same handshake."""
        url = str(given.get("notificationUrl", one.url))
        _shake(url)
        now = self._store.clock.now()
        with self._guard:
            one.url, one.client_state = url, str(given.get("clientState", one.client_state))
            one.expires, one.changed, one.number = now + LIFE, now, one.number + 1
        return one

    def forget(self, one: Subscription) -> None:
        """It hears nothing more."""
        with self._guard:
            if one in self._subscriptions:
                self._subscriptions.remove(one)

    def run_due(self, *, everything: bool = False) -> int:
        """Send what is due, or all that waits; how many were tried."""
        with self._sending:
            now = self._store.clock.now()
            with self._guard:
                due = [
                    notice
                    for notice in self.notices
                    if notice.state == "waiting" and (everything or notice.due <= now)
                ]
            for notice in due:
                self._send(notice)
            return len(due)

    def _resource(self, resource: str) -> tuple[str, str]:
        pieces = split(resource.removeprefix("/").partition("?")[0])
        names = [piece.name for piece in pieces]
        if "companies" in names and names[-1] in RESOURCES:
            company = self._store.company_by_id(pieces[names.index("companies")].key)
            if company is not None:
                return company.id, names[-1]
        raise HttpError(400, "BadRequest", "The resource cannot be subscribed to.")

    def _changed(self, change: Change) -> None:
        now, row = self._store.clock.now(), change.row
        due = now + timedelta(seconds=self._modes.notice_seconds)
        with self._guard:
            for one in self.all():
                if one.company == change.company.id and _concerns(one, row):
                    self._owe(Notice(one, row.id, change.kind, now, due))
        self.wake()

    def _owe(self, notice: Notice) -> None:
        """Changes of one record before its notification went out are one notification."""
        key = (notice.subscription.id, notice.row_id)
        other = self._untried.get(key)
        if other is None:
            self._untried[key] = notice
            self.notices.append(notice)
            return
        other.at = notice.at
        if notice.kind == "deleted":
            other.kind = "deleted"

    def _send(self, notice: Notice) -> None:
        now, one = self._store.clock.now(), notice.subscription
        with self._guard:
            self._untried.pop((one.id, notice.row_id), None)
        if one not in self.all():
            notice.state = "refused"
            return
        notice.tries += 1
        status = _post(one.url, {"value": [self._body(notice)]})
        notice.log.append(str(status) if status else "no answer")
        if 200 <= status < 300:
            notice.state = "delivered"
        elif status and status not in _AGAIN and status < 500:
            notice.state = "refused"
            self.forget(one)  # any other code ends the subscription
        elif now - notice.at > GIVE_UP:
            notice.state = "gave up"
        else:
            notice.due = now + timedelta(minutes=min(2**notice.tries, 240))

    def _body(self, notice: Notice) -> dict[str, Any]:
        one = notice.subscription
        return {
            "subscriptionId": one.id,
            "clientState": one.client_state,
            "expirationDateTime": one.expires.isoformat().replace("+00:00", "Z"),
            "resource": f"{one.resource}({notice.row_id})",
            "changeType": notice.kind,
            "lastModifiedDateTime": notice.at.isoformat().replace("+00:00", "Z"),
        }


def _concerns(one: Subscription, row: Row) -> bool:
    table, only = RESOURCES[one.entity_set]
    return row.table.name == table and all(row.values[n] == value for n, value in only.items())


def _shake(url: str) -> None:
    token = random_token(128)
    address = f"{url}{'&' if '?' in url else '?'}{urlencode({'validationToken': token})}"
    client = HttpClient("", timeout=_TIMEOUT)
    try:
        answer = client.call("POST", address, data=b"")
        good = answer.status == 200 and answer.text.strip() == token
    except ParaphError:
        good = False
    finally:
        client.close()
    if not good:
        text = "The notification address did not give the validation token back."
        raise HttpError(400, "Application_DialogException", text)


def _post(url: str, body: Mapping[str, Any]) -> int:
    """The status, or 0 when there was no answer."""
    client = HttpClient("", timeout=_TIMEOUT)
    try:
        headers = {"Content-Type": "application/json"}
        return client.call("POST", url, data=orjson.dumps(body), headers=headers).status
    except ParaphError:
        return 0
    finally:
        client.close()
