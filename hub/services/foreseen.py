"""What follows from an invitation that was sent, made ready outside of any transaction.

It rests on where the request stood before the message went out; the condition stands in the rows
(``queries_request.MOVED``). If anything has happened to the request meanwhile, none of them is
stored and the handler's ``delivered`` looks for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from hub.contracts.events import EventKind
from hub.engine.outbox import add_delivery, timer_row
from hub.engine.work import Work
from hub.services import deadlines, endings, history, line_moves
from hub.services.core import Core
from hub.storage import queries_request as queries
from hub.storage.models import RequestEvent, Timer
from hub.storage.rows import Rows, inserted


def invited(
    core: Core, work: Work, was: Any, kept: Mapping[str, Any], told: Mapping[str, Any]
) -> Rows | None:
    """The event, the first reminder, the steps and webhooks that are owed. ``was`` is what
    ``queries_request.look_at_head`` gave. None for a request that is over."""
    request: Any = SimpleNamespace(**was._asdict())
    if not history.is_open(request) or _counts_items(core, request):
        return None
    now = core.clock.now()
    event, moved = history.event(request, EventKind.INVITED, now, dedupe=work.key, data=told)
    vars(request).update(moved)
    rows = Rows(core.db.engine.dialect)
    before = {"was_seq": was.event_seq, "was_hash": was.event_hash, "was_state": was.state}
    rows.while_same(queries.FOLLOWERS, {"workspace_id": work.workspace_id}, was.followers)
    rows.add(queries.MOVED, {"id": was.id, **before, "state": was.state, **moved})
    rows.add(queries.TAKEN, {"id": work.id, **kept})
    rows.add(inserted(RequestEvent), event)
    reminder = timer_row(**deadlines.reminder(core, request, 1, now))
    rows.add(inserted(Timer, ("kind", "entity", "n")), reminder)
    told_of = history.Appended(EventKind.INVITED, event["seq"], now, request.state, told)
    follows = history.owed(core.db, request, told_of, was.followers)
    steps = endings.steps(core, request, EventKind.INVITED.value, now, dict)
    for owed in (*steps, *follows):
        add_delivery(core.db, rows, owed)
    return rows


def _counts_items(core: Core, request: Any) -> bool:
    """Then more is looked at than ``look_at_head`` gives."""
    mapping = core.shelf.version(request.mapping_version_id)
    return mapping.counts_items(EventKind.INVITED.value) or line_moves.has_steps(request)
