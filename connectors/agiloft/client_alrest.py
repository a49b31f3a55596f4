"""The alrest surface: JSON in, ``{"success", "message", "result"}`` out, always with a token.

Its ``search`` takes the condition as ``query`` only, and an unfiltered row can be huge, so fields
are always named. Locks are asked for at the EW surface, alrest has no call for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from connectors.agiloft.client import (
    AgiloftClient,
    Attached,
    Fields,
    attached_of,
    fields_of,
    id_of,
    rows_of,
)
from connectors.agiloft.client_ew import lock_seconds
from connectors.agiloft.query import Condition, as_query
from connectors.agiloft.wire import Wire, result_of
from hub.kernel.errors import MalformedAnswer, OutcomeUnknown
from hub.toolkit.http import Answer


class AlrestClient(AgiloftClient):
    """One knowledge base over ``/ewws/alrest/{KB}``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def sign_in(self) -> None:
        self._wire.prove()

    def read(self, table: str, record_id: str) -> Fields:
        return fields_of(self._call("GET", f"{table}/{quote(record_id, safe='')}"))

    def create(self, table: str, fields: Mapping[str, Any]) -> str:
        result = self._call("POST", table, changes=True, json=dict(fields))
        try:
            return id_of(result)
        except MalformedAnswer as error:
            raise OutcomeUnknown(error.detail) from None

    def update(self, table: str, record_id: str, fields: Mapping[str, Any]) -> None:
        self._call("PUT", f"{table}/{quote(record_id, safe='')}", changes=True, json=dict(fields))

    def search(
        self, table: str, conditions: tuple[Condition, ...], fields: Collection[str]
    ) -> list[Fields]:
        names = list(dict.fromkeys(["id", *fields]))
        body = {"query": as_query(conditions), "field": names}
        return rows_of(self._call("POST", f"{table}/search", json=body))

    def attach(
        self, table: str, record_id: str, field: str, name: str, content_type: str, content: bytes
    ) -> None:
        self._call(
            "POST",
            f"{table}/attach/{quote(record_id, safe='')}",
            changes=True,
            params={"field": field, "fileName": name},
            files={"uploadFile": (name, content, content_type)},
        )

    def attached(self, table: str, record_id: str, field: str) -> list[Attached]:
        path = f"{table}/attachInfo/{quote(record_id, safe='')}"
        return attached_of(self._call("POST", path, params={"field": field}))

    def retrieve(
        self, table: str, record_id: str, field: str, position: int, limit: int
    ) -> tuple[str, bytes]:
        path = f"{table}/retrieveAttach/{quote(record_id, safe='')}"
        where = {"field": field, "filePosition": str(position)}
        answer = self._answer("POST", path, params=where, most=limit)
        return answer.headers.get("Content-Type", ""), answer.body

    def remove_attached(self, table: str, record_id: str, field: str, position: int) -> None:
        path = f"{table}/removeAttach/{quote(record_id, safe='')}"
        where = {"field": field, "filePosition": str(position)}
        self._call("POST", path, changes=True, params=where)

    def lock_seconds(self, table: str, record_id: str) -> float | None:
        return lock_seconds(self._wire, table, record_id)

    def close(self) -> None:
        self._wire.close()

    def _call(self, method: str, path: str, *, changes: bool = False, **options: Any) -> Any:
        return result_of(self._answer(method, path, changes=changes, **options), changes=changes)

    def _answer(self, method: str, path: str, *, changes: bool = False, **options: Any) -> Answer:
        params = {"lang": self._wire.settings.lang, **options.pop("params", {})}
        address = f"/ewws/alrest/{self._wire.kb_path}/{path}"
        return self._wire.call(method, address, changes=changes, params=params, **options)
