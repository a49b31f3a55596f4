"""Where somebody of the sender's opens a request's record, for messages that people read."""

from __future__ import annotations

from hub.contracts.records import RecordRef
from hub.kernel.errors import ParaphError
from hub.services.core import Core
from hub.services.links import TALK, button_lifetime
from hub.storage.models import Request


def talk_link(core: Core, request: Request) -> str:
    """The hub's own page on which customers' messages are read and answered, for so long as links
    of buttons live."""
    return core.links.record_button(
        core.workspace(request.workspace_id).key,
        request.source_instance,
        TALK,
        request.source_table,
        request.source_id,
        core.clock.now() + button_lifetime(),
    )


def record_link(core: Core, request: Request) -> str:
    """The record's address upstream; empty where the connector knows none, or cannot be made now:
    a message is not lost for want of a link."""
    ref = RecordRef(request.source_table, request.source_id)
    try:
        where = core.instance(request.workspace_id, request.source_instance)
        return core.registry.connector(where).record_url(ref) or ""
    except ParaphError:
        return ""
