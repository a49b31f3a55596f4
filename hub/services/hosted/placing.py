"""Placing an agreement: what is signed is put together, handed over, and made ready, step by step.

Each step is a delivery of its own. What the provider answered is stored with it, so that a process
may die between any two, and only the step whose answer got lost has to be looked up there. Once
people can read and sign, they are given the hub's own link, which leads there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.contracts.agreements import NOT_YET, Placed
from hub.contracts.events import EventKind
from hub.contracts.requests import Reason
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import ParaphError, Refused, Retryable, Unfit
from hub.services import endings, history, owed_kinds, papers, turns
from hub.services.core import Core
from hub.services.hosted import loading, rows, watching
from hub.services.hosted.building import KeptFile
from hub.services.hosted.owing import owe
from hub.services.step_context import user_language
from hub.storage.models import Delivery, HostedAgreement, Request

if TYPE_CHECKING:
    from hub.services.hosted.composing import Composed

KIND = owed_kinds.PLACE
COMPOSING = "composing"  # the hub itself is owed the first step, whose limits are those of proofs
NOT_WANTED = "not_wanted"  # code: the request is over, or another provider has taken over
_PDF = "application/pdf"


@dataclass(frozen=True)
class PutTogether:
    """What will be handed over, stored in the object store and not yet in the database."""

    blob: dict[str, Any]
    composed: Composed


def begin(core: Core, session: Session, request: Request) -> HostedAgreement:
    """The request is to be signed at its provider: the first step is owed."""
    row = rows.begin(core, session, request)
    _owe(core, session, row, 1)
    watching.look_by(core, session, row, patience(request))
    return row


def patience(request: Request) -> timedelta:
    """How long a provider may be away before the next one takes over."""
    return timedelta(seconds=request.plan.get("failover_after", 600))


def _owe(core: Core, session: Session, row: HostedAgreement, seq: int, after: float = 0.0) -> None:
    # a large file needs memory: as few are put together at a time as are proven
    destination = COMPOSING if seq == 1 else ""
    entity = rows.entity(row)
    owe(core, session, row, KIND, entity, seq=seq, after=after, destination=destination)


class PlaceHandler(Handler):
    """Does the next step of an agreement."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> PutTogether | Placed:
        """Put together what is signed, or have the provider do its next step. Raises ``Unfit`` with
        what the provider cannot take, before anything is sent."""
        core = self._core
        loaded = loading.load(core, work.payload["agreement"])
        row = loaded.row
        if not history.is_open(loaded.request) or not row.current or row.status != rows.PLACING:
            raise Refused("nobody wants it placed any more", code=NOT_WANTED)
        if row.file_sha256 is None:
            return self._put_together(work, loaded)
        provider, before = rows.hosted(core, row), loaded.placed
        placed = provider.place(loading.told(core, loaded), before, uncertain=work.uncertain)
        if not placed.ready and placed.again_after and _same(before, placed):
            said = "the provider is not ready for the next step"
            raise Retryable(said, retry_after=placed.again_after, code=NOT_YET)
        return placed

    def delivered(self, session: Session, work: Work, result: PutTogether | Placed) -> None:
        """What is known now, and the next step or the invitations, in one commit."""
        core = self._core
        request = session.get_one(Request, work.request_id)
        row = session.get_one(HostedAgreement, work.payload["agreement"])
        if isinstance(result, PutTogether):
            papers.keep_blob(session, request, result.blob, core.clock.now())
            row.file_sha256, row.file_size = result.blob["sha256"], result.blob["size"]
            row.choices = [asdict(one) for one in result.composed.choices]
        else:
            rows.keep_placed(row, result)
        if not history.is_open(request) or not row.current:
            return  # what is known of it is kept: it is taken back by that
        if isinstance(result, Placed) and result.ready:
            self._stands(session, request, row)
            return
        after = 0.0 if isinstance(result, PutTogether) else result.again_after
        _owe(core, session, row, work.seq + 1, after)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It cannot be placed: the request has failed, with the provider's reason in words."""
        if failure.code == NOT_WANTED:
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))
            return
        core = self._core
        request = session.get_one(Request, work.request_id)
        row = session.get_one(HostedAgreement, work.payload["agreement"])
        if not row.current or not history.is_open(request):
            return
        reason = endings.giving_up(core, work)
        if failure.code in set(Reason):
            reason = Reason(failure.code)
        elif reason is not Reason.GAVE_UP:
            reason = Reason.PROVIDER_REJECTED
        said = failure.customer if failure.customer != ParaphError.customer else None
        endings.fail(core, session, request, reason, detail=said)

    def _put_together(self, work: Work, loaded: loading.Loaded) -> PutTogether:
        from hub.services.hosted.composing import compose  # with its libraries: only where used

        core = self._core
        try:
            composed = compose(core, loaded.request, loaded.found)
            sha256 = core.workshop.blobs.put(work.workspace_id, composed.content)
            size = len(composed.content)
            told = loading.told(core, loaded, KeptFile(sha256, size))
            rows.hosted(core, loaded.row).check(told)
        except Unfit as error:  # its words are for the record's user
            said = error.words.get(user_language(loaded.request)) or error.words.get("en")
            raise Refused(error.detail, code=error.code, customer=said) from error
        return PutTogether({"sha256": sha256, "media_type": _PDF, "size": size}, composed)

    def _stands(self, session: Session, request: Request, row: HostedAgreement) -> None:
        """People can read and sign there: they are told where."""
        core = self._core
        row.status, row.looked_at = rows.STANDING, core.clock.now()
        data = {"provider": row.provider, "agreement": row.number, "reference": row.reference}
        key = f"placed:{row.number}"
        if history.append(
            session, request, EventKind.PLACED, core.clock.now(), dedupe=key, data=data
        ):
            endings.owe_steps(core, session, request, EventKind.PLACED.value)
        watching.look_by(core, session, row, watching.EVERY)
        turns.invite(core, session, request)


def _same(before: Placed, now: Placed) -> bool:
    return (before.reference, before.state, before.ready) == (now.reference, now.state, now.ready)
