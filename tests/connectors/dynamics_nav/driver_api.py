"""The connector set up for the simulated server over the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from connectors.dynamics_nav.hooks import client_state
from connectors.dynamics_nav.sandbox import entities
from connectors.dynamics_nav.sandbox.store import Row
from connectors.dynamics_nav.sandbox.webhooks import LIFE, Subscription
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from tests.connectors.dynamics_nav.driver import MANIFEST, NavDriver
from tests.contracts.connector_driver import HOOK_SECRET, HOOK_URL, STARTED

OWN_ROUTE = "api/paraph/workshop/v1.0"
OWN_TABLE = {
    "preset": "sales_quote",
    "entity": f"{OWN_ROUTE}/quotes",
    "number": "no",
    "external_id_field": "paraphKey",
    "lines": {"part": "lines", "key": "lineNo"},
    "kinds": {"quantity": "decimal", "unitPrice": "decimal", "acceptedTotal": "decimal"},
}


class ApiDriver(NavDriver):
    """API v2.0."""

    manifest = MANIFEST
    modes = {"auth": "basic"}
    written: Mapping[str, Any] = {
        "externalDocumentNumber": "H-7Å",
        "phoneNumber": "070-174 06 12",
        "email": "alice+åre@example.com",
        "dueDate": "2026-03-31",
    }
    created: Mapping[str, Any] = {
        "customerNumber": "K10010",
        "phoneNumber": "070-174 06 47",
        "email": "bob.o'hara@example.com",
        "documentDate": "2026-03-02",
    }
    match = ("phoneNumber", "email")
    filled_in = ("salesperson", "BOB")
    entity = "salesQuotes"

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "surface": "api"}

    def seed_record(self) -> RecordRef:
        return RecordRef("quote", self.row().id)

    def unknown_record(self) -> RecordRef:
        return RecordRef("quote", "00000000-0000-4000-8000-000000000404")

    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        row = self._row_of(ref)
        found = self.sets()[self.entity]
        (part,) = found.lines.values()
        lines = [
            {name: one.values[source] for name, source in part.properties.items()}
            for one in self.sandbox.company.lines_of(row)
        ]
        fields = {name: row.values[source] for name, source in found.properties.items()}
        return {**fields, "lines": lines}

    def sets(self) -> Mapping[str, entities.EntitySet]:
        """The entity sets that the connector speaks to."""
        return entities.api(self.store.objects)

    def put_file(self, ref: RecordRef, name: str, content: bytes) -> Any:
        return {"id": self.put(name, content).id}

    def no_file(self) -> Any:
        return {"id": self.unknown_record().id}

    def change(self) -> RecordRef:
        return RecordRef("quote", self.touch().id)

    def hook(self, state: str = "", **changes: Any) -> RawHook:
        notice = {
            "subscriptionId": "s1",
            "clientState": state or client_state(HOOK_SECRET),
            "resource": f"api/v2.0/companies(x)/{self.entity}({self.seed_record().id})",
            "changeType": "updated",
        }
        given = {
            "method": "POST", "url": HOOK_URL, "headers": {}, "query": {},
            "body": orjson.dumps({"value": [notice]}), "remote_ip": "127.0.0.1",
            "received_at": STARTED, **changes,
        }  # fmt: skip
        return RawHook(**given)

    @property
    def hook_url(self) -> str:
        return self.site.hub_url(f"/hooks/upstream/{HOOK_SECRET}")

    def registered(self) -> list[tuple[str, str]]:
        tables = {self.entity: "quote"}
        return [
            (tables[one.entity_set], one.url)
            for one in self.sandbox.webhooks.all()
            if one.entity_set in tables
        ]

    def register(self, table: str, url: str) -> None:
        client, name = self.make_instance()._client, self.entity
        resource = client.collection(client.table(table).entity)
        now = self.clock.now()
        one = Subscription(
            url, url, resource, "", self.sandbox.company.id, name, now + timedelta(days=1), now
        )
        self.sandbox.webhooks._subscriptions.append(one)

    def end_hooks(self) -> None:
        self.clock.advance(LIFE)

    def remove_hooks(self) -> None:
        for one in self.sandbox.webhooks.all():
            self.sandbox.webhooks.forget(one)

    def forged_hooks(self) -> list[RawHook]:
        return [
            self.hook(url=HOOK_URL.replace(HOOK_SECRET, "guessed")),
            self.hook(state="guessed"),
            self.hook(method="GET"),
            self.hook(body=b"{}"),
        ]

    def _row_of(self, ref: RecordRef) -> Row:
        rows = self.sandbox.company.all("Sales_Header")
        return next(row for row in rows if row.id == ref.id)


class OwnApiDriver(ApiDriver):
    """API pages of the customer's own, with an Entra token; a stale ETag is told by 412."""

    modes = {"auth": "oauth2", "stale_status": 412}
    written: Mapping[str, Any] = {
        "yourReference": 'It\'s "fine"; å & <b>',
        "digitalStatus": "Signed",
        "signedAt": "2026-03-02T10:15:30+00:00",
        "acceptedTotal": "1250.50",
    }
    created: Mapping[str, Any] = {
        "sellToCustomerNo": "K10010",
        "yourReference": "Bob O'Hara (2*)",
        "sellToContact": "Bob & Co",
    }
    match = ("yourReference", "sellToContact")
    filled_in = ("signedBy", "Bob O'Hara")
    entity = "quotes"

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "tables": {"quote": OWN_TABLE}}

    def sets(self) -> Mapping[str, entities.EntitySet]:
        return entities.custom(self.store.objects)
