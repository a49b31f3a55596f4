"""What a trigger is, and the rows that it becomes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.kernel.ids import new_id
from hub.services.core import Core
from hub.services.mappings import ActiveMapping, open_key

INTAKE, FOLLOW = "intake", "follow"
LONGEST_ENTITY = 120


@dataclass(frozen=True)
class Trigger:
    """Somebody upstream wants a request. ``record`` is set when the caller sent the whole
    record."""

    workspace_id: str
    mapping: str
    record_id: str
    source: str  # api, button, hook or poll
    instance: str | None = None
    dedupe: str | None = None
    method: str = "POST"
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    record: Mapping[str, Any] | None = None
    options: Mapping[str, Any] | None = None  # what was chosen, as ``Choice.data``


@dataclass(frozen=True)
class Accepted:
    """What a trigger led to. ``repeated``: it, or an open request for the record, was there
    before."""

    inbound_id: str
    repeated: bool = False
    request_id: str | None = None


def place(trigger: Trigger, active: ActiveMapping) -> dict[str, Any]:
    """Where an open request for the record would be."""
    key = open_key(active, trigger.record_id)
    return {"workspace_id": trigger.workspace_id, "open_key": key}


def entity_of(active: ActiveMapping, trigger: Trigger) -> str:
    return f"intake:{active.mapping.key}:{trigger.record_id}"


def inbound_row(
    trigger: Trigger, active: ActiveMapping, outcome: str, open_request: str | None, now: datetime
) -> dict[str, Any]:
    # a hook that came beside another wish led to nothing: the same content later is a new wish
    beside = outcome == "under_way" and trigger.source == "hook"
    return {
        "id": new_id(),
        "workspace_id": trigger.workspace_id,
        "source": trigger.source,
        "instance": trigger.instance,
        "method": trigger.method,
        "path": trigger.path[:300],
        "headers": dict(trigger.headers),
        "body": trigger.body,
        "dedupe": None if beside else trigger.dedupe,
        "outcome": outcome,
        "request_id": open_request,
        "received_at": now,
        "mapping": trigger.mapping,
        "about": {
            "instance": active.mapping.source_instance,
            "records": [[active.mapping.source_table, trigger.record_id]],
        },
    }


def intake(core: Core, trigger: Trigger, active: ActiveMapping, inbound_id: str) -> dict[str, Any]:
    """The reading of the record, for ``hub.engine.outbox.owe``."""
    mapping = active.mapping
    return {
        "workspace_id": trigger.workspace_id,
        "request_id": None,
        "entity": entity_of(active, trigger)[:LONGEST_ENTITY],
        "kind": INTAKE,
        "step": mapping.key,
        "destination": mapping.source_instance,
        "payload": {
            "inbound": inbound_id,
            "mapping_version": active.version_id,
            "table": mapping.source_table,
            "id": trigger.record_id,
            "record": dict(trigger.record) if trigger.record is not None else None,
            **({"options": dict(trigger.options)} if trigger.options else {}),
        },
        "key": f"intake:{inbound_id}:{mapping.key}",
        "seq": 0,
        "now": core.clock.now(),
        "wall": core.clock.wall(),
    }
