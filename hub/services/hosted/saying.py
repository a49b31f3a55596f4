"""Carries out what ``answering`` owes: remarks of the sender beside the document."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import Refused
from hub.services import history
from hub.services.core import Core
from hub.services.hosted import loading, rows
from hub.storage.models import Delivery, HostedAgreement, Message, Request

_OVER = "request_over"


class SayHandler(Handler):
    """Writes one remark at the provider."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> str:
        """Write it, or find that it stands; its name there."""
        core = self._core
        loaded = loading.load(core, work.payload["agreement"])
        with core.db.read() as session:
            message = session.get_one(Message, work.payload["message"])
            others = _names_there(session, loaded.row)
        if message.external_id is not None:  # a survey has found it meanwhile
            return ""
        if not loaded.row.current or not history.is_open(loaded.request):
            raise Refused("nobody reads it there any more", code=_OVER)
        told = loading.told(core, loaded)
        provider = rows.hosted(core, loaded.row)
        return provider.say(
            told, loaded.placed, message.text, uncertain=work.uncertain, known=others
        )

    def delivered(self, session: Session, work: Work, result: str) -> None:
        """Its name there, unless a survey has found it meanwhile."""
        session.get_one(Request, work.request_id)
        row = session.get_one(HostedAgreement, work.payload["agreement"])
        message = session.get_one(Message, work.payload["message"])
        if result and message.external_id is None:
            message.external_id = f"{row.number}:{result}"[:100]

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as given up; what is over is called off."""
        if failure.code == _OVER:
            over = update(Delivery).where(Delivery.id == work.id)
            session.execute(over.values(state="cancelled"))


def _names_there(session: Session, row: HostedAgreement) -> frozenset[str]:
    """What the remarks of this agreement that have a name are called at the provider."""
    prefix = f"{row.number}:"
    names = select(Message.external_id).where(
        Message.request_id == row.request_id, Message.external_id.startswith(prefix)
    )
    return frozenset(one.removeprefix(prefix) for one in session.scalars(names) if one)
