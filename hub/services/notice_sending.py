"""Hands notices to channels, and what follows where one does not arrive: the request's history
tells it, and whoever may choose gets nothing more at that address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.contracts.channel import ChannelReceipt, File, ReportStatus
from hub.contracts.events import EventKind
from hub.engine.work import Failure, Handler, Work
from hub.services import endings, history, messages
from hub.services.core import Core
from hub.services.handing_over import hand_over, kept
from hub.services.notices import KIND
from hub.services.notifying import preferences
from hub.services.wordings import EMAIL, SMS
from hub.storage import queries_request as queries
from hub.storage.models import Delivery, Preference, Request

# What a gateway says of an address, not of itself.
_OF_ADDRESS = ("bad_number", "bad_address", "not_mobile", "blocked")


class NoticeHandler(Handler):
    """Hands notices to channels."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> ChannelReceipt:
        """Send, with the files that go along."""
        core = self._core
        files = tuple(
            File(
                one["name"],
                one["media_type"],
                core.workshop.blobs.get(work.workspace_id, one["sha256"]),
            )
            for one in work.payload["files"]
        )
        absent_since = None
        if work.uncertain:
            with core.db.read() as session:
                absent_since = messages.absent_since(session, work.id)
        return hand_over(core, work, absent_since, files)

    def delivered(self, session: Session, work: Work, result: ChannelReceipt) -> None:
        """Keep the gateway's receipt."""
        answer = {f"b_{name}": value for name, value in kept(result).items()}
        queries.SENT.run(session, {"b_id": work.id, **answer})

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as a delivery that was given up; the history tells it too."""
        of_address = failure.code in _OF_ADDRESS
        _undelivered(self._core, session, work, failure.code, of_address=of_address)


def apply_report(
    core: Core, session: Session, delivery: Delivery, status: ReportStatus, reason: str
) -> None:
    """A gateway's report on one notice. Only that it did not arrive is told; once."""
    if delivery.kind == KIND and status is ReportStatus.FAILED:
        _undelivered(core, session, delivery, reason or "not_delivered", of_address=True)


def _undelivered(
    core: Core, session: Session, work: Work | Delivery, code: str, *, of_address: bool
) -> None:
    payload, now = work.payload, core.clock.now()
    about = [work.request_id] if work.request_id else payload.get("requests", ())
    for request_id in about:
        request = session.get_one(Request, request_id)
        _tell(core, session, request, work, code, now)
    row = session.get(Preference, payload.get("preference", ""))
    if row is not None and of_address:
        way = EMAIL if "@" in payload["to"] else SMS
        preferences.came_back(core, row, way, payload["to"])


def _tell(
    core: Core,
    session: Session,
    request: Request,
    work: Work | Delivery,
    code: str,
    now: datetime,
) -> None:
    kind = EventKind.UNDELIVERED
    data = {"channel": work.destination, "delivery": work.id, "code": code, "notice": work.step}
    if history.append(session, request, kind, now, dedupe=f"{kind}:{work.id}", data=data):
        endings.owe_steps(core, session, request, kind.value)
