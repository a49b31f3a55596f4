"""The hub moves the steps of job lines (A3): to offered when their offer was sent, to decided with
the customer's answer, back when it ended without one or the answer was cleared. Each move is an
event of its line; the caller owes what the mapping says for it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.decisions import DECLINED
from hub.contracts.events import EventKind
from hub.kernel.crypto import sha256_hex
from hub.mapping.line_steps import DECIDED, OFFERED, LineSteps
from hub.services import history
from hub.services.core import Core
from hub.storage.models import JobLine, Request

_UNANSWERED = (EventKind.CANCELLED, EventKind.EXPIRED, EventKind.FAILED)
Move = tuple[str, str]
"""The kind of an event, and the line's id."""


def has_steps(request: Request) -> bool:
    """Whether lines of the request go through steps."""
    return bool((request.plan or {}).get("line_steps"))


def offered(core: Core, session: Session, request: Request) -> Iterator[Move]:
    """The offer was sent. A line that is further on already stays there."""
    for steps, row in _rows(core, session, request):
        if steps.rank(row.step) < steps.rank(OFFERED):
            yield from _moved(core, session, request, row, steps, EventKind.LINE_OFFERED, OFFERED)


def ended(core: Core, session: Session, request: Request, kind: EventKind) -> Iterator[Move]:
    """The request ended otherwise than with decisions on its lines: a no to all declines each of
    them, and without an answer they wait to be offered again."""
    if kind is EventKind.DECLINED and has_steps(request):
        lines = {line["id"]: DECLINED for line in request.plan["lines"]}
        request.answers = {**request.answers, "lines": lines}
        for steps, row in _rows(core, session, request):
            row.decision = DECLINED
            yield from _moved(core, session, request, row, steps, EventKind.LINE_DECLINED, DECIDED)
    elif kind in _UNANSWERED:
        for steps, row in _rows(core, session, request):
            if steps.rank(row.step) >= steps.rank(OFFERED):
                row.decision = None
                event = EventKind.LINE_WITHDRAWN
                yield from _moved(core, session, request, row, steps, event, steps.before)


def reopened(core: Core, session: Session, request: Request) -> Iterator[Move]:
    """An acceptance was cleared: what was decided with it is offered once more. Lines of a case
    that not all had signed are offered still."""
    for steps, row in _rows(core, session, request):
        if steps.rank(row.step) > steps.rank(OFFERED):
            row.decision = None
            yield from _moved(core, session, request, row, steps, EventKind.LINE_OFFERED, OFFERED)


def decided(core: Core, session: Session, request: Request, decisions: dict[str, str]) -> None:
    """Lines were decided one by one, or by hand; ``services.lines`` tells their events."""
    for steps, row in _rows(core, session, request):
        if row.line_id in decisions:
            row.decision = decisions[row.line_id]
            _stand(core, row, steps, DECIDED)


def _rows(core: Core, session: Session, request: Request) -> Iterator[tuple[LineSteps, JobLine]]:
    """The request's lines; not those that were offered anew with a later one."""
    if not has_steps(request):
        return
    steps = core.shelf.version(request.mapping_version_id).request.line_steps
    if steps is None:
        return
    query = select(JobLine).where(JobLine.request_id == request.id).order_by(JobLine.id)
    yield from ((steps, row) for row in list(session.scalars(query)))


def _moved(
    core: Core,
    session: Session,
    request: Request,
    row: JobLine,
    steps: LineSteps,
    kind: EventKind,
    step: str,
) -> Iterator[Move]:
    _stand(core, row, steps, step)
    round_ = request.plan.get("round", 0)
    dedupe = f"step:{kind.value}:{sha256_hex(row.line_id.encode())[:16]}:{round_}"
    data = {"line": row.line_id, "step": step}
    if history.append(session, request, kind, core.clock.now(), dedupe=dedupe, data=data):
        yield kind.value, row.line_id


def _stand(core: Core, row: JobLine, steps: LineSteps, step: str) -> None:
    row.step, row.step_name = step, steps.names[step]
    row.updated_at = core.clock.now()
