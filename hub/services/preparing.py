"""Fetches, makes, inspects and stores what a request is about, before anybody is invited.

The outgoing calls and the rendering happen with no transaction open; the rows that come of it, the
event and the first invitations are one commit. The same handler reads everything again while a
request is open, the record first: what differs becomes a new version, and the former one is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import Reason
from hub.engine.outbox import owe
from hub.engine.retry import UNEXPECTED
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import ConfigurationError, Refused
from hub.services import (
    changes,
    endings,
    history,
    in_hand,
    owed_kinds,
    paper_rows,
    paper_sources,
    papers,
    renewing,
    turns,
)
from hub.services.core import Core
from hub.services.hosted import moving
from hub.services.paper_sources import ReadyAttachment, ReadyDocument
from hub.services.renewing import Renewed
from hub.storage.models import Acceptance, Delivery, Request

KIND = owed_kinds.PREPARE


@dataclass(frozen=True)
class Ready:
    """Everything that was asked for, stored in the object store and not yet in the database."""

    documents: tuple[ReadyDocument, ...]
    attachments: tuple[ReadyAttachment, ...]
    renewed: Renewed | None = None  # what the record says now, where it was read again


def owe_papers(
    core: Core,
    session: Session,
    request: Request,
    number: int = 1,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Owe the papers of a request; the ``number``-th time that they are read, from ``record`` where
    it was sent along."""
    sent = {} if record is None else {"record": dict(record)}
    owe(
        session,
        workspace_id=request.workspace_id,
        request_id=request.id,
        entity=f"{request.id}:papers",
        kind=KIND,
        step=f"papers.{number}",
        destination=request.source_instance,
        payload={"number": number, **sent},
        key=f"{request.id}:papers:{number}",
        seq=number,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )


class PaperHandler(Handler):
    """Makes a request's papers ready."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Ready:
        """Fetch or typeset, inspect, render, store the bytes. Raises ``Unfit`` with what is wrong
        with a document."""
        core = self._core
        with core.db.read() as session:
            request = session.get_one(Request, work.request_id)
        if not history.is_open(request):
            raise Refused("nothing was prepared: the request is over", code="request_over")
        renewed = None
        if work.payload["number"] > 1:
            renewed = renewing.read(core, request, work.payload.get("record"))
            renewing.apply(request, renewed)  # of no session: only to read the papers by
        plan = request.plan
        source = paper_sources.Source(core, request)
        return Ready(
            tuple(starmap(source.document, enumerate(plan.get("documents", ()), 1))),
            tuple(starmap(source.attachment, enumerate(plan.get("attachments", ()), 1))),
            renewed,
        )

    def delivered(self, session: Session, work: Work, result: Ready) -> None:
        """Rows, event and invitations, in one commit."""
        core = self._core
        request = session.get_one(Request, work.request_id)
        again = work.payload["number"] > 1
        if not history.is_open(request):
            return
        if _is_signed(session, request):  # what was signed must stay what it was
            if again:
                found = (result.documents, result.attachments, result.renewed)
                changes.refuse_signed(core, session, request, *found)
            return
        now = core.clock.now()
        before = _shown(session, request) if again else None
        if result.renewed is not None:
            renewing.apply(request, result.renewed)
        paper_rows.keep(session, request, result.documents, result.attachments, now)
        if again and _shown(session, request) == before:
            return
        if not _tell(session, request, work, result, now):
            return  # done again by a replay
        endings.owe_steps(core, session, request, EventKind.PREPARED.value)
        if again:
            changes.take_place(core, session, request, work.key)
        else:
            moving.begin(core, session, request)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """A first reading that fails ends the request, in words; a later one changes nothing, and
        the record is told why."""
        if failure.code == "request_over":
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))
            return
        request = session.get_one(Request, work.request_id)
        reason = endings.giving_up(self._core, work)
        ours = failure.code in (UNEXPECTED, ConfigurationError.code)
        if (
            reason is not Reason.GAVE_UP and not ours
        ):  # what is refused at once is the paper's fault
            reason = Reason.BAD_DOCUMENT
        if work.payload["number"] > 1:
            reason = Reason.BAD_RECORD if failure.code == renewing.BAD_RECORD else reason
            changes.refuse_unusable(self._core, session, request, reason, failure.detail)
            return
        endings.fail(self._core, session, request, reason, detail=failure.detail)


def read_again(
    core: Core, workspace_id: str, request_id: str, record: Mapping[str, Any] | None = None
) -> int:
    """Have the record and the papers of an open request read once more; the how many-th time that
    is. ``record``: of a source whose records come with their trigger. Raises ``NotFound``, and
    ``Refused`` when it is over, has no papers or somebody has signed already: what was signed must
    stay what it was."""
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        if not history.is_open(request) or not papers.has_papers(request):
            raise Refused("the request is over or has no documents", code="request_over")
        if _is_signed(session, request):
            raise Refused(
                "somebody has signed what is there: clear that acceptance, or begin a new request",
                code="signed_already",
            )
        renewing.check_given(core, request, record)
        number = owe_again(core, session, request, record)
    core.wake()
    return number


def owe_again(
    core: Core, session: Session, request: Request, record: Mapping[str, Any] | None
) -> int:
    """Owe one more reading of an open request's papers; the how many-th that is."""
    number = int(request.plan.get("papers_read", 1)) + 1
    request.plan = {**request.plan, "papers_read": number}
    owe_papers(core, session, request, number, record)
    return number


def _is_signed(session: Session, request: Request) -> bool:
    """Whether somebody's signature is here, judged or not."""
    signed = select(Acceptance.id).where(
        Acceptance.request_id == request.id, Acceptance.current.is_(True)
    )
    return session.scalar(signed.limit(1)) is not None or in_hand.held(session, request.id)


def _shown(session: Session, request: Request) -> dict[str, Any]:
    """All that is signed of what is shown now."""
    return papers.shown(request, papers.papers_of(session, request, texts=False))


def _tell(session: Session, request: Request, work: Work, ready: Ready, now: datetime) -> bool:
    data = {
        "documents": [
            {"key": one.key, "sha256": one.blob["sha256"], "pages": len(one.pages)}
            for one in ready.documents
        ],
        "attachments": [
            {"key": one.key, "sha256": one.blob["sha256"]} for one in ready.attachments
        ],
    }
    return history.append(session, request, EventKind.PREPARED, now, dedupe=work.key, data=data)
