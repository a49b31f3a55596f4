"""The proof of a completed request: owed when everybody has signed, made outside of any
transaction, kept with all that waits for it.

What is attached upstream, and the receipts to those who signed, need the sealed file: they are owed
in the commit that keeps it, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import RequestState
from hub.engine.outbox import owe
from hub.engine.settings import DestinationLimits
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound, OwnTrouble, Refused, Spoiled
from hub.services import case_rows, endings, history, owed_kinds, papers, proofs, receipts
from hub.services.core import Core
from hub.services.making.maker import AT_ONCE
from hub.storage.models import Delivery, Evidence, Request

if TYPE_CHECKING:
    from hub.services.evidence.case import Case

KIND = owed_kinds.EVIDENCE
DESTINATION = "evidence"  # the hub itself
# One case for each process that proves, and one that is ready for it: no more are in memory.
LIMITS = DestinationLimits(concurrency=2 * AT_ONCE)
TAKEN_BACK = "taken_back"  # what was to be proven is no more
PAPER_LOST = "paper_lost"  # the code while a file that was shown is not in the object store
_LONG = 600.0  # seconds: a backup is not played back sooner


@dataclass(frozen=True)
class Made:
    """A proof whose bytes are stored. ``pdf`` is what is handed out as signed: the hosted
    provider's file where there is one, whose signature bears no change; what the hub sealed then
    stands in the bundle alone."""

    bundle: dict[str, Any]  # sha256, media_type, size
    pdf: dict[str, Any]
    level: str
    report: dict[str, Any]


def owe_evidence(core: Core, session: Session, request: Request) -> None:
    """Owe the proof of this completion."""
    number = proofs.number(request)
    owe(
        session,
        workspace_id=request.workspace_id,
        request_id=request.id,
        entity=f"{request.id}:evidence",
        kind=KIND,
        step=f"evidence.{number}",
        destination=DESTINATION,
        payload={"number": number},
        key=f"{request.id}:evidence:{number}",
        seq=number,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )


class EvidenceHandler(Handler):
    """Builds, seals and keeps proofs."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Made:
        """Read everything, typeset the certificate, seal, store the bytes. Raises ``Retryable``
        where the time-stamp authority does not answer and no downgrade is allowed, or a file is
        lost that was shown; ``Refused`` where an acceptance was taken back since."""
        core = self._core
        with core.db.read() as session:
            rows = case_rows.read(session, work.request_id or "")
        if not _is_of_now(rows.request, work):
            raise Refused("nothing was sealed: an acceptance was taken back", code=TAKEN_BACK)
        proof = core.workshop.prove(lambda: _read(core, rows))
        sealed = self._stored(work, proof.pdf, "application/pdf")
        return Made(
            bundle=self._stored(work, proof.bundle, "application/zip"),
            pdf=rows.signed or sealed,
            level=proof.level,
            report=proof.report,
        )

    def delivered(self, session: Session, work: Work, result: Made) -> None:
        """The proof, the event, and what waited for it, in one commit."""
        core = self._core
        request = session.get_one(Request, work.request_id)
        if not _is_of_now(request, work):
            return  # taken back while it was being sealed
        now, number = core.clock.now(), work.payload["number"]
        known = select(Evidence.id).where(
            Evidence.request_id == request.id, Evidence.number == number
        )
        if session.scalar(known) is not None:
            return  # done again by a replay: the first proof stays
        for blob in (result.bundle, result.pdf):
            papers.keep_blob(session, request, blob, now)
        session.add(
            Evidence(
                workspace_id=request.workspace_id,
                request_id=request.id,
                number=number,
                bundle_sha256=result.bundle["sha256"],
                pdf_sha256=result.pdf["sha256"],
                level=result.level,
                report=result.report,
                created_at=now,
            )
        )
        session.flush()
        data = {
            "bundle_sha256": result.bundle["sha256"],
            "pdf_sha256": result.pdf["sha256"],
            "level": result.level,
            "downgraded": bool(result.report.get("downgraded")),
        }
        # before the steps of `sealed`: what these make may be the end of the record
        endings.owe_waiting(core, session, request, EventKind.COMPLETED.value)
        history.append(
            session, request, EventKind.SEALED, now, dedupe=f"sealed:{number}", data=data
        )
        endings.owe_steps(core, session, request, EventKind.SEALED.value)
        receipts.owe_receipts(core, session, request, result.pdf)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as a delivery that was given up, and can be replayed; the signatures are
        safe in their rows. One that nobody waits for any more is called off."""
        if failure.code == TAKEN_BACK:
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))

    def _stored(self, work: Work, content: bytes, media_type: str) -> dict[str, Any]:
        sha256 = self._core.workshop.blobs.put(work.workspace_id, content)
        return {"sha256": sha256, "media_type": media_type, "size": len(content)}


def _read(core: Core, rows: case_rows.CaseRows) -> Case:
    try:
        return case_rows.case(core, rows)
    except (NotFound, Spoiled):
        raise OwnTrouble(
            "a file that was shown is not in the object store as it was: bring it back from a "
            "backup",
            code=PAPER_LOST,
            retry_after=_LONG,
        ) from None


def _is_of_now(request: Request, work: Work) -> bool:
    """Whether the completion that is to be proven is the present one."""
    completed = request.state == RequestState.COMPLETED
    return completed and work.payload["number"] == proofs.number(request)
