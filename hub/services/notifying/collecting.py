"""Notices that wait for their hour, and the mail that collects them.

Each waits in a row of its own until the timer of its reader and hour fires. In the transaction that
settles the timer the rows become deliveries and go, so that a process that is killed at any moment
sends nothing twice and loses nothing. Several mails of one hour become one mail; a single one
leaves as it is, and so does each SMS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.engine.outbox import arm, insert_new, owe
from hub.engine.work import TimerHandler, TimerWork
from hub.kernel.ids import new_id
from hub.mapping.notify import NONE
from hub.services import owed_kinds
from hub.services.core import Core
from hub.services.notifying import digest, preferences
from hub.services.notifying.preferences import Chosen
from hub.services.wordings import EMAIL
from hub.storage.models import Contact, HeldNotice, Preference, Request, Timer

KIND = "collected_notices"
STEP = "digest"
_RUNNING = ("pending", "leased")


@dataclass(frozen=True)
class Held:
    """A notice that waits until ``due``."""

    about: str
    key: str
    way: str
    destination: str
    payload: Mapping[str, Any]
    due: datetime


def hold(core: Core, session: Session, request: Request, one: Chosen, held: Held) -> None:
    """Keep a notice until its hour, and see to it that the hour is heeded."""
    # Whoever collects this reader's waits here, and sees what is added before that.
    session.execute(select(Preference.id).where(Preference.id == one.row.id).with_for_update())
    values = {
        "id": new_id(),
        "workspace_id": request.workspace_id,
        "preference_id": one.row.id,
        "request_id": request.id,
        "contact_id": one.reader.contact_id,
        "key": f"{request.id}:{held.about}:{held.key}:{one.row.id}",
        "about": held.about,
        "way": held.way,
        "destination": held.destination,
        "payload": dict(held.payload),
        "due_at": held.due,
        "created_at": core.clock.now(),
    }
    insert_new(session, HeldNotice, values, ("workspace_id", "key"))
    _arm(session, one.row, held.due)


def next_at(now: datetime, at: str, zone: str) -> datetime:
    """The next time that it is ``at`` o'clock there, in UTC."""
    there = ZoneInfo(zone)
    today = now.astimezone(there).date()
    moment = datetime.combine(today, time.fromisoformat(at), there).astimezone(UTC)
    if moment > now:
        return moment
    tomorrow = today + timedelta(days=1)
    return datetime.combine(tomorrow, time.fromisoformat(at), there).astimezone(UTC)


class CollectedTimer(TimerHandler):
    """Sends what a reader's hour has come for."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Any:
        """Nothing leaves the hub here: what was held becomes deliveries."""
        return None

    def fired(self, session: Session, timer: TimerWork, result: Any) -> datetime | None:
        """All that is due, for readers who still want it and may still see it."""
        row = session.get(Preference, timer.entity, with_for_update=True)
        if row is None:
            return None
        mine = HeldNotice.preference_id == row.id, HeldNotice.due_at <= self._core.clock.now()
        held = list(session.scalars(select(HeldNotice).where(*mine).order_by(HeldNotice.id)))
        wanted = _wanted(self._core, session, row, held)
        mails = [one for one in wanted if one.way == EMAIL]
        if len(mails) > 1:
            self._owe_digest(session, row, timer, mails)
        for one in wanted:
            if one.way != EMAIL or len(mails) == 1:
                self._owe_itself(session, one)
        session.execute(delete(HeldNotice).where(HeldNotice.id.in_([one.id for one in held])))
        return None

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """A fault of ours: try again in a minute."""
        return self._core.clock.now() + timedelta(minutes=1)

    def _owe_itself(self, session: Session, one: HeldNotice) -> None:
        self._owe(session, one, f"held:{one.id}", one.about, one.payload, one.key)

    def _owe_digest(
        self, session: Session, row: Preference, timer: TimerWork, mails: Sequence[HeldNotice]
    ) -> None:
        page = self._core.links.choice(preferences.token_of(self._core, row))
        payload = digest.collected(self._core.workspace(row.workspace_id), row, mails, page)
        key = f"digest:{row.id}:{timer.n}"
        self._owe(session, mails[0], key, STEP, payload, key, several=True)

    def _owe(
        self,
        session: Session,
        one: HeldNotice,
        entity: str,
        step: str,
        payload: Mapping[str, Any],
        key: str,
        *,
        several: bool = False,
    ) -> None:
        owe(
            session,
            workspace_id=one.workspace_id,
            request_id=None if several else one.request_id,
            entity=entity,
            kind=owed_kinds.NOTICE,
            step=step,
            destination=one.destination,
            payload=dict(payload),
            key=key,
            seq=0,
            now=self._core.clock.now(),
            wall=self._core.clock.wall(),
        )


def _arm(session: Session, row: Preference, due: datetime) -> None:
    """The timer of this minute; the next one where it has fired already, a moment ago."""
    minute = int(due.timestamp()) // 60
    while not arm(session, KIND, row.id, minute, due, row.workspace_id):
        known = select(Timer.state).where(
            Timer.kind == KIND, Timer.entity == row.id, Timer.n == minute
        )
        if session.scalar(known) in _RUNNING:
            return
        minute, due = minute + 1, due + timedelta(minutes=1)


def _wanted(
    core: Core, session: Session, row: Preference, held: Sequence[HeldNotice]
) -> list[HeldNotice]:
    """Without what the reader has refused since, what cannot arrive, and what is for a contact who
    has left."""
    named = {one.contact_id for one in held if one.contact_id is not None}
    here = select(Contact.id).where(Contact.id.in_(named), Contact.left_at.is_(None))
    still = set(session.scalars(here)) if named else set()
    return [
        one
        for one in held
        if (one.contact_id is None or one.contact_id in still)
        and row.choices.get(digest.event_of(one.about)) != NONE
        and preferences.takes(core, row, one.way)
    ]
