"""The customer phones, or says yes over the counter (A14): the digital request is withdrawn, what
was decided is kept with who took it and how, and the work upstream goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.contracts.decisions import DECISIONS, WAYS
from hub.contracts.events import EventKind
from hub.kernel.errors import Unfit
from hub.services import endings, lines
from hub.services.core import Core
from hub.services.withdrawals import over, withdrawable

LONGEST_NAME = 100
LONGEST_REMARK = 1000


@dataclass(frozen=True)
class Noted:
    """An answer as it was noted: ``by`` took it, ``how`` it came is one of ``WAYS``; ``lines`` has
    the decision on single lines, by their ids."""

    decision: str
    by: str
    how: str
    remark: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)


def decide(core: Core, workspace_id: str, request_id: str, noted: Noted, door: str) -> None:
    """End an open request with an answer that came by another way; ``door`` says through which one
    it was noted. Raises ``NotFound``; ``Unfit`` where something is missing; ``Refused`` when the
    request is over, the customer's signature is here, or the lines cannot be decided so."""
    by, remark = noted.by.strip(), noted.remark.strip()
    _check(noted, by, remark)
    told = {"decision": noted.decision, "how": noted.how}
    personal = {"by": by, "remark": remark}
    with core.db.write() as session:
        request = withdrawable(session, workspace_id, request_id)
        lines.choose_by_hand(request, noted.decision, noted.lines)
        request.decision = noted.decision
        about = {**told, **personal}
        ended = endings.end(
            core,
            session,
            request,
            EventKind.DECIDED,
            EventKind.DECIDED.value,
            data={**told, "door": door},
            personal=personal,
            about=about,
        )
        if not ended:
            raise over(request)
        lines.settle(core, session, request, about)
    core.wake()


def _check(noted: Noted, by: str, remark: str) -> None:
    """Raises ``Unfit``, naming the field."""
    for name, value, known in (
        ("decision", noted.decision, DECISIONS),
        ("how", noted.how, WAYS),
        *(("lines", said, DECISIONS) for said in noted.lines.values()),
    ):
        if value not in known:
            listed = ", ".join(known)
            raise Unfit("unknown_word", f"must be one of: {listed}", field=name)
    if not 0 < len(by) <= LONGEST_NAME:
        said = f"say who took the answer, in 1 to {LONGEST_NAME} characters"
        raise Unfit("no_name", said, field="by")
    if len(remark) > LONGEST_REMARK:
        raise Unfit("too_long", f"at most {LONGEST_REMARK} characters", field="remark")
