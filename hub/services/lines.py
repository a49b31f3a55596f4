"""Lines of a request that the customer accepts or declines one by one: the choice while the page is
open, and the events that tell it once it is signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.decisions import ACCEPTED, DECLINED
from hub.contracts.events import EventKind
from hub.contracts.papers import APPROVER, SIGNER
from hub.kernel.errors import Refused
from hub.services import endings, history, line_moves
from hub.services.core import Core
from hub.storage.models import Recipient, Request

_EVENTS = {ACCEPTED: EventKind.LINE_ACCEPTED, DECLINED: EventKind.LINE_DECLINED}


def may_choose(request: Request, me: Recipient) -> bool:
    """Whether ``me`` decides about the optional lines: a signer, or who accepts where nobody signs,
    until somebody has signed or approved them."""
    mine = me.role == SIGNER or (me.role == APPROVER and unsigned(request))
    return mine and not any(one.signed_at for one in request.recipients)


def unsigned(request: Request) -> bool:
    """Whether no signature is asked for: it is accepted with one click."""
    return all(one.role != SIGNER for one in request.recipients)


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


def choose_by_hand(request: Request, decision: str, given: Mapping[str, str]) -> None:
    """Keep what somebody of the sender's was told: ``given`` has lines' ids and decisions. Where
    all was accepted, lines that are not named stay as the customer left them, else as they were
    offered. Raises ``Refused`` for what cannot be."""
    known = {line["id"]: line for line in request.plan.get("lines", ())}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Refused(f"the request has no line '{unknown[0][:80]}'", code="unknown_line")
    taken = sorted(line for line, said in given.items() if said == ACCEPTED)
    if decision == DECLINED and taken:
        raise Refused(
            f"'{taken[0][:80]}' cannot be accepted where all is declined: say accepted, and which "
            "lines are declined",
            code="all_declined",
        )
    left = sorted(line for line, said in given.items() if said == DECLINED)
    bound = [line for line in left if not known[line]["optional"]]
    if decision == ACCEPTED and bound:
        raise Refused(
            f"'{bound[0][:80]}' is no optional line: it is accepted with the whole",
            code="line_not_optional",
        )
    now = {line["id"]: said for line, said in decided(request)}
    final = {**now, **given} if decision == ACCEPTED else dict.fromkeys(known, DECLINED)
    if known and decision == ACCEPTED and ACCEPTED not in final.values():
        raise Refused("no line is accepted: say declined", code="nothing_accepted")
    if known:
        request.answers = {**request.answers, "lines": final}


def settle(
    core: Core, session: Session, request: Request, about: Mapping[str, Any] | None = None
) -> None:
    """Tell each line's decision, and owe what the mapping says for it. A line that nobody touched
    is decided as it was offered. ``about`` as for ``endings.owe_steps``."""
    final = {line["id"]: decision for line, decision in decided(request)}
    if not final:
        return
    request.answers = {**request.answers, "lines": final}
    line_moves.decided(core, session, request, final)
    now, again = core.clock.now(), endings.round_of(request)
    for line_id, decision in final.items():
        kind, data, dedupe = _EVENTS[decision], {"line": line_id}, f"line:{line_id}{again}"
        if history.append(session, request, kind, now, dedupe=dedupe, data=data):
            endings.owe_steps(core, session, request, kind.value, line_id, about)


def decided(request: Request) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each line with how it stands: as the customer left it, else as it was offered."""
    made: Mapping[str, Any] = (request.answers or {}).get("lines", {})
    for line in request.plan.get("lines", ()):
        offered = ACCEPTED if line["chosen"] or not line["optional"] else DECLINED
        yield line, made.get(line["id"], offered)
