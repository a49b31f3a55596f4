"""A wish from upstream: store it as received, with the request that it makes when it brings its
record, else with the intake that is owed, in one transaction.

The same call again, or the same record while its request is open, is one request and one message.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orjson import loads
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.engine.outbox import add_delivery, owe
from hub.kernel.errors import NotFound, Refused
from hub.kernel.logging import get_logger
from hub.mapping.options import chosen_plan
from hub.mapping.people import Unfit, many_lines
from hub.mapping.send_options import MOST_WORDS, Choice
from hub.services import following
from hub.services.core import Core
from hub.services.mappings import ActiveMapping
from hub.services.new_requests import plan_data, rows_of
from hub.services.record_ids import canonical
from hub.services.trigger_rows import (
    LONGEST_ENTITY,
    Accepted,
    Trigger,
    entity_of,
    inbound_row,
    intake,
    place,
)
from hub.storage import queries_request as queries
from hub.storage.models import Inbound
from hub.storage.prepared import insert
from hub.storage.rows import Rows, Stale, inserted

_log = get_logger(__name__)
# A source in a mapping's words.
_WORDS = {"api": "api", "button": "button", "hook": "webhook", "poll": "poll"}
REPEAT_WINDOW = timedelta(hours=2)  # longer than the longest retry ladder of an upstream


def accept(core: Core, trigger: Trigger) -> Accepted:
    """Store a verified trigger and owe the intake. Raises ``NotFound`` for an unknown mapping,
    ``Refused`` for one that nothing of this kind may start."""
    active = core.shelf.active(trigger.workspace_id, trigger.mapping)
    if active is None:
        raise NotFound(f"there is no mapping '{trigger.mapping}'", code="unknown_mapping")
    _check_source(trigger.source, active)
    _check_inline(core, trigger, active)
    check_choice(active, Choice.of(trigger.options))
    record_id = canonical(core, trigger.workspace_id, active, trigger.record_id)
    trigger = replace(trigger, record_id=record_id)
    accepted = _at_once(core, trigger, active)
    if accepted is None:
        try:
            accepted = core.group.run(lambda session: _store(core, session, trigger, active))
        except IntegrityError:  # another process stored the same call at the same moment
            accepted = core.group.run(lambda session: _store(core, session, trigger, active))
    core.wake()
    return accepted


def _at_once(core: Core, trigger: Trigger, active: ActiveMapping) -> Accepted | None:
    """The plain case, all of it made ready before the transaction: a first wish. One that brings
    its record needs no intake: the call, its request and the first message are stored together.
    None for what is not plain: a wish that is not the first one, a record that does not fit, a
    mapping that fails."""
    seen = _seen(core, trigger, active)
    if seen.known:
        return None
    now = core.clock.now()
    rows, request_id = Rows(core.db.engine.dialect), None
    inbound = inbound_row(trigger, active, "accepted", None, now)
    if trigger.record is not None:
        found = _mapped(core, trigger, active, inbound, seen.followers)
        if found is None:
            return None
        rows, request_id = found
    else:
        rows.add(inserted(Inbound), inbound)
        add_delivery(core.db, rows, intake(core, trigger, active, inbound["id"]))
        if len(entity := entity_of(active, trigger)) <= LONGEST_ENTITY:
            here = {"workspace_id": trigger.workspace_id, "entity": entity}
            rows.unless(queries.UNDER_WAY, here)
        rows.unless(queries.OPEN, place(trigger, active))
    try:
        core.group.store(rows)
    except (IntegrityError, Stale):  # the same wish was stored at the same moment
        return None
    return Accepted(inbound["id"], request_id=request_id)


def _mapped(
    core: Core,
    trigger: Trigger,
    active: ActiveMapping,
    inbound: dict[str, Any],
    followers: str | None,
) -> tuple[Rows, str | None] | None:
    """What a record that came with its trigger becomes, and the request's id."""
    if active.mapping.request.line_steps is not None or following.looks_on(active):
        return None  # what is kept or shared of it follows the record, which intake does
    fields = trigger.record or {}
    try:
        at = inbound["received_at"]
        plan = chosen_plan(active.mapping, fields, at, trigger.options)
    except Exception as error:
        _log.error("mapping_failed", mapping=active.mapping.key, exc_info=error)
        return None
    if plan is None:  # it led to nothing: the same call later is a new wish
        rows = Rows(core.db.engine.dialect)
        rows.add(inserted(Inbound), {**inbound, "outcome": "not_wanted", "dedupe": None})
        return rows, None
    if plan.problems:
        return None
    return rows_of(core, active, inbound, trigger.record_id, fields, plan_data(plan), followers)


def _seen(core: Core, trigger: Trigger, active: ActiveMapping) -> Any:
    """Whether anything is known of this call or of its record, and who is told of what happens, see
    ``queries_request.KNOWN_WISH``."""
    wish = {
        **place(trigger, active),
        "dedupe": trigger.dedupe,
        "entity": entity_of(active, trigger)[:LONGEST_ENTITY],
    }
    with core.db.look() as look:
        return queries.KNOWN_WISH.first(look, wish)


