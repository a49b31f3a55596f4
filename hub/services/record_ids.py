"""One record has one id here, however a caller writes it: the canonical one is kept."""

from __future__ import annotations

from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused
from hub.services.core import Core
from hub.services.mappings import ActiveMapping


def canonical(core: Core, workspace_id: str, active: ActiveMapping, record_id: str) -> str:
    """The id as the mapping's source writes it. Raises ``Refused`` for one that cannot be an id:
    empty, or with control characters."""
    record_id = plain_id(record_id)
    mapping = active.mapping
    where = core.instance(workspace_id, mapping.source_instance)
    ref = RecordRef(mapping.source_table, record_id)
    return core.registry.connector(where).canonical(ref).id


def plain_id(record_id: str) -> str:
    """The id without white space around it. Raises ``Refused`` for one that cannot be an id."""
    record_id = record_id.strip()
    if not record_id or not record_id.isprintable():
        raise Refused("the record's id is empty or has control characters", code="bad_record_id")
    return record_id
