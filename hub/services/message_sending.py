"""Hands messages to channels, and what follows: the clock of deadlines, the next channel when one
fails, the end of the request when none is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.contracts.channel import ChannelReceipt, ReportStatus
from hub.contracts.events import EventKind
from hub.contracts.requests import FINAL_STATES, Reason
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import Refused, Retryable
from hub.services import deadlines, endings, foreseen, history, in_hand, messages, news, together
from hub.services.core import Core
from hub.services.handing_over import hand_over, kept
from hub.storage import queries_request as queries
from hub.storage.models import Delivery, Recipient, Request
from hub.storage.rows import Rows

REQUEST_OVER = "request_over"
_REFUSED = {
    "bad_number": Reason.BAD_NUMBER,
    "bad_address": Reason.BAD_ADDRESS,
    "not_mobile": Reason.BAD_NUMBER,
    "message_refused": Reason.MESSAGE_REFUSED,
    "blocked": Reason.MESSAGE_REFUSED,
}


@dataclass(frozen=True)
class Sent:
    """A gateway's receipt, and where the request stood before the message went out."""

    receipt: ChannelReceipt
    head: Any


class MessageHandler(Handler):
    """Hands messages to channels."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Sent:
        """Send. Raises ``Refused`` when nobody waits for the message any more."""
        core = self._core
        last = None
        with core.db.look() as look:
            head = queries.look_at_head(look, work.request_id or "", work.workspace_id)
        if head is None or head.state in FINAL_STATES:
            raise Refused("nothing was sent: the request is over", code=REQUEST_OVER)
        if work.step != messages.INVITE or work.uncertain:
            with core.db.read() as session:
                if work.step.startswith(messages.REMINDER):
                    _check_moment(core, session, queries.head(session, work.request_id or ""))
                if work.uncertain:
                    last = messages.absent_since(session, work.id)
        return Sent(hand_over(core, work, last), head)

    def foreseen(self, work: Work, result: Sent) -> Rows | None:
        """An invitation to a request to which nothing else happens: all that ``delivered`` does."""
        if work.step != messages.INVITE or _one_of_several(work) or news.wanted(result.head):
            return None
        return foreseen.invited(
            self._core, work, result.head, kept(result.receipt), _told(work, result.receipt)
        )

    def delivered(self, session: Session, work: Work, result: Sent) -> None:
        """The gateway took it: tell the history, start the clock of deadlines."""
        request = queries.head(session, work.request_id or "")
        answer = {f"b_{name}": value for name, value in kept(result.receipt).items()}
        queries.SENT.run(session, {"b_id": work.id, **answer})
        now = self._core.clock.now()
        data = _told(work, result.receipt)
        if work.step == messages.INVITE:
            history.append(session, request, EventKind.INVITED, now, dedupe=work.key, data=data)
            if not history.is_open(request):
                return  # it ended while the gateway kept its answer: the ending stays upstream
            deadlines.start(self._core, session, request, now, _one_of_several(work))
            news.tell(self._core, session, request, EventKind.INVITED.value, _name(request, work))
            endings.invited(self._core, session, request)
        elif work.step.startswith(messages.CHASE):
            data["number"] = work.seq
            kind = EventKind.CHASED
            if history.append(session, request, kind, now, dedupe=work.key, data=data):
                endings.owe_steps(self._core, session, request, kind.value)
        else:
            data["number"] = work.seq
            history.append(session, request, EventKind.REMINDED, now, dedupe=work.key, data=data)
            news.tell(self._core, session, request, EventKind.REMINDED.value, _name(request, work))
            if history.is_open(request):
                whose = _one_of_several(work)
                deadlines.next_reminder(self._core, session, request, work.seq + 1, now, whose)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It cannot be sent: try the next channel, else the request has failed."""
        if failure.code == REQUEST_OVER:
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))
            return
        request = session.get_one(Request, work.request_id)
        reason = _REFUSED.get(failure.code) or endings.giving_up(self._core, work)
        unreachable(self._core, session, request, work, reason, failure.code)