def _check_source(source: str, active: ActiveMapping) -> None:
    """Raises ``Refused`` unless the mapping's ``trigger`` names this kind of call."""
    word = _WORDS[source]
    if word not in active.mapping.triggers:
        raise Refused(
            f"the mapping '{active.mapping.key}' is not started by '{word}': add '{word}' to its "
            "'trigger'",
            code="other_trigger",
        )


def _check_inline(core: Core, trigger: Trigger, active: ActiveMapping) -> None:
    if trigger.record is None:
        return
    where = core.instance(trigger.workspace_id, active.mapping.source_instance)
    if not core.registry.manifest(where).can(Capability.INLINE):
        raise Refused(
            f"{where.key} is read by its id: send 'id' only, not the record", code="no_inline"
        )


def check_choice(active: ActiveMapping, choice: Choice) -> None:
    """Raises ``Refused`` for a choice that the mapping does not offer."""
    beyond = choice.beyond(active.mapping.request.options)
    if beyond:
        raise Refused(
            f"the mapping '{active.mapping.key}' lets nobody choose '{beyond}': leave it out, or "
            "add it to request.options",
            code="no_such_option",
        )
    try:
        many_lines(choice.message, MOST_WORDS)
    except Unfit as fault:
        raise Refused(f"the message {fault}", code="bad_message") from None


def _store(core: Core, session: Session, trigger: Trigger, active: ActiveMapping) -> Accepted:
    """Keep the call; where its record was asked about already, it may have changed since."""
    accepted = _kept(core, session, trigger, active)
    if accepted.repeated and following.looks_on(active):
        following.owe_look(core, session, trigger, active, accepted.inbound_id)
    return accepted


def _kept(core: Core, session: Session, trigger: Trigger, active: ActiveMapping) -> Accepted:
    now = core.clock.now()
    known = _known(session, trigger, now)
    if known is not None:
        _check_same(session, trigger, known.id)
        repeated = update(Inbound).where(Inbound.id == known.id)
        session.execute(repeated.values(repeats=Inbound.repeats + 1))
        return Accepted(known.id, repeated=True, request_id=known.request_id)
    (open_request,) = queries.OPEN.first(session, place(trigger, active)) or (None,)
    if open_request and (first := _counted(session, trigger, open_request)):
        return Accepted(first, repeated=True, request_id=open_request)
    if open_request is None and _under_way(session, trigger, active):
        return Accepted(_keep(session, trigger, active, "under_way", None, now), repeated=True)
    outcome = "already_open" if open_request else "accepted"
    inbound_id = _keep(session, trigger, active, outcome, open_request, now)
    if open_request:
        return Accepted(inbound_id, repeated=True, request_id=open_request)
    owe(session, **intake(core, trigger, active, inbound_id))
    return Accepted(inbound_id)


def _under_way(session: Session, trigger: Trigger, active: ActiveMapping) -> bool:
    """Whether the record is about to be read for an earlier wish. One that came with its record is
    never taken for another: its content may differ."""
    entity = entity_of(active, trigger)
    if trigger.record is not None or len(entity) > LONGEST_ENTITY:
        return False
    place = {"workspace_id": trigger.workspace_id, "entity": entity}
    return queries.UNDER_WAY.first(session, place) is not None


def _counted(session: Session, trigger: Trigger, request_id: str) -> str | None:
    """Count a call that says nothing new on the first one of the open request; that one's id. A
    caller's own key, or another body, makes it a call to keep."""
    of_request = select(Inbound).where(Inbound.request_id == request_id).order_by(Inbound.id)
    first = session.scalars(of_request.limit(1)).first()
    if trigger.dedupe or first is None:
        return None
    if (first.source, first.body) != (trigger.source, trigger.body):
        return None
    first.repeats += 1
    return first.id


def _keep(
    session: Session,
    trigger: Trigger,
    active: ActiveMapping,
    outcome: str,
    open_request: str | None,
    now: datetime,
) -> str:
    """Store the call as received; the row's id."""
    inbound = inbound_row(trigger, active, outcome, open_request, now)
    insert(Inbound).run(session, inbound)
    return str(inbound["id"])


def _known(session: Session, trigger: Trigger, now: datetime) -> Any:
    """The same call stored before. One older than any retry ladder is a new wish: let it go."""
    if trigger.dedupe is None:
        return None
    call = {"workspace_id": trigger.workspace_id, "dedupe": trigger.dedupe}
    known = queries.KNOWN_CALL.first(session, call)
    if known is not None and trigger.source == "hook" and now - known.received_at > REPEAT_WINDOW:
        session.execute(update(Inbound).where(Inbound.id == known.id).values(dedupe=None))
        return None
    return known


def _check_same(session: Session, trigger: Trigger, known_id: str) -> None:
    """A caller's Idempotency-Key names one call: another one under it is refused, not swallowed."""
    if trigger.source != "api":
        return
    known = session.get_one(Inbound, known_id)
    if known.path != trigger.path[:300] or loads(known.body or "") != loads(trigger.body):
        raise Refused(
            "this Idempotency-Key was used for another call: send a new key with each new wish",
            code="idempotency_key_reused",
        )
