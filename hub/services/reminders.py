"""Reminders, "no answer" and expiry (requirement D8).

After the invitation the first reminder waits ``after``, each further one ``every`` from the moment
at which the one before has left; quiet hours move one to their end, by the workspace's zone,
daylight saving included. ``every`` after the last one the request has failed: no answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import Reason
from hub.engine.work import TimerHandler, TimerWork
from hub.services import deadlines, endings, history, in_hand, messages, turns
from hub.services.core import Core
from hub.services.deadlines import after_quiet
from hub.services.hosted import last_look
from hub.storage.models import Recipient, Request

CEILING = 3


class ReminderTimer(TimerHandler):
    """Sends reminder ``n``, or ends the request when all have been sent."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Any:
        """Nothing leaves the hub here: the reminder becomes a delivery."""
        return None

    def fired(self, session: Session, timer: TimerWork, result: Any) -> datetime | None:
        """Checked again at the very moment: is anybody still waiting, is it a decent hour?"""
        request, recipient = _waited_for(session, timer.entity)
        if not history.is_open(request) or not turns.may_act(request, recipient):
            return None
        core, rule = self._core, request.plan["reminders"]
        now, n = core.clock.now(), timer.n % deadlines.ROUND
        if in_hand.held(session, request.id, recipient.id):
            return now + in_hand.LOOK_AGAIN
        if n > min(rule["limit"], CEILING):
            if last_look.owed(core, session, request, timer.due_at):
                return now + in_hand.LOOK_AGAIN
            away = in_hand.lapsed(session, request.id)
            reason = Reason.NEVER_RETURNED if away else Reason.NO_ANSWER
            endings.fail(core, session, request, reason)
            return None
        zone = core.workspace(request.workspace_id).zone
        decent = after_quiet(now, rule["quiet"], zone)
        if decent > now:
            return decent
        if not messages.owe_message(core, session, request, "reminder", n, recipient):
            whose = None if recipient is request.recipients[0] else recipient.id
            deadlines.next_reminder(core, session, request, n + 1, now, whose)
        return None

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """A fault of ours: try again in a minute."""
        return self._core.clock.now() + timedelta(minutes=1)


def _waited_for(session: Session, entity: str) -> tuple[Request, Recipient]:
    """Who is reminded: the first recipient of a request, or the one that the timer names."""
    request = session.get(Request, entity)
    if request is not None:
        return request, request.recipients[0]
    recipient = session.get_one(Recipient, entity)
    return session.get_one(Request, recipient.request_id), recipient


class ExpiryTimer(TimerHandler):
    """Ends a request whose time ran out."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, timer: TimerWork) -> Any:
        """Nothing to call."""
        return None

    def fired(self, session: Session, timer: TimerWork, result: Any) -> datetime | None:
        """Expire, unless it is over already or a signature is in hand."""
        request = session.get_one(Request, timer.entity)
        if not history.is_open(request):
            return None
        now = self._core.clock.now()
        if now < request.expires_at:  # put off since, by who cleared an acceptance
            return request.expires_at
        if in_hand.held(session, request.id) or last_look.owed(
            self._core, session, request, timer.due_at
        ):
            return now + in_hand.LOOK_AGAIN
        endings.end(self._core, session, request, EventKind.EXPIRED, "expired")
        return None

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        """A fault of ours: try again in a minute."""
        return self._core.clock.now() + timedelta(minutes=1)
