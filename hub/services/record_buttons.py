"""The buttons on an upstream's record beside "send": look how its request stands (A13), withdraw
it, note the customer's answer (A14). They find the request by the record, whatever mapping made it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.decisions import ACCEPTED, DECLINED
from hub.contracts.manifest import PluginKind
from hub.contracts.records import RecordRef
from hub.contracts.requests import OPEN_STATES, RequestState
from hub.kernel.errors import ConfigurationError, Refused, Unfit
from hub.registry import InstanceKey
from hub.services import made_records, record_standing
from hub.services.buttons import language_of
from hub.services.cases import sender_view
from hub.services.core import Core
from hub.services.deciding import Noted, decide
from hub.services.hosted import surveying
from hub.services.record_ids import plain_id
from hub.services.record_talk import RecordTalk
from hub.services.record_views import NOTHING, RecordView, Said
from hub.services.views import LinkInvalid
from hub.services.withdrawals import withdraw
from hub.storage.models import Request

_DOOR = "button"  # in the history: through which one it came
_LONGEST = 100  # of a table's name and a record's id


class RecordButtons(RecordTalk):
    """``services.record_views.RecordDesk`` on the hub."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, instance: str, action: str, query: Mapping[str, str]) -> None:
        """Raise ``LinkInvalid`` unless the link is one of ours."""
        self._place(instance, action, query)

    def view(
        self, instance: str, action: str, query: Mapping[str, str], request_id: str = ""
    ) -> RecordView:
        """How it stands. Changes nothing and asks nobody outside."""
        core = self._core
        workspace_id, ref = self._place(instance, action, query)
        workspace = core.workspace(workspace_id)
        empty = RecordView(
            action=action,
            sender=sender_view(workspace),
            language=language_of(query, workspace),
            zone=workspace.zone,
            record_title=ref.id,  # as the upstream's user knows it
            upstream_url=made_records.address(core, workspace_id, instance, ref),
            obstacle=NOTHING,
        )
        with core.db.read() as session:
            found = _requests(session, workspace_id, instance, ref)
            request = _chosen(found, request_id)
            if request is None:
                return empty
            others = any(one.id != request.id and one.state in OPEN_STATES for one in found)
            return record_standing.standing(core, session, request, empty, others=others)

    def look(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        """Have it read at once how the request stands at its provider. Raises ``Refused``."""
        workspace_id, request = self._own(instance, "check", query, request_id)
        surveying.check_status(self._core, workspace_id, request.id)

    def cancel(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        """Withdraw the request. Raises ``Refused``."""
        workspace_id, request = self._own(instance, "cancel", query, request_id)
        try:
            withdraw(self._core, workspace_id, request.id, by=_DOOR)
        except Refused:
            if not self._withdrawn(request.id):
                raise

    def decide(self, instance: str, query: Mapping[str, str], request_id: str, said: Said) -> None:
        """Note the customer's answer. Raises ``Unfit``, ``Refused``."""
        workspace_id, request = self._own(instance, "decide", query, request_id)
        single = {
            line["id"]: ACCEPTED if line["id"] in said.lines else DECLINED
            for line in request.plan.get("lines", ())
            if line["optional"] and said.decision == ACCEPTED
        }
        noted = Noted(said.decision, said.by, said.how, said.remark, single)
        try:
            decide(self._core, workspace_id, request.id, noted, door=_DOOR)
        except Unfit:
            raise
        except Refused:
            if not self._noted(request.id, noted):
                raise

    def _place(self, instance: str, action: str, query: Mapping[str, str]) -> tuple[str, RecordRef]:
        """The workspace and the record that a good link names."""
        core = self._core
        good = core.links.record_button_matches(instance, action, query, core.clock.now())
        workspace_id = core.workspace_ids.get(query.get("w", ""))
        if not good or workspace_id is None or not self._reads(query["w"], instance):
            raise LinkInvalid("the link of a record's button is not valid")
        table, record_id = query["table"], query["id"]
        if not 0 < len(table) <= _LONGEST or not 0 < len(record_id) <= _LONGEST:
            raise LinkInvalid("the link names no record")
        try:
            ref = RecordRef(table, plain_id(record_id))
        except Refused:
            raise LinkInvalid("the link names no record") from None
        where = core.instance(workspace_id, instance)
        return workspace_id, core.registry.connector(where).canonical(ref)

    def _reads(self, workspace: str, instance: str) -> bool:
        try:
            manifest = self._core.registry.manifest(InstanceKey(workspace, instance))
        except ConfigurationError:  # the instance was removed
            return False
        return manifest.kind is PluginKind.CONNECTOR

    def _own(
        self, instance: str, action: str, query: Mapping[str, str], request_id: str
    ) -> tuple[str, Request]:
        """The request that the page showed, which must be the record's own."""
        workspace_id, ref = self._place(instance, action, query)
        with self._core.db.read() as session:
            for one in _requests(session, workspace_id, instance, ref):
                if one.id == request_id:
                    return workspace_id, one
        raise LinkInvalid("the record has no such request")

    def _withdrawn(self, request_id: str) -> bool:
        """Whether the same was done before, by a second click for instance."""
        with self._core.db.read() as session:
            request = session.get_one(Request, request_id)
            return (request.state, request.decision) == (RequestState.CANCELLED, None)

    def _noted(self, request_id: str, noted: Noted) -> bool:
        """Whether this very answer was noted before. Another one, by somebody else at the same
        moment for instance, is none of ours: who gave it has to see what counts."""
        with self._core.db.read() as session:
            request = session.get_one(Request, request_id)
            before = record_standing.noted(session, request) if request.decision else None
            lines = (request.answers or {}).get("lines", {})
        if before is None:
            return False
        same = (before.decision, before.by, before.how, before.remark)
        given = (noted.decision, noted.by.strip(), noted.how, noted.remark.strip())
        return same == given and all(lines.get(one) == said for one, said in noted.lines.items())


def _requests(session: Session, workspace_id: str, instance: str, ref: RecordRef) -> list[Request]:
    """The record's newest requests, the newest one first."""
    query = (
        select(Request)
        .where(
            Request.workspace_id == workspace_id,
            Request.source_instance == instance,
            Request.source_table == ref.table,
            Request.source_id == ref.id,
        )
        .order_by(Request.id.desc())
        .limit(20)
    )
    return list(session.scalars(query))


def _chosen(found: list[Request], request_id: str) -> Request | None:
    """The one that was asked for, else the newest open one, else the newest."""
    named = [one for one in found if one.id == request_id]
    still = [one for one in found if one.state in OPEN_STATES]
    return next(iter((*named, *still, *found)), None)
