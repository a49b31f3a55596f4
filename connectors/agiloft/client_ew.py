"""The EW surface: one operation per address, form in; JSON envelopes or ``EWREST_`` lines out.

``err_code_resp=1`` goes with every call, else Agiloft answers 200 to failures. EWAttachInfo and
EWLock answer in JSON only, whatever the setting says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connectors.agiloft import grammar
from connectors.agiloft.client import (
    AgiloftClient,
    Attached,
    Fields,
    attached_of,
    fields_of,
    id_of,
    rows_of,
)
from connectors.agiloft.query import Condition, as_query
from connectors.agiloft.wire import Wire, result_of
from hub.kernel.errors import MalformedAnswer, NotFound, OutcomeUnknown, Retryable
from hub.toolkit.http import Answer

# Operations whose inline credentials may stand in the body; the others take them in the address.
_CREDENTIALS_IN_BODY = frozenset({"EWRead", "EWSelect", "EWCreate", "EWUpdate", "EWDelete"})


class EwClient(AgiloftClient):
    """One knowledge base over ``/ewws/EW...``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._json = wire.settings.ew_answers == "json"

    def sign_in(self) -> None:
        self._wire.prove()

    def read(self, table: str, record_id: str) -> Fields:
        answer = self._call("EWRead", {"$table": table, "id": record_id})
        if self._json:
            return fields_of(result_of(answer, changes=False))
        fields = grammar.record(_lines(answer, changes=False))
        if "id" not in fields:
            raise NotFound("Agiloft answered a read without a record")
        return fields

    def create(self, table: str, fields: Mapping[str, Any]) -> str:
        answer = self._call("EWCreate", {"$table": table, **_form(fields)}, changes=True)
        result = result_of(answer, changes=True) if self._json else _lines(answer, changes=True)
        try:
            return id_of(result)
        except MalformedAnswer as error:
            raise OutcomeUnknown(error.detail) from None

    def update(self, table: str, record_id: str, fields: Mapping[str, Any]) -> None:
        form = {"$table": table, "id": record_id, **_form(fields)}
        if self._wire.settings.override_locks:
            form["$operationHints"] = "NOLOCK"
        answer = self._call("EWUpdate", form, changes=True)
        if self._json:
            result_of(answer, changes=True)
        else:
            _lines(answer, changes=True)

    def search(
        self, table: str, conditions: tuple[Condition, ...], fields: Collection[str]
    ) -> list[Fields]:
        names = list(dict.fromkeys(["id", *fields]))
        form = {
            "$table": table,
            "query": as_query(conditions),
            "field": names,
            "page": "0",
            "limit": "0",
        }
        answer = self._call("EWSearch", form)
        if self._json:
            return rows_of(result_of(answer, changes=False))
        return grammar.rows(_lines(answer, changes=False), names)

    def attach(
        self, table: str, record_id: str, field: str, name: str, content_type: str, content: bytes
    ) -> None:
        where = {"$table": table, "id": record_id, "field": field, "fileName": name}
        params = self._wire.system(**where, err_code_resp="1")
        body: dict[str, Any] = {"data": content, "headers": {"Content-Type": content_type}}
        if self._wire.settings.attach_body == "multipart":
            body = {"files": {"uploadFile": (name, content, content_type)}}
        path = "/ewws/EWAttach" + ("/.json" if self._json else "")
        self._wire.call("PUT", path, changes=True, params=params, **body)

    def attached(self, table: str, record_id: str, field: str) -> list[Attached]:
        form = {"$table": table, "id": record_id, "field": field}
        answer = self._call("EWAttachInfo", form, decorate=True)
        return attached_of(result_of(answer, changes=False))

    def retrieve(
        self, table: str, record_id: str, field: str, position: int, limit: int
    ) -> tuple[str, bytes]:
        where = {"$table": table, "id": record_id, "field": field, "filePosition": str(position)}
        answer = self._call("EWRetrieve", where, decorate=False, most=limit)
        return answer.headers.get("Content-Type", ""), answer.body

    def remove_attached(self, table: str, record_id: str, field: str, position: int) -> None:
        where = {"$table": table, "id": record_id, "field": field, "filePosition": str(position)}
        self._call("EWRemoveAttachment", where, changes=True)

    def lock_seconds(self, table: str, record_id: str) -> float | None:
        return lock_seconds(self._wire, table, record_id)

    def close(self) -> None:
        self._wire.close()

    def _call(
        self,
        operation: str,
        form: Mapping[str, Any],
        *,
        changes: bool = False,
        decorate: bool | None = None,
        most: int | None = None,
    ) -> Answer:
        as_json = self._json if decorate is None else decorate
        return self._wire.call(
            "POST",
            f"/ewws/{operation}" + ("/.json" if as_json else ""),
            changes=changes,
            credentials_in="data" if operation in _CREDENTIALS_IN_BODY else "params",
            params={"err_code_resp": "1"},
            data=self._wire.system() | dict(form),
            most=most,
        )


def lock_seconds(wire: Wire, table: str, record_id: str) -> float | None:
    """EWLock: seconds until the lock ends, None without one."""
    params = wire.system(**{"$table": table, "id": record_id})
    found = wire.call("GET", "/ewws/EWLock", params=params).json()
    if not isinstance(found, Mapping) or found.get("lock_status") != "LOCKED":
        return None
    minutes = str(found.get("lock_expires_in_minutes") or "")
    return float(minutes) * 60 if minutes.replace(".", "", 1).isdecimal() else None


def _form(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in fields.items()}


def _lines(answer: Answer, *, changes: bool) -> dict[str, str | None]:
    values = grammar.parse_assignments(answer.text)
    if not values and answer.body.strip():
        text = f"no EWREST_ lines in {len(answer.body)} bytes"
        raise OutcomeUnknown(text) if changes else Retryable(text, code="malformed_answer")
    return values
