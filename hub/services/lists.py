"""Lists for role centres (A3, A4): requests, and job lines one by one, newest first.

A page is found through an index, by one question for ids, whatever it is narrowed by; what its rows
show is read with a fixed number of questions more. What is sealed is opened for each row by itself:
one that no key fits any more leaves its own row without words, and not the list without rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.orm import Session

from hub.contracts.decisions import ACCEPTED, DECLINED
from hub.contracts.records import RecordRef
from hub.contracts.requests import OPEN_STATES, RequestState
from hub.mapping.line_steps import OFFERED
from hub.services.core import Core
from hub.services.list_rows import Shown, line_item, lines_of, request_item
from hub.services.made_records import address
from hub.storage.models import JobLine, Request

PAGE = 50
ACTIVE, SIGNED, OVER = "active", "signed", "over"
GROUPS: Mapping[str, str] = {
    ACTIVE: "Being prepared, sent, or looked at; nobody has answered in full.",
    DECLINED: "The customer said no, there or to a person.",
    SIGNED: "Everybody has signed, or the customer's yes was noted by hand.",
    OVER: "Ended without an answer: expired, failed or withdrawn.",
}
LINE_GROUPS: Mapping[str, str] = {
    ACTIVE: "Offered; the customer has not answered.",
    DECLINED: "The customer did not want it.",
    SIGNED: "The customer took it.",
}
_S = RequestState
_STATES: Mapping[str, Collection[RequestState]] = {
    ACTIVE: OPEN_STATES,
    DECLINED: (_S.DECLINED,),
    SIGNED: (_S.COMPLETED,),
    OVER: (_S.EXPIRED, _S.FAILED, _S.CANCELLED),
}
_BY_HAND = {DECLINED: DECLINED, SIGNED: ACCEPTED}


class Lists:
    """The lists of one workspace."""

    def __init__(self, core: Core, workspace_id: str) -> None:
        self._core, self._workspace_id = core, workspace_id

    def requests(
        self, group: str, kinds: Collection[str] = (), after: str | None = None
    ) -> dict[str, Any]:
        """A page of requests of a group, one row each."""
        tests = [_in_state(state) for state in sorted(_STATES[group])]
        if group in _BY_HAND:
            tests.append((Request.decision == _BY_HAND[group],))
        with self._core.db.read() as session:
            ids, following = self._page(session, Request, tests, kinds, after)
            shown = Shown.read(self._core, session, self._workspace_id, ids)
            return {"items": [request_item(shown, one) for one in ids], "next": following}

    def sales(
        self, group: str, kinds: Collection[str] = (), after: str | None = None
    ) -> dict[str, Any]:
        """A page of job lines that were offered, one row each."""
        tests = {
            ACTIVE: (JobLine.step == OFFERED,),
            DECLINED: (JobLine.decision == DECLINED,),
            SIGNED: (JobLine.decision == ACCEPTED,),
        }
        with self._core.db.read() as session:
            ids, following = self._page(session, JobLine, [tests[group]], kinds, after)
            rows = lines_of(self._core, session, ids)
            requests = [one["request_id"] for one in rows if one["request_id"]]
            shown = Shown.read(self._core, session, self._workspace_id, requests)
            items = [self._linked({**one, **line_item(shown, one)}) for one in rows]
            return {"items": items, "next": following}

    def lines(
        self,
        step: str | None = None,
        kind: str | None = None,
        order: str | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """A page of job lines, and how many there are in each step."""
        narrowed: list[ColumnElement[bool]] = []
        if kind is not None:
            narrowed.append(JobLine.kind == kind)
        if order is not None:
            narrowed.append(JobLine.source_number == order)
        wanted = (*narrowed, *((JobLine.step == step,) if step is not None else ()))
        with self._core.db.read() as session:
            ids, following = self._page(session, JobLine, [wanted], (), after)
            rows = lines_of(self._core, session, ids)
            mine = JobLine.workspace_id == self._workspace_id
            each = select(JobLine.step, func.count()).where(mine, *narrowed)
            counts = {row[0]: row[1] for row in session.execute(each.group_by(JobLine.step))}
        items = [self._linked(one) for one in rows]
        return {"items": items, "next": following, "counts": counts}

    def _page(
        self,
        session: Session,
        model: type[Request] | type[JobLine],
        tests: Collection[Collection[ColumnElement[bool]]],
        kinds: Collection[str],
        after: str | None,
    ) -> tuple[list[str], str | None]:
        """The newest ids that fit any of ``tests``, each found by an index of its own."""
        parts = [
            self._part(model, test, kind, after)
            for test in tests
            for kind in (dict.fromkeys(kinds) or (None,))
        ]
        found = union_all(*(select(part.subquery().c.id) for part in parts)).subquery()
        query = select(found.c.id).order_by(found.c.id.desc()).limit(PAGE + 1)
        ids = list(dict.fromkeys(session.scalars(query)))
        return ids[:PAGE], ids[PAGE - 1] if len(ids) > PAGE else None

    def _part(
        self,
        model: type[Request] | type[JobLine],
        test: Collection[ColumnElement[bool]],
        kind: str | None,
        after: str | None,
    ) -> Any:
        query = select(model.id).where(model.workspace_id == self._workspace_id, *test)
        if kind is not None:
            query = query.where(model.kind == kind)
        if after is not None:
            query = query.where(model.id < after)
        return query.order_by(model.id.desc()).limit(PAGE + 1)

    def _linked(self, item: dict[str, Any]) -> dict[str, Any]:
        """With the address that opens the order upstream."""
        record = item["record"]
        ref = RecordRef(record["table"], record["id"])
        url = address(self._core, self._workspace_id, record["instance"], ref)
        return {**item, "record_url": url}


def _in_state(state: RequestState) -> tuple[ColumnElement[bool], ...]:
    if state is RequestState.CANCELLED:  # an answer that was noted by hand stands elsewhere
        return (Request.state == state.value, Request.decision.is_(None))
    return (Request.state == state.value,)
