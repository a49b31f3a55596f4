"""The connector set up for Kinto and for json-server; what is there is asked of them directly."""

from __future__ import annotations

import itertools
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from hub.contracts.capabilities import Capability
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from tests.connectors.crm_rest.driver import CrmDriver
from tests.connectors.crm_rest.processes import LOGIN, PASSWORD, Process
from tests.connectors.crm_rest.proxy import Proxy
from tests.connectors.crm_rest.signing import hook_of, kinto_hook, signed_in_base64
from tests.contracts.connector_driver import HOOK_SECRET, ConnectorDriver

SEED = {"number": "C-1001", "status": "Open", "priority": 3, "contact": "1", "remarks": ""}
WRITES = ("create", "update", "note", "attach")
_buckets = itertools.count(1)


class RealDriver(ConnectorDriver):
    """What both have in common. Everything the connector says goes through a proxy."""

    manifest = CrmDriver.manifest
    connector_class = CrmDriver.connector_class
    secrets = (PASSWORD, HOOK_SECRET, "signing-secret-of-tests")
    faults = CrmDriver.faults
    table = "cases"
    written = CrmDriver.written
    create_table = "contacts"
    created = CrmDriver.created
    match = CrmDriver.match
    filled_in = CrmDriver.filled_in

    def can(self, capability: Capability) -> bool:
        """Neither of the servers gives files by a path of the API."""
        return capability is not Capability.FILES and super().can(capability)

    def __init__(self, process: Process, proxy: Proxy) -> None:
        super().__init__()
        proxy.fresh()
        self.process = process
        self.proxy = proxy

    def effects(self) -> int:
        effects = self.proxy.gate.effects()
        return sum(effects.get(name, 0) for name in WRITES)

    def calls(self, operation: str) -> int:
        return self.proxy.gate.board.calls().get(operation, 0)

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 1.5}  # a busy machine must answer the other calls in that time

    def fault(self, kind: str, operation: str, *, count: int = 1, seconds: float = 30.0) -> None:
        word = self.words().get(operation, operation)
        self.proxy.gate.board.switch_on(f"{word}.{kind}", times=count, seconds=seconds)

    def words(self) -> dict[str, str]:
        return {"sign_in": "list"}

    def clear(self) -> None:
        self.proxy.gate.board.clear()

    def settle(self) -> None:
        assert self.proxy.gate.wait_idle(10)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Past the connector, and past the proxy."""
        answer = requests.request(method, self.process.url + path, timeout=30, **options)
        assert answer.status_code < 300, answer.text
        return answer.json()


class KintoDriver(RealDriver):
    """A bucket of its own for each test; basic auth, ETags, files by form."""

    def __init__(self, process: Process, proxy: Proxy) -> None:
        super().__init__(process, proxy)
        self.bucket = f"b{next(_buckets)}"
        self.ask("PUT", "")
        for table in ("cases", "contacts"):
            self.ask("PUT", f"/collections/{table}")
        self.ask("PUT", "/collections/cases/records/case-1", json={"data": SEED})

    def settings(self) -> dict[str, Any]:
        common = {
            "record": "data",
            "items": "data",
            "wrap": "data",
            "match_value": "{json}",
            "external_id_field": "paraph_key",
            "if_match": True,
            "changes": {"field": "last_modified", "parameter": "_since", "value": '"{value}"',
                        "sort": {"_sort": "last_modified"}, "deleted": "deleted"},
        }  # fmt: skip
        cases = f"/buckets/{self.bucket}/collections/cases/records"
        return {
            "base_url": f"{self.proxy.url}/v1",
            "auth": "basic",
            "login": LOGIN,
            "password": PASSWORD,
            "error_code": "errno",
            "error_message": "message",
            "paging": {"style": "next_header", "next": "Next-Page", "size_parameter": "_limit",
                       "size": 2},
            "tables": {
                "cases": {
                    **common,
                    "path": cases,
                    "note": {"field": "remarks"},
                    "attach": {"path": f"{cases}/{{id}}/attachment", "part": "attachment",
                               "listed": "attachment", "name": "filename", "size": "size"},
                },
                "contacts": {**common, "path": cases.replace("cases", "contacts")},
            },
            "timeout": 20.0,
            **kinto_hook(),
        }  # fmt: skip

    def words(self) -> dict[str, str]:
        return {"sign_in": "list", "note": "update"}

    def ask(self, method: str, path: str, **options: Any) -> Any:
        where = f"/v1/buckets/{self.bucket}{path}"
        return super().ask(method, where, auth=(LOGIN, PASSWORD), **options)

    def record(self, ref: RecordRef) -> dict[str, Any]:
        return self.ask("GET", f"/collections/{ref.table}/records/{ref.id}")["data"]

    def write(self, ref: RecordRef, **fields: Any) -> None:
        """Somebody else changes a record."""
        path = f"/collections/{ref.table}/records/{ref.id}"
        self.ask("PATCH", path, json={"data": fields})

    def seed_record(self) -> RecordRef:
        return RecordRef("cases", "case-1")

    def unknown_record(self) -> RecordRef:
        return RecordRef("cases", "4fa9d0f0-0000-4000-8000-000000000000")

    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        return {k: v for k, v in self.record(ref).items() if k != "last_modified"}

    def count(self, table: str) -> int:
        return len(self.ask("GET", f"/collections/{table}/records")["data"])

    def notes(self, ref: RecordRef) -> str:
        return str(self.record(ref)["remarks"])

    def files(self, ref: RecordRef) -> list[tuple[str, bytes]]:
        kept = self.record(ref).get("attachment")
        if kept is None:
            return []
        folder = Path(self.process.log).parent / "files"
        return [(kept["filename"], (folder / kept["location"]).read_bytes())]

    def wrong_credentials(self) -> dict[str, Any]:
        return {"password": "guessed-by-charlie"}

    def change(self) -> RecordRef:
        made = self.ask("POST", "/collections/cases/records", json={"data": {"number": "C-2"}})
        return RecordRef("cases", made["data"]["id"])

    def hook(self, **changes: Any) -> RawHook:
        event = {"payload": {"collection_id": "cases", "record_id": "case-1"}}
        return hook_of(event, {"x-shared-secret": "signing-secret-of-tests"}, **changes)

    def forged_hooks(self) -> list[RawHook]:
        return [
            self.hook(headers={}),
            self.hook(headers={"x-shared-secret": "guessed"}),
            self.hook(body=b"<html>"),
            self.hook(body=b'{"payload": {"collection_id": "cases", "record_id": "a/b"}}'),
        ]


def kinto_operation(method: str, path: str) -> str:
    """What the gate calls a call to Kinto."""
    if method == "POST":
        return "attach" if path.endswith("/attachment") else "create"
    if method in ("PATCH", "PUT"):
        return "update"
    return "list" if path.endswith("/records") else "read"


class JsonServerDriver(RealDriver):
    """No sign-in, bare lists, pages by Link header; notes and files are records of their own."""

    def __init__(self, process: Process, proxy: Proxy) -> None:
        super().__init__(process, proxy)
        for table in ("notes", "files", "contacts", "cases"):
            for row in self.ask("GET", f"/{table}"):
                self.ask("DELETE", f"/{table}/{row['id']}")
        self.ask("POST", "/cases", json={"id": 1, **SEED})

    def settings(self) -> dict[str, Any]:
        common = {
            "parameters": {"_page": "1"},  # without it there are no pages and no Link header
            "external_id_field": "paraphKey",
            "changes": {"field": "id", "parameter": "id_gte", "inclusive": True,
                        "sort": {"_sort": "id", "_order": "asc"}},
        }  # fmt: skip
        belongs = {"parameters": {"_page": "1"}, "fields": {"caseId": "number"}}
        return {
            "base_url": self.proxy.url,
            "auth": "none",
            "paging": {"style": "link_header", "size_parameter": "_limit", "size": 2},
            "tables": {
                "cases": {
                    **common,
                    "path": "/cases",
                    "note": {"table": "notes", "text": "body", "link": "caseId"},
                    "attach": {"way": "json", "table": "files", "link": "caseId", "size": "size",
                               "type": "mediaType"},
                },
                "contacts": {**common, "path": "/contacts", "update_method": "PUT"},
                "notes": {**belongs, "path": "/notes"},
                "files": {**belongs, "path": "/files"},
            },
            "timeout": 20.0,
            "hook": {"check": "hmac", "header": "X-Signature", "encoding": "base64",
                     "algorithm": "sha512", "id": "id", "table": "cases", "items": "events"},
            "hook_secret": "signing-secret-of-tests",
        }  # fmt: skip

    def seed_record(self) -> RecordRef:
        return RecordRef("cases", "1")

    def unknown_record(self) -> RecordRef:
        return RecordRef("cases", "40404")

    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        return self.ask("GET", f"/{ref.table}/{ref.id}")

    def count(self, table: str) -> int:
        return len(self.ask("GET", f"/{table}"))

    def notes(self, ref: RecordRef) -> str:
        return "\n".join(row["body"] for row in self.ask("GET", f"/notes?caseId={ref.id}"))

    def files(self, ref: RecordRef) -> list[tuple[str, bytes]]:
        rows = self.ask("GET", f"/files?caseId={ref.id}")
        return [(row["name"], b64decode(row["content"])) for row in rows]

    def change(self) -> RecordRef:
        return RecordRef("cases", str(self.ask("POST", "/cases", json={"number": "C-2"})["id"]))

    def hook(self, **changes: Any) -> RawHook:
        event = {"events": [{"id": 1}]}
        return hook_of(event, signed_in_base64, **changes)

    def forged_hooks(self) -> list[RawHook]:
        return [
            self.hook(headers={}),
            self.hook(headers={"x-signature": "AAAA"}),
            self.hook(body=b'{"events": [{"id": 2}]}'),
        ]


def json_server_operation(method: str, path: str) -> str:
    """What the gate calls a call to json-server."""
    table, _, record_id = path.strip("/").partition("/")
    if method == "POST":
        return {"notes": "note", "files": "attach"}.get(table, "create")
    if method in ("PATCH", "PUT"):
        return "update"
    return "read" if record_id else "list"
