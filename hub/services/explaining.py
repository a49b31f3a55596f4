"""``explain``: which row of which mapping version gave each value of a delivery.

What was read is read again from what is stored: the record as it was, the answers, the outcome. It
changes nothing and calls nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from sqlalchemy.orm import Session

from hub.contracts.records import Create, Note, Operation, RecordRef, Update
from hub.kernel.errors import NotFound, Refused
from hub.mapping.compiled import CompiledMapping
from hub.mapping.explain import Explained, explain_plan, explain_step, own_words
from hub.mapping.problems import Path as Place
from hub.mapping.sendings import Email, Sending, Webhook
from hub.mapping.texts import is_text_key
from hub.services.masks import shown
from hub.services.messages import KIND as MESSAGE
from hub.services.step_context import STEP_KIND, moment, step_context
from hub.services.trigger_rows import INTAKE
from hub.services.version_rows import compiled
from hub.services.versions import SHORT
from hub.settings import WorkspaceSettings
from hub.storage.db import Database
from hub.storage.models import Delivery, Inbound, MappingVersion, Request

_OF_MESSAGE = ("request.recipient", "request.language", "request.number", "request.title")


class HasDatabase(Protocol):
    """What this needs: ``Core``, or the ``Office`` of the command line."""

    @property
    def db(self) -> Database:
        """Where the deliveries are."""
        ...


@dataclass(frozen=True)
class _Case:
    """A delivery with what it rests on."""

    delivery: Delivery
    request: Request
    mapping: CompiledMapping
    sha256: str
    context: dict[str, Any]


class Explaining:
    """Explains deliveries of one workspace. ``workspace`` has the texts, ``files`` is the folder of
    the mappings; without them keys stand for texts, and versions for files."""

    def __init__(
        self,
        core: HasDatabase,
        workspace_id: str,
        workspace: WorkspaceSettings | None = None,
        files: Path | None = None,
    ) -> None:
        self._core, self._workspace_id = core, workspace_id
        self._workspace, self._files = workspace, files

    def delivery(self, delivery_id: str, *, reveal: bool = False) -> dict[str, Any]:
        """How each value of a delivery came about; masked unless ``reveal``. Raises ``NotFound``,
        and ``Refused`` for one that no mapping has to do with."""
        with self._core.db.read() as session:
            case = self._case(session, delivery_id)
        told = self._step(case, reveal) if case.delivery.kind == STEP_KIND else None
        return {**self._about(case), **(told or self._request(case, reveal))}

    def _case(self, session: Session, delivery_id: str) -> _Case:
        row = session.get(Delivery, delivery_id)
        if row is None or row.workspace_id != self._workspace_id:
            raise NotFound(f"there is no delivery with this id: {delivery_id[:80]}")
        if row.kind not in (STEP_KIND, MESSAGE, INTAKE):
            raise Refused(
                f"this delivery is a {row.kind}: nothing in it comes from a mapping",
                code="nothing_to_explain",
            )
        request = self._request_of(session, row)
        version = session.get_one(MappingVersion, request.mapping_version_id)
        context: dict[str, Any] = {}
        if row.kind == STEP_KIND:
            now = moment(request, row.payload)
            core = cast(Any, self._core)
            event, line, about = (row.payload.get(name) for name in ("event", "line", "about"))
            context = step_context(core, session, request, event, now, line, about)
        return _Case(row, request, compiled(version), version.sha256, context)

    def _request_of(self, session: Session, row: Delivery) -> Request:
        request_id = row.request_id
        if request_id is None and row.kind == INTAKE:
            call = session.get(Inbound, row.payload.get("inbound", ""))
            request_id = call.request_id if call is not None else None
        request = session.get(Request, request_id) if request_id else None
        if request is None:
            raise Refused(
                "no request came of this delivery, so there is nothing to explain yet",
                code="nothing_to_explain",
            )
        return request

    def _about(self, case: _Case) -> dict[str, Any]:
        row, request = case.delivery, case.request
        return {
            "delivery": {
                "id": row.id,
                "kind": row.kind,
                "step": row.step,
                "destination": row.destination,
                "state": row.state,
                "error_code": row.error_code,
                "error": row.error_detail,
            },
            "mapping": {"key": case.mapping.key, "version": case.sha256},
            "request": {
                "id": request.id,
                "record": f"{request.source_instance}: {request.source_table}/{request.source_id}",
            },
        }

    def _step(self, case: _Case, reveal: bool) -> dict[str, Any]:
        row, request, mapping = case.delivery, case.request, case.mapping
        now, source = (
            moment(request, row.payload),
            RecordRef(request.source_table, request.source_id),
        )
        found = explain_step(
            mapping,
            row.step,
            case.context,
            source=source,
            now=now,
            template=lambda text: self._template(text, request.language),
        )
        known = own_words(mapping)
        return {
            "event": row.payload["event"],
            "at": now.isoformat(),
            "where": self._where(case, mapping.step(row.step).path),
            "does": does(found.operation, known, reveal=reveal),
            "problem": found.error.detail if found.error is not None else None,
            "remark": _AS_NOW if any(map(is_text_key, mapping.step(row.step).templates)) else None,
            "rows": [self._row(case, one, known, reveal) for one in found.rows],
        }

    def _request(self, case: _Case, reveal: bool) -> dict[str, Any]:
        """A message, or the reading of the record: what the request is made of."""
        request, mapping = case.request, case.mapping
        _, rows = explain_plan(mapping, request.record, request.created_at)
        known = own_words(mapping)
        told: dict[str, Any] = {"at": request.created_at.isoformat(), "problem": None}
        if case.delivery.kind == MESSAGE:
            rows = tuple(one for one in rows if one.rule.startswith(_OF_MESSAGE))
            payload = case.delivery.payload
            told["message"] = {
                name: shown(payload[name], reveal=reveal) for name in ("to", "subject", "text")
            }
            told["where"] = self._where(case, ("request", "channels"))
        else:
            told["where"] = self._where(case, ("request",))
        return {**told, "rows": [self._row(case, one, known, reveal) for one in rows]}

    def _row(
        self, case: _Case, one: Explained, known: frozenset[str], reveal: bool
    ) -> dict[str, Any]:
        return {
            "rule": one.rule,
            "to": one.to,
            "where": self._where(case, one.path),
            "wrote": one.wrote,
            "read": [
                {"path": each.what, "value": shown(each.value, known, reveal=reveal)}
                for each in one.read
            ],
            "changed": [
                {"what": each.what, "value": shown(each.value, known, reveal=reveal)}
                for each in one.changed
            ],
            "value": shown(one.value, known, reveal=reveal or one.own),
            "own": one.own,
            "problem": one.problem or None,
        }

    def _where(self, case: _Case, path: Place) -> str:
        """File, line and column: of the file itself where it still holds this version."""
        document = case.mapping.document
        line, column = document.where(path)
        name = document.file(path)
        if name == document.name:
            name = f"{case.mapping.key}@{case.sha256[:SHORT]}"
            file = self._files / f"{case.mapping.key}.yaml" if self._files else None
            if file is not None and file.is_file() and _holds(file, case.mapping.text):
                name = str(file)
        return f"{name}:{line}:{column}"

    def _template(self, text: str, language: str) -> str:
        workspace = self._workspace
        if workspace is not None and text in workspace.texts:
            return workspace.text(text, language)
        return text


_AS_NOW = "the text is the workspace's as it stands now; it may have been another when it was sent"


def does(
    operation: Operation | Sending | None, known: frozenset[str] = frozenset(), *, reveal: bool
) -> dict[str, Any] | None:
    """An operation as data; None when there is nothing to do."""
    if operation is None:
        return None
    if isinstance(operation, Email | Webhook):
        return _sends(operation, known, reveal)
    if isinstance(operation, Create):
        fields = shown(dict(operation.fields), known, reveal=reveal)
        told = {"create": operation.table, "fields": fields}
        return {**told, "match": list(operation.match)} if operation.match else told
    if isinstance(operation, Update):
        fields = shown(dict(operation.fields), known, reveal=reveal)
        return {"update": str(operation.ref), "fields": fields}
    if isinstance(operation, Note):
        return {"note": str(operation.ref), "text": shown(operation.text, known, reveal=reveal)}
    return {"attach": operation.file_name}


def _sends(sending: Sending, known: frozenset[str], reveal: bool) -> dict[str, Any]:
    if isinstance(sending, Webhook):
        body = shown(dict(sending.body), known, reveal=reveal)
        url = shown(sending.url, known, reveal=reveal)
        return {"webhook": url, "secret": sending.secret, "fields": body}
    told = {"email": sending.to, "subject": sending.subject, "text": sending.text}
    told = {name: shown(value, known, reveal=reveal) for name, value in told.items()}
    return {**told, "attach": [one.name for one in sending.files]} if sending.files else told


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
