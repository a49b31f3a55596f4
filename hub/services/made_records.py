"""Which records were made because of a request, with their addresses: told by its history, which
stays when deliveries are swept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.records import RecordRef
from hub.kernel.errors import MappingError, ParaphError
from hub.mapping.steps import CREATE
from hub.services.core import Core
from hub.storage.models import Request, RequestEvent


def made_of(
    core: Core, session: Session, workspace_id: str, requests: Collection[str]
) -> Mapping[str, list[dict[str, Any]]]:
    """By request, what its mapping's steps created or found, in order; one question for all."""
    query = (
        select(RequestEvent.request_id, RequestEvent.data, Request.mapping_version_id)
        .join(Request, Request.id == RequestEvent.request_id)
        .where(
            Request.workspace_id == workspace_id,
            RequestEvent.request_id.in_(requests),
            RequestEvent.kind == EventKind.RECORDED.value,
        )
        .order_by(RequestEvent.request_id, RequestEvent.seq)
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for request_id, data, version in session.execute(query):
        if "record" in data and _creates(core, version, data["step"]):
            found[request_id].append(_told(core, workspace_id, data))
    return found


def address(core: Core, workspace_id: str, instance: str, ref: RecordRef) -> str | None:
    """Where a person opens a record; None where its connector knows none, or is not there now."""
    try:
        return core.registry.connector(core.instance(workspace_id, instance)).record_url(ref)
    except ParaphError:
        return None


def _creates(core: Core, version: str, step: str) -> bool:
    try:
        return core.shelf.version(version).step(step).spec.kind == CREATE
    except MappingError:
        return False


def _told(core: Core, workspace_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
    table, _, ident = data["record"].partition("/")
    return {
        "step": data["step"],
        "instance": data["instance"],
        "table": table,
        "id": ident,
        "created": data["created"],
        "url": address(core, workspace_id, data["instance"], RecordRef(table, ident)),
    }
