"""What the record of a waiting request is told: by the mapping's steps after ``held`` and
``resumed``, and where it has neither by a note."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.contracts.pause_texts import pause_text
from hub.contracts.records import Note, Receipt, RecordRef
from hub.engine.outbox import owe
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import AuthenticationFailed, ConfigurationError
from hub.services import endings, history
from hub.services.core import Core
from hub.services.owed_kinds import RECORD_NOTE as KIND
from hub.services.step_context import user_language
from hub.services.step_places import held_entity
from hub.storage.models import Delivery, InstancePause, Request

_PAIR = (EventKind.HELD.value, EventKind.RESUMED.value)


def tell(
    core: Core,
    session: Session,
    request: Request,
    kind: EventKind,
    pause: InstancePause,
    title: str,
    *,
    aloud: bool = True,
) -> None:
    """Append the event and owe what the record is told of it; not ``aloud``: the event only."""
    dedupe = f"{kind}:{pause.id}"
    data = {"instance": pause.instance, "what": title, "reason": AuthenticationFailed.code}
    if not history.append(session, request, kind, core.clock.now(), dedupe=dedupe, data=data):
        return
    if not aloud:
        return
    text = pause_text(kind, user_language(request), title)
    mapping = core.shelf.version(request.mapping_version_id)
    if any(one in mapping.back_steps or one in mapping.then_steps for one in _PAIR):
        about = {"what": title, "reason": data["reason"], "reason_text": text}
        endings.owe_steps(core, session, request, kind.value, about=about)
    elif _can_note(core, request):
        _owe(core, session, request, kind, text)


def drop(core: Core, session: Session, request: Request, seq: int) -> bool:
    """Call back what a record was to be told from event ``seq`` on and what nobody has begun to
    tell it: it goes on already. Whether it was told anything."""
    mine = (
        Delivery.entity == held_entity(request.id),
        Delivery.seq >= seq * 1000,
        Delivery.workspace_id == request.workspace_id,
    )
    late = (
        update(Delivery)
        .where(*mine, Delivery.state.in_(("pending", "retry")), Delivery.uncertain.is_(False))
        .values(state="cancelled", finished_at=core.clock.now())
        .execution_options(synchronize_session=False)
    )
    session.execute(late)
    left = select(Delivery.id).where(*mine, Delivery.state != "cancelled").limit(1)
    return session.scalar(left) is not None


def _can_note(core: Core, request: Request) -> bool:
    try:
        where = core.instance(request.workspace_id, request.source_instance)
        return core.registry.manifest(where).can(Capability.NOTE)
    except ConfigurationError:  # it was taken out of the settings
        return False


def _owe(core: Core, session: Session, request: Request, kind: EventKind, text: str) -> None:
    owe(
        session,
        workspace_id=request.workspace_id,
        request_id=request.id,
        entity=held_entity(request.id),
        kind=KIND,
        step=kind.value,
        destination=request.source_instance,
        payload={"table": request.source_table, "id": request.source_id, "text": text},
        key=f"{request.id}:{kind}:{request.event_seq}:note",
        seq=request.event_seq * 1000,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )


class RecordNoteHandler(Handler):
    """Adds notes that no mapping asks for."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Receipt:
        """Add the note once."""
        where = self._core.instance(work.workspace_id, work.destination)
        note = Note(RecordRef(work.payload["table"], work.payload["id"]), work.payload["text"])
        connector = self._core.registry.connector(where)
        return connector.apply(note, work.key, uncertain=work.uncertain)

    def delivered(self, session: Session, work: Work, result: Any) -> None:
        """Keep whether it was there already."""
        row = session.get_one(Delivery, work.id)
        row.result = {"repeated": result.repeated}

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as a delivery that was given up; nothing else hangs on it."""
        return None
