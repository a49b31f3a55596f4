"""``diff``: two versions of a mapping applied to past records, and what comes out differently.

The records are those that requests were made from, with their answers and outcomes, as stored. They
are read page by page, newest first, so that memory is bounded; nothing is written and nobody is
called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.events import LINE_EVENTS
from hub.contracts.records import Create, RecordRef
from hub.kernel.errors import Refused
from hub.mapping.compiled import CompiledMapping
from hub.mapping.example_schema import EVENTS
from hub.mapping.explain import own_words
from hub.mapping.rehearsal import Rehearsed, rehearse
from hub.mapping.texts import render
from hub.services.drafts import compile_draft, is_file_name
from hub.services.flattened import flat_plan, flat_steps
from hub.services.masks import shown
from hub.services.step_context import step_context
from hub.services.version_rows import compiled
from hub.services.versions import HasVersions, Versions
from hub.settings import WorkspaceSettings
from hub.storage.models import Request, RequestEvent

ACTIVE = "active"
PAGE = 50


@dataclass(frozen=True)
class Change:
    """What one rule gave before and what it gives then; None where it gives nothing."""

    rule: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Compared:
    """One past record with what changes for it. ``kept``: what it held is still there."""

    request_id: str
    record: str
    changes: tuple[Change, ...]
    kept: bool = True


@dataclass(frozen=True)
class _Happened:
    """An event of a past request, and what its steps could read."""

    event: str
    at: datetime
    context: Mapping[str, Any]


class Comparing:
    """Compares versions of one workspace's mappings. ``workspace`` has the values and texts that
    files take; ``mappings`` is the folder of the files."""

    def __init__(
        self, core: HasVersions, workspace_id: str, workspace: WorkspaceSettings, mappings: Path
    ) -> None:
        self._core, self._workspace_id = core, workspace_id
        self._workspace, self._mappings = workspace, mappings
        self._versions = Versions(core, workspace_id)

    def pair(
        self, old: str, new: str, mapping: str | None = None
    ) -> tuple[CompiledMapping, CompiledMapping]:
        """The two versions: each the beginning of a hash, ``active``, or a file. Raises
        ``NotFound``, ``Refused``, ``ConfigurationError``."""
        found = [None if name == ACTIVE else self._side(name, mapping) for name in (old, new)]
        key = mapping or next((one.key for one in found if one is not None), None)
        if key is None:
            raise Refused("say which mapping is meant: --mapping KEY", code="which_mapping")
        first, second = (
            compiled(self._versions.active(key)) if one is None else one for one in found
        )
        for one in (first, second):
            if one.key != key:
                raise Refused(
                    f"these are different mappings: {one.key} and {key}", code="other_mapping"
                )
        return first, second

    def count(self, key: str, since: datetime) -> int:
        """How many records there are since then."""
        some = self._past(key, since).with_only_columns(Request.id).subquery()
        with self._core.db.read() as session:
            return session.scalar(select(func.count()).select_from(some)) or 0

    def compare(
        self, old: CompiledMapping, new: CompiledMapping, since: datetime, limit: int
    ) -> Iterator[Compared]:
        """Each past record since then, newest first and at most ``limit``, with what changes."""
        after, left = "", limit
        while left > 0:
            page = self._page(old.key, since, after, min(PAGE, left))
            for request, events in page:
                yield self._compared(old, new, request, events)
            if len(page) < min(PAGE, left):
                return
            after, left = page[-1][0].id, left - len(page)

    def shown(
        self, one: Compared, old: CompiledMapping, new: CompiledMapping, *, reveal: bool
    ) -> dict[str, Any]:
        """As data; masked unless ``reveal``."""
        known = own_words(old) | own_words(new)
        return {
            "request": one.request_id,
            "record": one.record,
            "changes": [
                {
                    "rule": change.rule,
                    "before": shown(change.before, known, reveal=reveal),
                    "after": shown(change.after, known, reveal=reveal),
                }
                for change in one.changes
            ],
        }

    def _side(self, name: str, mapping: str | None) -> CompiledMapping:
        if is_file_name(name):
            return compile_draft(Path(name), self._workspace.values, self._mappings)
        return compiled(self._versions.find(name, mapping))

    def _past(self, key: str, since: datetime) -> Any:
        return select(Request).where(
            Request.workspace_id == self._workspace_id,
            Request.mapping_key == key,
            Request.created_at >= since,
        )

    def _page(
        self, key: str, since: datetime, after: str, size: int
    ) -> list[tuple[Request, list[_Happened]]]:
        query = self._past(key, since).order_by(Request.id.desc()).limit(size)
        if after:
            query = query.where(Request.id < after)
        with self._core.db.read() as session:
            requests = list(session.scalars(query))
            events = _events(session, [one.id for one in requests])
            return [
                (one, [self._happened(session, one, event) for event in events.get(one.id, ())])
                for one in requests
            ]

    def _happened(self, session: Session, request: Request, event: RequestEvent) -> _Happened:
        core = cast(Any, self._core)
        context = step_context(core, session, request, event.kind, event.at)
        line = event.data.get("line") if event.kind in LINE_EVENTS else None
        lines = context["lines"]
        context["line"] = next((one for one in lines if one["id"] == line), {})
        return _Happened(event.kind, event.at, context)

    def _compared(
        self,
        old: CompiledMapping,
        new: CompiledMapping,
        request: Request,
        events: list[_Happened],
    ) -> Compared:
        record = f"{request.source_instance}: {request.source_table}/{request.source_id}"
        if not request.record:  # it could not be read, or was erased
            return Compared(request.id, record, (), kept=False)
        before, after = (self._outcome(one, request, events) for one in (old, new))
        rules = dict.fromkeys((*before, *after))
        changes = (Change(rule, before.get(rule), after.get(rule)) for rule in rules)
        return Compared(
            request.id, record, tuple(one for one in changes if one.before != one.after)
        )

    def _outcome(
        self, mapping: CompiledMapping, request: Request, events: list[_Happened]
    ) -> dict[str, Any]:
        """What a version makes of a past record, by rule."""
        plan = mapping.plan(request.record, now=request.created_at)
        found = flat_plan(plan)
        if plan is None:
            return found
        person = {name: value for name, value in vars(plan.recipients[0]).items() if value}
        person.pop("national_id", None)
        ref = RecordRef(request.source_table, request.source_id)
        for one in events:
            told = {**one.context["request"], "title": plan.title, "language": plan.language}
            context = {**one.context, "recipient": person, "request": told}
            steps = self._steps(mapping, replace(one, context=context), ref, plan.language)
            found.update(flat_steps(steps, about=one.context["line"].get("id")))
        return found

    def _steps(
        self, mapping: CompiledMapping, one: _Happened, ref: RecordRef, language: str
    ) -> Iterator[Rehearsed]:
        def filled(text: str, values: Mapping[str, Any]) -> str:
            workspace = self._workspace
            known = text in workspace.texts
            return render(workspace.text(text, language) if known else text, values)

        def made(name: str, operation: Create) -> Mapping[str, Any]:
            new = {"id": f"new-{name}", "number": f"new-{name}", **operation.fields}
            return {**new, **_made_before(one.context["records"], name)}

        return rehearse(
            mapping, one.event, one.context, source=ref, now=one.at, render=filled, made=made
        )


def _events(session: Session, request_ids: list[str]) -> dict[str, list[RequestEvent]]:
    query = (
        select(RequestEvent)
        .where(RequestEvent.request_id.in_(request_ids), RequestEvent.kind.in_(EVENTS))
        .order_by(RequestEvent.request_id, RequestEvent.seq)
    )
    found: dict[str, list[RequestEvent]] = {}
    for one in session.scalars(query):
        found.setdefault(one.request_id, []).append(one)
    return found


def _made_before(records: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What was really made at that step, if anything."""
    plain, _, index = name.rstrip("]").partition("[")
    found = records.get(plain)
    if index:
        at = int(index)
        found = found[at] if isinstance(found, list) and at < len(found) else None
    return found if isinstance(found, Mapping) else {}
