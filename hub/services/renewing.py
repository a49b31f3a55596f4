"""Reads the record of a request once more, and lets what is shown follow it: title, lines,
documents, attachments. People, ways of signing and deadlines stay as they were: links are out, and
reminders are armed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hub.contracts.capabilities import Capability
from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused
from hub.kernel.logging import get_logger
from hub.mapping.plan import RequestPlan
from hub.services.core import Core
from hub.services.new_requests import plan_data
from hub.storage.models import Request

_log = get_logger(__name__)
_FOLLOWS = ("title", "number", "documents", "attachments", "lines", "currency")
BAD_RECORD = "bad_record"


@dataclass(frozen=True)
class Renewed:
    """What the record says now. ``plan`` is the part of the request's plan that follows it."""

    record: Mapping[str, Any]
    plan: Mapping[str, Any]


def check_given(core: Core, request: Request, record: Mapping[str, Any] | None) -> None:
    """Raises ``Refused`` for a record that is sent along although its source is read by id."""
    if record is None:
        return
    where = core.instance(request.workspace_id, request.source_instance)
    if not core.registry.manifest(where).can(Capability.INLINE):
        raise Refused(f"{where.key} is read by its id: send no record", code="no_inline")


def read(core: Core, request: Request, given: Mapping[str, Any] | None) -> Renewed:
    """The record as it is upstream, or as it was ``given``, by the mapping's version that the
    request began with. Raises what the connector does, and ``Refused`` where it does not fit."""
    fields = given
    if fields is None:
        where = core.instance(request.workspace_id, request.source_instance)
        ref = RecordRef(request.source_table, request.source_id)
        fields = core.registry.connector(where).fetch(ref).fields
    plan = _plan(core, request, fields)
    if plan.problems:
        raise Refused(str(plan.problems[0]), code=BAD_RECORD)
    if not plan.documents and not plan.attachments:
        raise Refused("the record gives neither documents nor attachments", code=BAD_RECORD)
    told = plan_data(plan)
    return Renewed(dict(fields), {name: told[name] for name in _FOLLOWS})


def apply(request: Request, new: Renewed) -> None:
    """Let the request follow its record. What the customer chose of lines that are still there
    stays."""
    request.record, request.title = dict(new.record), new.plan["title"]
    request.plan = {**request.plan, **new.plan}
    optional = {line["id"] for line in new.plan["lines"] if line["optional"]}
    chosen = (request.answers or {}).get("lines")
    if chosen:
        kept = {key: said for key, said in chosen.items() if key in optional}
        request.answers = {**request.answers, "lines": kept}


def _plan(core: Core, request: Request, fields: Mapping[str, Any]) -> RequestPlan:
    mapping = core.shelf.version(request.mapping_version_id)
    try:
        orjson.dumps(fields, default=str)  # what cannot be stored is no record either
        return mapping.planned(fields, now=core.clock.now())
    except Exception as error:  # trying again for days would not mend it
        _log.error("mapping_failed", mapping=mapping.key, exc_info=error)
        said = f"the mapping cannot be applied to the record ({type(error).__name__})"
        raise Refused(said, code=BAD_RECORD) from None
