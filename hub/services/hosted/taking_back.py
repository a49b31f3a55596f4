"""Carries out what ``withdrawing`` owes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.contracts.agreements import NOT_YET, Agreement, Placed, Survey
from hub.contracts.hosted import HostedProvider
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound, Refused, Retryable
from hub.services import owed_kinds
from hub.services.core import Core
from hub.services.hosted import applying, loading, rows
from hub.storage.models import HostedAgreement, Request

KIND = owed_kinds.WITHDRAW
_TOO_LATE = "already_signed"


@dataclass(frozen=True)
class TakenBack:
    """It is gone there; or, with ``too_late``, everybody had signed it already. ``found`` is how it
    stood, as far as that could be read."""

    found: Survey | None = None
    too_late: bool = False


class WithdrawHandler(Handler):
    """Takes one agreement back, and what a lost create may have left of it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> TakenBack:
        """Take it back. What somebody did there is read before, while it can be for sure, and
        behind, since somebody may have been quicker: so that everybody knows."""
        core = self._core
        loaded = loading.load(core, work.payload["agreement"])
        told, provider = loading.told(core, loaded), rows.hosted(core, loaded.row)
        before = _look(provider, told, loaded.placed)
        try:
            provider.withdraw(told, loaded.placed)
        except NotFound:
            return TakenBack(before)
        except Refused as error:
            if error.code != _TOO_LATE:
                # What nobody wants any more must not stay where somebody can sign it: for days, a
                # refusal is taken for one that passes. It says nothing of the provider's health.
                raise Retryable(error.detail, code=NOT_YET) from error
            return TakenBack(provider.survey(told, loaded.placed), too_late=True)
        return TakenBack(_look(provider, told, loaded.placed) or before)

    def delivered(self, session: Session, work: Work, result: TakenBack) -> None:
        """A signature that came too late is recorded, and refused."""
        request = session.get_one(Request, work.request_id)
        row = session.get_one(HostedAgreement, work.payload["agreement"])
        row.status = rows.OVER if result.too_late else rows.WITHDRAWN
        if result.found is None:
            return
        known = applying.have_acted(row)
        applying.keep(self._core, row, result.found)
        if result.too_late or applying.have_acted(row) != known:
            applying.late(self._core, session, request, row, result.found)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as given up: somebody has to look at the provider."""
        return None


def _look(provider: HostedProvider, told: Agreement, placed: Placed) -> Survey | None:
    """How it stands; None where there is nothing to be read, or not any more."""
    if not placed.reference:
        return None
    try:
        return provider.survey(told, placed)
    except (NotFound, Refused):
        return None
