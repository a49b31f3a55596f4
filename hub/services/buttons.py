"""The button link in an upstream's record: first show what would be sent, then send on one click
(D1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from hub.contracts.capabilities import Capability
from hub.contracts.records import RecordRef
from hub.kernel.errors import NotFound, ParaphError
from hub.kernel.redact import redact
from hub.mapping.texts import render
from hub.services import button_words
from hub.services.cases import sender_view
from hub.services.core import Core
from hub.services.mappings import ActiveMapping, open_key
from hub.services.record_ids import canonical
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.services.views import ButtonView, LinkInvalid
from hub.settings import WorkspaceSettings
from hub.storage.models import Request


class ButtonLinks:
    """``services.views.Buttons`` on the hub."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, mapping: str, query: Mapping[str, str]) -> None:
        """Raise ``LinkInvalid`` unless the link is one of ours. Reads nothing upstream."""
        self._check(mapping, query)

    def preview(self, mapping: str, query: Mapping[str, str]) -> ButtonView:
        """Read the record and say what would be sent. Changes nothing."""
        workspace_id, active = self._check(mapping, query)
        return self._read(self._unread(workspace_id, active, query), workspace_id, active, query)

    def press(
        self, mapping: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> ButtonView:
        """Accept the trigger; pressing again finds the open request. The answer says what is sent
        if the record can be read just now. ``headers`` are stored with the call, masked."""
        workspace_id, active = self._check(mapping, query)
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
                body=urlencode({"id": query["id"]}),  # of the link; the form has nothing else
            ),
        )
        shown = self._unread(workspace_id, active, query)
        try:
            return self._read(shown, workspace_id, active, query)
        except ParaphError:  # it is accepted all the same, and the engine reads again
            return shown

    def _unread(
        self, workspace_id: str, active: ActiveMapping, query: Mapping[str, str]
    ) -> ButtonView:
        core = self._core
        workspace = core.workspace(workspace_id)
        ref = self._ref(workspace_id, active, query)
        where = core.instance(workspace_id, active.mapping.source_instance)
        return ButtonView(
            sender=sender_view(workspace),
            language=language_of(query, workspace),
            record_title=str(ref),
            rows=(),
            existing=self._existing(workspace_id, active, ref.id),
            upstream_url=core.registry.connector(where).record_url(ref),
        )

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
            return _with(shown, problem=button_words.UNKNOWN[shown.language])
        mapping = active.mapping
        plan = mapping.plan(record.fields, now=core.clock.now())
        if plan is None:
            why = (
                button_words.SIGNED
                if self._signed(workspace_id, mapping.key, ref.id)
                else button_words.NOT_WANTED
            )
            return _with(shown, problem=why[shown.language])
        shown = _with(shown, record_title=f"{plan.title} ({plan.number or ref.id})")
        if plan.problems:
            wording = plan.problems[0].wording
            text = wording.get(shown.language) or str(plan.problems[0])
            return _with(shown, problem=text)
        return self._rows(shown, workspace_id, plan, ref.id)

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

    def _existing(self, workspace_id: str, active: ActiveMapping, record_id: str) -> str | None:
        with self._core.db.read() as session:
            return session.execute(
                select(Request.state).where(
                    Request.workspace_id == workspace_id,
                    Request.open_key == open_key(active, record_id),
                )
            ).scalar()

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

    def _rows(self, shown: ButtonView, workspace_id: str, plan: Any, record_id: str) -> ButtonView:
        core = self._core
        workspace = core.workspace(workspace_id)
        recipient = plan.recipients[0]
        labels = button_words.LABELS[shown.language]
        for channel in plan.channels:
            manifest = core.registry.manifest(core.instance(workspace_id, channel))
            kind = "sms" if manifest.can(Capability.SMS) else "email"
            address = recipient.mobile if kind == "sms" else recipient.email
            if not address:
                continue
            values = {
                "link": f"{core.links.public_url}/s/…",
                "sender": workspace.name,
                "phone": workspace.phone,
                "name": recipient.name,
                "title": plan.title,
                "number": plan.number or record_id,
                "reminder": 0,
            }
            text = render(workspace.text(f"{kind}_invite", recipient.language, plan.kind), values)
            rows = (
                (labels["name"], recipient.name),
                (labels[kind], address),
                (labels["text"], text),
            )
            return _with(shown, rows=rows)
        return _with(shown, problem=button_words.NO_ADDRESS[shown.language])


def language_of(query: Mapping[str, str], workspace: WorkspaceSettings) -> str:
    """What the page speaks: what the link asks for, else the workspace's own."""
    wanted = query.get("lang", "")
    found = wanted if wanted in button_words.LABELS else workspace.language
    return found if found in button_words.LABELS else "en"


def _with(view: ButtonView, **changes: Any) -> ButtonView:
    return ButtonView(**{**vars(view), **changes})