def _told(work: Work, receipt: ChannelReceipt) -> dict[str, Any]:
    """What the history tells of a message."""
    whose = _one_of_several(work)
    to = {"recipient": whose} if whose else {}
    return {"channel": work.destination, "delivery": work.id, "parts": receipt.parts, **to}


def _one_of_several(work: Work | Delivery) -> str | None:
    """The recipient's id, where it is not the request's first one."""
    whose: str | None = work.payload.get("recipient")
    return whose


def _check_moment(core: Core, session: Session, request: Request) -> None:
    """Raises ``Retryable`` where a reminder would disturb: at night, or somebody who has signed.
    It may have waited for its gateway since it was owed."""
    now = core.clock.now()
    zone = core.workspace(request.workspace_id).zone
    later = deadlines.after_quiet(now, request.plan["reminders"]["quiet"], zone)
    if in_hand.held(session, request.id):
        later = max(later, now + in_hand.LOOK_AGAIN)
    if later > now:
        wait = core.clock.real_seconds(later - now)
        raise Retryable("not at this hour", retry_after=wait, code=messages.QUIET_HOURS)


def unreachable(
    core: Core,
    session: Session,
    request: Request,
    work: Work | Delivery,
    reason: Reason,
    code: str,
) -> None:
    """A message did not or will not arrive: next channel, or the end of the request."""
    if not history.is_open(request):
        return
    now = core.clock.now()
    data = {"channel": work.destination, "delivery": work.id, "code": code}
    history.append(
        session, request, EventKind.UNREACHABLE, now, dedupe=f"unreachable:{work.id}", data=data
    )
    news.tell(core, session, request, EventKind.UNREACHABLE.value, _name(request, work))
    endings.owe_steps(core, session, request, EventKind.UNREACHABLE.value)
    if (
        work.step != messages.INVITE
    ):  # a lost reminder or chase does not end anything: the next one may arrive
        if work.step.startswith(messages.REMINDER):
            whose = _one_of_several(work)
            deadlines.next_reminder(core, session, request, work.seq + 1, now, whose)
        return
    recipient = _recipient(request, work)
    over = recipient.signed_at is not None or recipient.forwarded_at is not None
    if over or in_hand.held(session, request.id, recipient.id):
        return
    if history.known(session, request, endings.opening_of(request, recipient)):
        return  # the invitation has arrived
    if together.stands(session, request, work, recipient):
        return
    used = request.plan["channels"].index(work.destination) + 1
    failed = {**request.plan.get("channels_failed", {}), recipient.key: used}
    request.plan = {**request.plan, "channels_failed": failed}
    each = request.plan.get("together")  # then all others are owed already
    if not each and messages.owe_message(core, session, request, "invite", recipient=recipient):
        return
    if recipient.role in ("signer", "approver"):
        endings.fail(core, session, request, reason, detail=code)


def _recipient(request: Request, work: Work | Delivery) -> Recipient:
    whose = _one_of_several(work)
    return next((one for one in request.recipients if one.id == whose), request.recipients[0])


def _name(request: Request, work: Work | Delivery) -> str:
    return _recipient(request, work).contact.get("name") or ""


def apply_report(
    core: Core,
    session: Session,
    delivery: Delivery,
    status: ReportStatus,
    at: datetime,
    reason: str,
) -> None:
    """A gateway's report on one message. Late and repeated ones change nothing."""
    if delivery.kind != messages.KIND:
        return
    request = session.get_one(Request, delivery.request_id)
    data = {"channel": delivery.destination, "delivery": delivery.id}
    if status is ReportStatus.DELIVERED:
        key = f"delivered:{delivery.id}"
        history.append(session, request, EventKind.DELIVERED, at, dedupe=key, data=data)
    elif status is ReportStatus.FAILED:
        unreachable(core, session, request, delivery, Reason.UNREACHABLE, reason or "not_delivered")
