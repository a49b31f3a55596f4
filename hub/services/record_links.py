"""Where somebody of the sender's opens a request's record, for messages that people read."""

from __future__ import annotations

from hub.contracts.records import RecordRef
from hub.kernel.errors import ParaphError
from hub.services.core import Core
from hub.storage.models import Request


def record_link(core: Core, request: Request) -> str:
    """The record's address upstream; empty where the connector knows none, or cannot be made now:
    a message is not lost for want of a link."""
    ref = RecordRef(request.source_table, request.source_id)
    try:
        where = core.instance(request.workspace_id, request.source_instance)
        return core.registry.connector(where).record_url(ref) or ""
    except ParaphError:
        return ""
