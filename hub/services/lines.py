"""Lines of a request that the customer accepts or declines one by one: the choice while the page is
open, and the events that tell it once it is signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.kernel.errors import Refused
from hub.services import endings, history
from hub.services.core import Core
from hub.storage.models import Request

ACCEPTED, DECLINED = "accepted", "declined"
_EVENTS = {ACCEPTED: EventKind.LINE_ACCEPTED, DECLINED: EventKind.LINE_DECLINED}


def choose(request: Request, chosen: Collection[str]) -> None:
    """Keep which optional lines the customer wants; the others count as declined, and required ones
    as accepted. Raises ``Refused`` for a line that the request does not have."""
    lines = request.plan.get("lines", [])
    unknown = sorted(set(chosen) - {line["id"] for line in lines})
    if unknown:
        raise Refused(f"the request has no line '{unknown[0]}'", code="unknown_line")
    decisions = {
        line["id"]: ACCEPTED if not line["optional"] or line["id"] in chosen else DECLINED
        for line in lines
    }
    request.answers = {**request.answers, "lines": decisions}


def settle(core: Core, session: Session, request: Request) -> None:
    """Tell each line's decision, and owe what the mapping says for it. A line that nobody touched
    is decided as it was offered."""
    decided = dict(_decisions(request))
    if not decided:
        return
    request.answers = {**request.answers, "lines": decided}
    now = core.clock.now()
    for line_id, decision in decided.items():
        kind, data = _EVENTS[decision], {"line": line_id}
        if history.append(session, request, kind, now, dedupe=f"line:{line_id}", data=data):
            endings.owe_steps(core, session, request, kind.value, line=line_id)


def _decisions(request: Request) -> Iterator[tuple[str, str]]:
    made: Mapping[str, Any] = (request.answers or {}).get("lines", {})
    for line in request.plan.get("lines", ()):
        offered = ACCEPTED if line["chosen"] or not line["optional"] else DECLINED
        yield line["id"], made.get(line["id"], offered)
