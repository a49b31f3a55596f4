"""What customers and the sender wrote about a record, for the page on which the sender answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hub.kernel.errors import NotFound
from hub.services import enclosures, handed_out, reading, remarks
from hub.services.core import Core
from hub.services.document_views import FileView, GivenFile
from hub.services.links import TALK
from hub.services.portal.sharing import PUBLIC_KEY
from hub.services.record_views import SpokenView
from hub.services.views import LinkInvalid
from hub.storage.models import Message, Request


class _Owner(Protocol):
    _core: Core

    def _own(
        self, instance: str, action: str, query: Mapping[str, str], request_id: str
    ) -> tuple[str, Request]: ...


class RecordTalk:
    """Part of ``record_views.RecordDesk``."""

    def read(self: _Owner, instance: str, query: Mapping[str, str], request_id: str) -> None:
        """Somebody of the sender's has seen what customers wrote."""
        _, request = self._own(instance, TALK, query, request_id)
        with self._core.db.write() as session:
            reading.read_by_sender(self._core, session, request)

    def answer(
        self: _Owner,
        instance: str,
        query: Mapping[str, str],
        request_id: str,
        to: str,
        text: str,
        files: Sequence[GivenFile] = (),
    ) -> None:
        """Write to one of the request's people. The same once more, by a second click, is not sent
        again. Raises ``Unfit``, ``Retryable``."""
        workspace_id, request = self._own(instance, TALK, query, request_id)
        try:
            remarks.answer_remark(
                self._core, workspace_id, request.id, to, text, files, unless_just_said=True
            )
        except NotFound:
            raise LinkInvalid("there is no such person") from None

    def enclosed(
        self: _Owner, instance: str, query: Mapping[str, str], request_id: str, file_id: str
    ) -> FileView:
        """A file that came with a message of the request."""
        workspace_id, request = self._own(instance, TALK, query, request_id)
        try:
            return handed_out.enclosed(self._core, workspace_id, request.id, file_id)
        except NotFound:
            raise LinkInvalid("there is no such file") from None


def talk(session: Session, request: Request) -> tuple[SpokenView, ...]:
    """Everything that was written, oldest first."""
    names = {one.id: one.contact.get("name") or "" for one in request.recipients}
    files = enclosures.of_request(session, request.id)
    return tuple(
        SpokenView(
            name=names[one.recipient_id],
            ours=one.direction == remarks.OUT,
            text=one.text,
            at=one.at,
            files=tuple(enclosures.shown(file) for file in files.get(one.id, ())),
            new=one.direction == remarks.IN and one.read_at is None,
        )
        for one in session.scalars(_messages(request))
    )


def writers(session: Session, request: Request) -> tuple[tuple[str, str], ...]:
    """Key and name of each of the request's people, who wrote last first."""
    last = {one.recipient_id: one.id for one in session.scalars(_messages(request))}
    known = [one for one in request.recipients if one.key != PUBLIC_KEY]
    people = sorted(known, key=lambda one: last.get(one.id, ""), reverse=True)
    return tuple((one.key, one.contact.get("name") or one.key) for one in people)


def _messages(request: Request) -> Select[Message]:
    return select(Message).where(Message.request_id == request.id).order_by(Message.id)
