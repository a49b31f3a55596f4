"""Job lines as they are read: each line of an order with its step, whether anybody is asked about
it or not. The record is right, unless the hub has moved the line and not told the record yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.requests import OPEN_STATES
from hub.engine.outbox import insert_new
from hub.kernel.ids import new_id
from hub.mapping.line_steps import DECIDED, JobLine, LineSteps
from hub.mapping.plan import ReadLines
from hub.services.core import Core
from hub.services.mappings import ActiveMapping
from hub.services.step_context import STEP_KIND
from hub.storage.models import Delivery, Request
from hub.storage.models import JobLine as Row

_WAITING = ("pending", "retry", "leased", "paused")
_KEY = ("workspace_id", "source_instance", "source_table", "source_id", "line_id")


@dataclass(frozen=True)
class Ahead:
    """Requests of lines that are ``open``, and those of which something is ``owed`` to the
    record."""

    open: Collection[str]
    owed: Collection[str]

    def of(self, row: Row, further: bool) -> bool:
        """Whether the row knows more than the record, where it is ``further`` on or elsewhere. The
        record of a line that was withdrawn says offered until it was told."""
        return row.request_id in self.owed or (further and row.request_id in self.open)


def keep(
    core: Core,
    session: Session,
    workspace_id: str,
    active: ActiveMapping,
    record_id: str,
    read: ReadLines | None,
    request: Request | None = None,
) -> None:
    """Keep how the lines of a record stand. Those that ``request``, made of this reading, is about
    are its lines from now on. None: the mapping's lines have no steps."""
    mapping = active.mapping
    steps = mapping.request.line_steps
    if read is None or steps is None:
        return
    place = {
        "workspace_id": workspace_id,
        "source_instance": mapping.source_instance,
        "source_table": mapping.source_table,
        "source_id": record_id,
    }
    rows = {one.line_id: one for one in session.scalars(select(Row).filter_by(**place))}
    known = {one.request_id for one in rows.values() if one.request_id}
    ahead = Ahead(_open(session, known), _owed(session, known, mapping.source_instance))
    asked = request.plan["line_steps"] if request is not None else {}
    for line in read.lines:
        row = rows.pop(line.id, None)
        told = {
            "source_number": read.number or record_id,
            "kind": mapping.request.kind,
            "details": {**line.data(), "currency": read.currency},
            "updated_at": core.clock.now(),
            **_standing(steps, line, row, request if line.id in asked else None, ahead),
        }
        if row is None:
            _add(session, {**place, "line_id": line.id, **told})
        else:
            _change(row, told)
    for row in rows.values():
        if row.request_id is None and row.kind == mapping.request.kind:
            session.delete(row)  # gone from the record, and nobody was ever asked about it


def _standing(
    steps: LineSteps,
    line: JobLine,
    row: Row | None,
    request: Request | None,
    ahead: Ahead,
) -> dict[str, Any]:
    """Where the line is now."""
    step, decision = line.step, row.decision if row is not None else None
    request_id = row.request_id if row is not None else None
    if request is not None:
        request_id, decision = request.id, None
    elif row is not None and ahead.of(row, steps.rank(row.step) > steps.rank(step)):
        step = row.step
    return {
        "step": step,
        "step_name": steps.names[step],
        "decision": decision if step == DECIDED else None,
        "request_id": request_id,
    }


def _open(session: Session, requests: Collection[str]) -> set[str]:
    """Requests that somebody may still answer."""
    still = select(Request.id).where(Request.id.in_(requests), Request.state.in_(OPEN_STATES))
    return set(session.scalars(still)) if requests else set()


def _owed(session: Session, requests: Collection[str], instance: str) -> set[str]:
    """Requests of which the records upstream do not know all yet."""
    owed = select(Delivery.request_id).where(
        Delivery.request_id.in_(requests),
        Delivery.kind == STEP_KIND,
        Delivery.destination == instance,
        Delivery.state.in_(_WAITING),
    )
    return {one for one in session.scalars(owed) if one} if requests else set()


def _add(session: Session, values: Mapping[str, Any]) -> None:
    """A new line; where another reading was first at the same moment, that one stays."""
    insert_new(session, Row, {"id": new_id(), **values}, _KEY)


def _change(row: Row, told: Mapping[str, Any]) -> None:
    """Set what is different: a reading that tells nothing new writes nothing."""
    if all(getattr(row, name) == value for name, value in told.items() if name != "updated_at"):
        return
    for name, value in told.items():
        setattr(row, name, value)
