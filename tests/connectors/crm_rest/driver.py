"""The connector set up for the simulated CRM, in several of the ways that settings allow."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from connectors.crm_rest.connector import CrmRestConnector
from connectors.crm_rest.sandbox.signins import (
    API_KEY,
    CLIENT,
    CLIENT_SECRET,
    LOGIN,
    PASSWORD,
    TOKEN,
)
from connectors.crm_rest.sandbox.simulator import HOOK_SECRET as SIGNING_SECRET
from connectors.crm_rest.sandbox.store import StoredFile
from hub.contracts.manifest import read_manifest
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from tests.connectors.crm_rest.site import Site
from tests.contracts.connector_driver import HOOK_SECRET, HOOK_URL, STARTED, ConnectorDriver

FOLDER = Path(__file__).parents[3] / "connectors" / "crm_rest"
CASE = RecordRef("cases", "1")
WRITES = ("create", "update", "note", "attach")
BY_TIME = {"field": "updated_at", "parameter": "updated_since", "inclusive": True}
BY_HEADER = {"header": "X-Revision", "parameter": "after_revision"}
IN_FIELD = {"field": "remarks"}
OAUTH2 = {"auth": "oauth2", "client_secret": CLIENT_SECRET}
# name → settings to change, and (with "tables") what to change in each table
VARIANTS: dict[str, dict[str, Any]] = {
    "bearer-next-link-external-id": {},
    "basic-page-put-by-time": {
        "auth": "basic", "login": LOGIN, "password": PASSWORD,
        "paging": {"style": "page", "parameter": "page", "size_parameter": "per_page", "size": 2},
        "tables": {"update_method": "PUT", "changes": BY_TIME},
    },
    "key-in-query-cursor": {
        "auth": "api_key", "api_key": API_KEY, "api_key_name": "api_key", "api_key_in": "query",
        "paging": {"style": "cursor", "parameter": "cursor", "next": "meta.next_cursor",
                   "size_parameter": "per_page", "size": 1},
        "tables": {"if_match": False},
    },
    "oauth2-link-header": {
        **OAUTH2, "oauth2": {"url": "{site}/oauth/token", "client_id": CLIENT},
        "paging": {"style": "link_header", "size_parameter": "per_page", "size": 1},
        "tables": {"changes": BY_HEADER},
    },
    "oauth2-body-next-header": {
        **OAUTH2, "oauth2": {"url": "{site}/oauth/token", "client_id": CLIENT, "send": "body"},
        "paging": {"style": "next_header", "next": "Next-Page", "size_parameter": "per_page",
                   "size": 1},
        "tables": {"note": IN_FIELD},
    },
    "key-header-offset-idempotency": {
        "auth": "api_key", "api_key": API_KEY, "idempotency_header": "Idempotency-Key",
        "paging": {"style": "offset", "parameter": "offset", "size_parameter": "limit", "size": 2,
                   "total": "X-Total-Count"},
        "tables": {"external_id_field": ""},
    },
}  # fmt: skip


class CrmDriver(ConnectorDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "connectors.crm_rest")
    connector_class = CrmRestConnector
    secrets = (TOKEN, API_KEY, PASSWORD, CLIENT_SECRET, SIGNING_SECRET, HOOK_SECRET)
    faults = frozenset({"500", "html", "slow", "drop_before", "drop_after"})
    locks = True
    table = "cases"
    written: Mapping[str, Any] = {
        "status": "Signed",
        "signed_at": "2026-03-02T10:15:30+00:00",
        "signed_by": "Alice Åkesson",
        "subject": 'It\'s "fine"; C:\\temp\nnext line ≤ 5 € 🙂 {id} %2F',
        "priority": 4,
        "urgent": True,
        "tags": ["signed", "å"],
    }
    create_table = "contacts"
    created: Mapping[str, Any] = {
        "name": "Bob O'Hara",
        "mobile": "+46701740670",
        "email": "bob+åre@example.com",
        "address": {"street": "Storgatan 2", "city": "Åre"},
    }
    match = ("mobile", "email")
    filled_in = ("email", "bob+åre@example.com")

    def __init__(self, site: Site, variant: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        site.fresh()
        self.site = site
        self.clock = site.clock
        self.sandbox = site.sandbox
        self.variant = dict(variant or {})

    def settings(self) -> dict[str, Any]:
        data = copy.deepcopy(dict(self.sandbox.settings()))
        change = copy.deepcopy(self.variant)
        for name in ("contacts", "cases"):
            data["tables"][name].update(change.get("tables", {}))
            if name == "contacts":
                data["tables"][name].pop("note", None)
        change.pop("tables", None)
        if "oauth2" in change:
            change["oauth2"]["url"] = change["oauth2"]["url"].replace("{site}", self.site.url)
        return {**data, "timeout": 20.0, **change}

    def seed_record(self) -> RecordRef:
        return CASE

    def unknown_record(self) -> RecordRef:
        return RecordRef("cases", "40404")

    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        return dict(self.sandbox.store.row(ref.table, ref.id).fields)

    def count(self, table: str) -> int:
        return len(self.sandbox.store.rows[table])

    def effects(self) -> int:
        effects = self.sandbox.gate.effects()
        return sum(effects.get(name, 0) for name in WRITES)

    def calls(self, operation: str) -> int:
        return self.sandbox.gate.board.calls().get(operation, 0)

    def notes(self, ref: RecordRef) -> str:
        row = self.sandbox.store.row(ref.table, ref.id)
        return "\n".join([str(row.fields["remarks"] or ""), *(note["text"] for note in row.notes)])

    def files(self, ref: RecordRef) -> list[tuple[str, bytes]]:
        return [(f.name, f.content) for f in self.sandbox.store.row(ref.table, ref.id).files]

    def put_file(self, ref: RecordRef, name: str, content: bytes) -> Any:
        self.sandbox.store.attach(ref.table, ref.id, StoredFile(name, "image/svg+xml", content))
        return name

    def no_file(self) -> Any:
        return "nowhere.pdf"

    def wrong_credentials(self) -> dict[str, Any]:
        name = {"bearer": "token", "basic": "password", "api_key": "api_key"}
        return {name.get(self.variant.get("auth", "bearer"), "client_secret"): "guessed-by-charlie"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 1.5}  # a busy machine must answer the other calls in that time

    def fault(self, kind: str, operation: str, *, count: int = 1, seconds: float = 30.0) -> None:
        oauth2 = self.variant.get("auth") == "oauth2"
        words = {"sign_in": "token" if oauth2 else "list"}
        if "note" in self.variant.get("tables", {}):
            words["note"] = "update"
        word = words.get(operation, operation)
        self.sandbox.gate.board.switch_on(f"{word}.{kind}", times=count, seconds=seconds)

    def clear(self) -> None:
        self.sandbox.gate.board.clear()

    def settle(self) -> None:
        assert self.sandbox.gate.wait_idle(10)

    def lock(self, ref: RecordRef, minutes: int) -> None:
        row = self.sandbox.store.row(ref.table, ref.id)
        row.locked_until = self.clock.wall() + timedelta(minutes=minutes)

    def unlock(self, ref: RecordRef) -> None:
        self.sandbox.store.row(ref.table, ref.id).locked_until = None

    def change(self) -> RecordRef:
        return RecordRef("cases", self.sandbox.store.create("cases", {"number": "C-2"}).id)

    def hook(self, event: Any = None, moment: float | None = None, **changes: Any) -> RawHook:
        event = event or {"event_id": "e7", "record": {"type": "cases", "id": "1"}}
        body = orjson.dumps(event)
        at = str(int(STARTED.timestamp() if moment is None else moment))
        headers = {k.lower(): v for k, v in self.sandbox.signed(body, at).items()}
        given = {
            "method": "POST",
            "url": HOOK_URL,
            "headers": headers,
            "query": {},
            "body": body,
            "remote_ip": "127.0.0.1",
            "received_at": STARTED,
            **changes,
        }
        return RawHook(**given)

    def forged_hooks(self) -> list[RawHook]:
        good = self.hook()
        signature = good.headers["x-crm-signature"]
        late = STARTED.timestamp() - 301
        return [
            self.hook(url=HOOK_URL.replace(HOOK_SECRET, "guessed")),
            self.hook(method="GET"),
            self.hook(headers={}),
            self.hook(headers={**good.headers, "x-crm-signature": signature[:-1] + "x"}),
            self.hook(headers={**good.headers, "x-crm-signature": "sha256="}),
            self.hook(headers={**good.headers, "x-crm-signature": signature[7:]}),
            self.hook(headers={**good.headers, "x-crm-signature": "sha256=å"}),
            self.hook(headers={**good.headers, "x-crm-timestamp": "1"}),
            self.hook(headers={**good.headers, "x-crm-timestamp": "yesterday"}),
            self.hook(body=good.body + b" "),
            self.hook(moment=late),
            self.hook(event={"record": {"type": "cases", "id": "../2"}}),
            self.hook(event={"record": {"type": "cases"}}),
            self.hook(event={"record": {"id": "1"}}),
        ]
