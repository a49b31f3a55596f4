"""Reading how agreements stand: at once where a hook or a person asks, by the watch otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from hub.contracts.agreements import Survey
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound, Refused
from hub.services import history, owed_kinds, turns
from hub.services.core import Core
from hub.services.hosted import applying, loading, rows
from hub.services.hosted.owing import owe
from hub.storage.models import Delivery, HostedAgreement, Request
from hub.storage.touched import touched

KIND = owed_kinds.SURVEY
_WAITING = ("pending", "retry", "paused")


@dataclass(frozen=True)
class Seen:
    """What a survey told; None: it is not there any more."""

    survey: Survey | None


def owe_survey(core: Core, session: Session, row: HostedAgreement) -> bool:
    """Have it read again, now; False where that is owed already: the next try will read what this
    one is about."""
    mine = Delivery.entity == _entity(row), Delivery.kind == KIND
    waiting = update(Delivery).where(*mine, Delivery.state.in_(_WAITING))
    soon = case((Delivery.next_at > core.clock.wall(), core.clock.wall()), else_=Delivery.next_at)
    if touched(session, waiting.values(next_at=soon)):
        core.wake()
        return False
    last = session.scalar(select(func.max(Delivery.seq)).where(*mine)) or 0
    owe(core, session, row, KIND, f"survey:{row.number}", seq=last + 1)
    return True


def owed_now(session: Session, row: HostedAgreement) -> Delivery | None:
    """The last reading of it that is owed and has not ended."""
    mine = Delivery.entity == _entity(row), Delivery.kind == KIND
    unfinished = Delivery.state.in_((*_WAITING, "leased"))
    query = select(Delivery).where(*mine, unfinished).order_by(Delivery.seq.desc()).limit(1)
    return session.scalar(query)


def named(
    session: Session, workspace_id: str, provider: str, references: Collection[str]
) -> list[HostedAgreement]:
    """The agreements that a provider's hook names, former ones too."""
    query = select(HostedAgreement).where(
        HostedAgreement.workspace_id == workspace_id,
        HostedAgreement.provider == provider,
        HostedAgreement.reference.in_(references),
    )
    return list(session.scalars(query))


def check_status(core: Core, workspace_id: str, request_id: str) -> bool:
    """Read at once how a request stands at its provider (A13); whether that was not owed already.
    Raises ``NotFound``, and ``Refused`` where nothing of it is at a provider."""
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        row = rows.current(session, request.id)
        if row is None or row.status not in (rows.STANDING, rows.OVER):
            raise Refused("nothing of this request is at a provider now", code="not_placed")
        return owe_survey(core, session, row)


class SurveyHandler(Handler):
    """Reads one agreement and settles what it tells."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Seen:
        """Ask the provider; changes nothing there."""
        core = self._core
        loaded = loading.load(core, work.payload["agreement"])
        try:
            told = loading.told(core, loaded)
            return Seen(rows.hosted(core, loaded.row).survey(told, loaded.placed))
        except NotFound:
            return Seen(None)

    def delivered(self, session: Session, work: Work, result: Seen) -> None:
        """The events of the survey, and what is owed because of them, in one commit."""
        core = self._core
        request = session.get_one(Request, work.request_id)
        row = session.get_one(HostedAgreement, work.payload["agreement"])
        if result.survey is None:
            applying.gone(core, session, request, row)
        else:
            applying.apply(core, session, request, row, result.survey)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """The next look owes another one; nothing hangs on this one."""
        request = session.get_one(Request, work.request_id)
        if not history.is_open(request):  # nobody waits for it
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))


def _entity(row: HostedAgreement) -> str:
    return f"{row.request_id}:survey:{row.number}"
