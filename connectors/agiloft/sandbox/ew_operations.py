"""The operations of the EW surface, each a function from call to reply; one table at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from connectors.agiloft.sandbox.buttons import press
from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.query import cut_limit
from connectors.agiloft.sandbox.schema import CHOICE, FILE, LINKED, MULTI
from connectors.agiloft.sandbox.store import StoredFile

if TYPE_CHECKING:
    from connectors.agiloft.sandbox.ew import EwCall

_READ = ("GET", "POST")


@dataclass(frozen=True)
class Reply:
    """What an operation answers: as lines, as JSON, or as a finished response."""

    lines: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    status: int = 200
    spaced: bool = False
    response: Response | None = None


@dataclass(frozen=True)
class Operation:
    """``log`` is the word for it in call log and faults, the same on every surface."""

    log: str
    run: Callable[[EwCall], Reply]
    methods: tuple[str, ...] = _READ


def _record_id(call: EwCall) -> str:
    condition = call.params.get("$searchSQL")
    if not condition:
        return call.need("id")
    found = call.store.search(call.table, condition, sql=True)
    if len(found) != 1:
        raise EwError(400, "No data for id range, or several matches")
    return str(found[0]["id"])


def _record(call: EwCall, record_id: str) -> Reply:
    shown = call.store.read(call.table, record_id, iso=False)
    files = {f.name for f in call.store.table(call.table).fields.values() if f.type == FILE}
    return Reply({k: v for k, v in shown.items() if k not in files}, shown)


def _create(call: EwCall) -> Reply:
    record_id = call.store.create(call.table, call.fields(), call.actor)
    _take_files(call, record_id)
    return Reply({"id": record_id}, {"id": record_id})


def _update(call: EwCall) -> Reply:
    record_id = _record_id(call)
    override = call.params.get("$operationHints") == "NOLOCK"
    call.store.update(call.table, record_id, call.fields(), call.actor, override_lock=override)
    _take_files(call, int(record_id))
    return _record(call, record_id)


def _take_files(call: EwCall, record_id: int) -> None:
    for name, part in request.files.items():
        if request.values.get(f"{name}$overwrite"):
            call.store.files(call.table, record_id, name).clear()
        file = StoredFile(part.filename or "", part.content_type or "", part.read())
        call.store.attach(call.table, record_id, name, file, call.actor)


def _delete(call: EwCall) -> Reply:
    ids = call.params.getlist("id")
    if not ids:
        raise EwError(400, "Missing required parameter id")
    for record_id in ids:
        call.store.row(call.table, record_id)  # all or nothing
    for record_id in ids:
        call.store.delete(call.table, record_id, call.actor)
    return Reply()


def _select(call: EwCall) -> Reply:
    where, start, count = cut_limit(call.need("where"))
    ids = [row["id"] for row in call.store.search(call.table, where, sql=True)]
    ids = ids[start:] if count is None else ids[start : start + count]
    lines = {"id_length": len(ids), **{f"id_{i}": found for i, found in enumerate(ids)}}
    return Reply(lines, ids, spaced=True)


def _search(call: EwCall) -> Reply:
    table = call.store.table(call.table)
    text = call.params.get("query", "")
    saved = call.params.get("search")
    if saved:
        if saved not in table.saved_searches:
            raise EwError(400, f"No search {saved} for table {call.table}")
        parts = [table.saved_searches[saved], *([text] if text else [])]
        text = " && ".join(f"({part})" for part in parts)
    names = call.params.getlist("field") or ["id"]
    for name in names:
        if name not in table.fields:
            raise EwError(400, f"No column {name} in table {call.table}")
    rows = [{n: row.get(n) for n in names} for row in call.store.search(call.table, text)]
    page, limit = int(call.params.get("page") or 0), int(call.params.get("limit") or 0)
    rows = rows[page * limit : (page + 1) * limit] if limit else rows
    if not rows:
        return Reply({"id_length": 0}, [], spaced=True)
    lines: dict[str, Any] = {"length": len(rows)}
    for index, row in enumerate(rows):
        lines |= {f"{name}_{index}": value for name, value in row.items()}
    return Reply(lines, rows)


def _saved_searches(call: EwCall) -> Reply:
    names = call.store.table(call.table).saved_searches
    rows = [{"label": n, "name": n, "id": i, "description": ""} for i, n in enumerate(names, 1)]
    return Reply({}, rows)


def _tables(call: EwCall) -> Reply:
    wanted = call.params.get("table")
    tables = [t for t in call.store.kb.tables.values() if wanted in (None, "", t.name)]
    rows = []
    for table in tables:
        columns = [
            {
                "columnLabel": f.label,
                "columnName": f.name,
                "columnType": f.type.upper(),
                "isLinked": f.type == LINKED,
                "linkedInfo": [{"linkedTable": f.table, "linkedColumn": f.column}]
                if f.table
                else [],
                "required": f.required,
            }
            for f in table.fields.values()
            if f.type != "button"
        ]
        rows.append({"label": table.label, "logicalName": table.name, "fields": columns})
    return Reply({}, {"tables": rows})


def _upsert(call: EwCall) -> Reply:
    condition = call.need(f"${call.modes.upsert}")
    fields = call.fields()
    if condition in fields:  # $match may name a field instead of holding a condition
        condition = f"{condition}='{str(fields[condition]).replace(chr(39), chr(39) * 2)}'"
    found = call.store.search(call.table, condition)
    if len(found) > 1:
        raise EwError(409, "The upsert matched several records")
    if not found:
        made = call.store.create(call.table, fields, call.actor)
        return Reply({"id": made}, {"id": made}, status=201)
    call.store.update(call.table, found[0]["id"], fields, call.actor)
    return Reply({"id": found[0]["id"]}, {"id": found[0]["id"]})


def _attach(call: EwCall) -> Reply:
    part = next(iter(request.files.values()), None)
    content = part.read() if part else request.get_data()
    kind = (part.content_type if part else request.content_type) or "application/octet-stream"
    file = StoredFile(call.params.get("fileName", ""), kind, content)
    count = call.store.attach(call.table, call.need("id"), call.need("field"), file, call.actor)
    return Reply({f"{call.params['field']}.length": count}, count)


def _attach_info(call: EwCall) -> Reply:
    files = call.store.files(call.table, call.need("id"), call.need("field"))
    return Reply({}, info_of(files))


def info_of(files: list[StoredFile]) -> list[dict[str, Any]]:
    """The rows of EWAttachInfo."""
    return [
        {"fileName": f.name, "size": len(f.content), "filePosition": i} for i, f in enumerate(files)
    ]


def file_at(files: list[StoredFile], position: str) -> int:
    """A position within ``files``."""
    if not position.isdecimal() or int(position) >= len(files):
        raise EwError(400, "No data for this file position")
    return int(position)


def _retrieve(call: EwCall) -> Reply:
    files = call.store.files(call.table, call.need("id"), call.need("field"))
    file = files[file_at(files, call.need("filePosition"))]
    return Reply(response=Response(file.content, content_type=file.content_type))


def _remove(call: EwCall) -> Reply:
    files = call.store.files(call.table, call.need("id"), call.need("field"))
    del files[file_at(files, call.need("filePosition"))]
    return Reply({f"{call.params['field']}.length": len(files)}, len(files))


def _lock(call: EwCall) -> Reply:
    store, record_id = call.store, call.need("id")
    if request.method == "PUT":
        store.lock(call.table, record_id, call.actor.login)
    elif request.method == "DELETE":
        store.unlock(
            call.table, record_id, call.actor.login, force=call.params.get("force") == "true"
        )
    lock = store.lock_of(call.table, record_id)
    body: dict[str, Any] = {"id": int(record_id), "table_id": 2788, "lock_status": "NO_LOCK"}
    if lock:
        left = max(1, -(-(lock.until - store.clock.wall()) // timedelta(minutes=1)))
        body |= {"lock_status": "LOCKED", "locked_by": lock.by, "lock_expires_in_minutes": left}
    return Reply(response=jsonify(body))


def _choice_line(call: EwCall) -> Reply:
    column = call.store.table(call.table).fields.get(call.need("field"))
    if column is None or column.type not in (CHOICE, MULTI):
        raise EwError(400, "No column of that name with choices")
    if call.need("value") not in column.choices:
        raise EwError(400, "No choice of that name")
    line = column.choices.index(call.params["value"]) + 1
    return Reply({"choiceLineId": line}, line, spaced=True)


def _button(call: EwCall) -> Reply:
    press(call.store, call.table, call.need("id"), call.need("name"), call.actor)
    callback = f"{10_100 + len(call.callbacks)}_1"
    call.callbacks[callback] = 0
    lines = {"id": call.params["id"], "EWCALLBACK_ID": callback}
    return Reply(lines, {"id": call.params["id"], "callback_id": callback})


def _async_status(call: EwCall) -> Reply:
    callback = call.need("callback_id")
    if callback not in call.callbacks:
        return Reply(response=Response("", 523))
    call.callbacks[callback] += 1
    return Reply(response=Response("", 202 if call.callbacks[callback] == 1 else 200))


OPERATIONS: Mapping[str, Operation] = {
    "EWCreate": Operation("create", _create),
    "EWRead": Operation("read", lambda call: _record(call, _record_id(call))),
    "EWUpdate": Operation("update", _update, ("GET", "POST", "PUT")),
    "EWDelete": Operation("delete", _delete, ("GET", "POST", "DELETE")),
    "EWSelect": Operation("select", _select),
    "EWSearch": Operation("search", _search),
    "EWSavedSearch": Operation("saved_search", _saved_searches),
    "EWTable": Operation("tables", _tables),
    "EWUpsert": Operation("upsert", _upsert, ("POST",)),
    "EWAttach": Operation("attach", _attach, ("PUT",)),
    "EWAttachInfo": Operation("attach_info", _attach_info),
    "EWRetrieve": Operation("retrieve", _retrieve),
    "EWRemoveAttachment": Operation("remove_attachment", _remove),
    "EWLock": Operation("lock", _lock, ("GET", "PUT", "DELETE")),
    "EWGetChoiceLineId": Operation("choice_line", _choice_line, ("GET",)),
    "GetChoiceLineID": Operation("choice_line", _choice_line, ("GET",)),
    "EWActionButton": Operation("button", _button, ("POST",)),
    "EWAsyncStatus": Operation("async_status", _async_status),
}
