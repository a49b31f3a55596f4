"""The button link in an upstream's record: first show what would be sent, then send on one click
(D1); once the customer has got it, the click chases instead (E1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from hub.contracts.records import RecordRef
from hub.contracts.requests import RequestState
from hub.kernel.errors import NotFound, ParaphError, Refused
from hub.kernel.redact import redact
from hub.mapping.options import chosen_plan
from hub.mapping.send_options import MOST_WORDS, NOT_CHOSEN, Choice
from hub.services import button_plans, button_words, chase_views, chasing, choices
from hub.services.button_views import ButtonView
from hub.services.cases import sender_view
from hub.services.chase_words import REFUSALS
from hub.services.core import Core
from hub.services.mappings import ActiveMapping, open_key
from hub.services.record_ids import canonical
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.services.views import LinkInvalid
from hub.settings import WorkspaceSettings
from hub.storage.models import Request

# The customer has got it, so that a click asks once more.
_WITH_CUSTOMER = (RequestState.SENT.value, RequestState.OPENED.value)


class ButtonLinks:
    """``services.button_views.Buttons`` on the hub."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, mapping: str, query: Mapping[str, str]) -> None:
        """Raise ``LinkInvalid`` unless the link is one of ours. Reads nothing upstream."""
        self._check(mapping, query)

    def preview(self, mapping: str, query: Mapping[str, str]) -> ButtonView:
        """Read the record and say what would be sent; of a request that the customer has got, how
        it stands. Changes nothing."""
        workspace_id, active = self._check(mapping, query)
        shown = self._unread(workspace_id, active, query)
        return shown if shown.chase else self._read(shown, workspace_id, active, query)

    def press(
        self,
        mapping: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        choice: Choice = NOT_CHOSEN,
    ) -> ButtonView:
        """Accept the trigger; pressing again finds the open request. The answer says what is sent
        if the record can be read just now. ``headers`` are stored with the call, masked."""
        workspace_id, active = self._check(mapping, query)
        shown = self._unread(workspace_id, active, query)
        if choice != NOT_CHOSEN and shown.existing is None:
            wrong = self._unfit(shown, workspace_id, active, query, choice)
            if wrong is not None:
                return wrong
        accept(
            self._core,
            Trigger(
                workspace_id=workspace_id,
                mapping=mapping,
                record_id=query["id"],
                source="button",
                instance=active.mapping.source_instance,
                method="POST",
                path=f"/b/{mapping}",
                headers=redact(dict(headers)),
                body=choices.kept(query["id"], choice),  # of the link, and what was chosen
                options=choice.data(),
            ),
        )
        shown = replace(self._unread(workspace_id, active, query), chase=None, choice=choice)
        try:
            return self._read(shown, workspace_id, active, query)
        except ParaphError:  # it is accepted all the same, and the engine reads again
            return shown

    def chase(self, mapping: str, query: Mapping[str, str], request_id: str) -> ButtonView:
        """Ask the customer of the request that the page showed once more."""
        workspace_id, active = self._check(mapping, query)
        before = self._unread(workspace_id, active, query)
        with self._core.db.read() as session:
            request = session.get(Request, request_id)
            if request is None or not self._is_of(request, workspace_id, active, query):
                raise LinkInvalid("the record has no such request")
        refused = ""
        try:
            chasing.chase(self._core, workspace_id, request_id)
        except Refused as error:
            refused = REFUSALS[error.code][before.language]
        if refused and before.chase is None:
            return replace(before, problem=refused)
        shown = self._unread(workspace_id, active, query)
        chase = shown.chase or before.chase
        return replace(shown, chase=replace(chase, refusal=refused) if chase else None)

    def _is_of(
        self, request: Request, workspace_id: str, active: ActiveMapping, query: Mapping[str, str]
    ) -> bool:
        ref = self._ref(workspace_id, active, query)
        mine = (workspace_id, active.mapping.key, ref.id)
        return (request.workspace_id, request.mapping_key, request.source_id) == mine

    def _unfit(
        self,
        shown: ButtonView,
        workspace_id: str,
        active: ActiveMapping,
        query: Mapping[str, str],
        choice: Choice,
    ) -> ButtonView | None:
        """The page with what is wrong with the choice; None where all fits, or where the record
        cannot be read just now: the engine says it then."""
        if len(choice.message) > MOST_WORDS:
            said = button_words.TOO_LONG[shown.language].format(limit=MOST_WORDS)
            wrong = {"message": said}
        else:
            wrong = {}
        shown = replace(shown, choice=choice, wrong=wrong)
        try:
            shown = self._read(shown, workspace_id, active, query)
        except ParaphError:
            return shown if wrong else None
        return shown if shown.wrong or shown.problem else None

    def _unread(
        self, workspace_id: str, active: ActiveMapping, query: Mapping[str, str]
    ) -> ButtonView:
        core = self._core
        workspace = core.workspace(workspace_id)
        ref = self._ref(workspace_id, active, query)
        where = core.instance(workspace_id, active.mapping.source_instance)
        shown = ButtonView(
            sender=sender_view(workspace),
            language=language_of(query, workspace),
            zone=workspace.zone,
            record_title=str(ref),
            rows=(),
            upstream_url=core.registry.connector(where).record_url(ref),
        )
        return self._with_existing(shown, workspace_id, active, ref.id)

    def _with_existing(
        self, shown: ButtonView, workspace_id: str, active: ActiveMapping, record_id: str
    ) -> ButtonView:
        """With the record's open request, and how it stands once the customer has got it."""
        place = (
            Request.workspace_id == workspace_id,
            Request.open_key == open_key(active, record_id),
        )
        with self._core.db.read() as session:
            request = session.scalar(select(Request).where(*place))
            if request is None:
                return shown
            shown = replace(shown, existing=request.state)
            if request.state not in _WITH_CUSTOMER:
                return shown
            chase = chase_views.standing(self._core, session, request, shown.language)
            number = request.plan["number"] or request.source_id
            title = request.title if number in request.title else f"{request.title} ({number})"
            return replace(shown, record_title=title, chase=chase)

    def _read(
        self,
        shown: ButtonView,
        workspace_id: str,
        active: ActiveMapping,
        query: Mapping[str, str],
    ) -> ButtonView:
        core = self._core
        where = core.instance(workspace_id, active.mapping.source_instance)
        ref = self._ref(workspace_id, active, query)
        try:
            with core.outgoing.call(workspace_id, where.key):
                record = core.registry.connector(where).fetch(ref)
        except NotFound:
            return replace(shown, problem=button_words.UNKNOWN[shown.language])
        mapping = active.mapping
        plan = mapping.plan(record.fields, now=core.clock.now())
        if plan is None:
            why = (
                button_words.SIGNED
                if self._signed(workspace_id, mapping.key, ref.id)
                else button_words.NOT_WANTED
            )
            return replace(shown, problem=why[shown.language])
        kept = button_plans.kept(shown)
        chosen = chosen_plan(mapping, record.fields, core.clock.now(), kept) or plan
        options = button_plans.options(plan, mapping.request.options)
        shown = replace(shown, options=options)
        return button_plans.shown(core, shown, workspace_id, chosen, ref.id)

    def _check(self, mapping: str, query: Mapping[str, str]) -> tuple[str, ActiveMapping]:
        core = self._core
        workspace_id = core.workspace_ids.get(query.get("w", ""))
        good = core.links.button_matches(mapping, query, core.clock.now())
        active = core.shelf.active(workspace_id, mapping) if workspace_id and good else None
        record_id = query.get("id", "")
        if active is None or workspace_id is None or not 0 < len(record_id) <= 100:
            raise LinkInvalid("the button link is not valid")
        if "button" not in active.mapping.triggers:
            raise LinkInvalid("the mapping has no button")
        return workspace_id, active

    def _ref(self, workspace_id: str, active: ActiveMapping, query: Mapping[str, str]) -> RecordRef:
        record_id = canonical(self._core, workspace_id, active, query["id"])
        return RecordRef(active.mapping.source_table, record_id)

    def _signed(self, workspace_id: str, mapping: str, record_id: str) -> bool:
        """Whether the last request for the record ended with a signature."""
        latest = (
            select(Request.state)
            .where(Request.workspace_id == workspace_id, Request.source_id == record_id)
            .where(Request.mapping_key == mapping)
            .order_by(Request.id.desc())
            .limit(1)
        )
        with self._core.db.read() as session:
            return session.scalar(latest) in ("signed", "completed")


def language_of(query: Mapping[str, str], workspace: WorkspaceSettings) -> str:
    """What the page speaks: what the link asks for, else the workspace's own."""
    wanted = query.get("lang", "")
    found = wanted if wanted in button_words.LABELS else workspace.language
    return found if found in button_words.LABELS else "en"
