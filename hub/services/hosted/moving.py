"""Failover (F5): another provider takes over before the customer has acted, behind the same link.

What binds is the agreement that holds, and there is one at most: whatever a former provider tells
later is recorded and refused. It is taken back there as soon as it answers again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.engine.retry import counts_against_destination
from hub.kernel.errors import ParaphError
from hub.kernel.logging import get_logger
from hub.services import endings, history, in_hand, messages, turns
from hub.services.core import Core
from hub.services.hosted import placing, rows, withdrawing
from hub.services.order_data import cancel_pending
from hub.storage.models import HostedAgreement, Instance, Request

_log = get_logger(__name__)
_MINE = HostedAgreement.request_id == Request.id
AT_ONCE = 50  # requests in one transaction; the next look goes on


def has_acted(session: Session, request: Request) -> bool:
    """Whether anybody has signed or approved, judged or not."""
    acted = any(one.signed_at is not None for one in request.recipients)
    return acted or in_hand.held(session, request.id)


def next_provider(request: Request) -> str | None:
    """Who takes over; None where there is nobody left."""
    return _follower(request.plan.get("providers", ()), request.provider)


def is_outage(error: ParaphError) -> bool:
    """Whether a call failed because the provider is away or paused: not because of what was asked,
    of many calls at once, or of a part of the hub itself."""
    return counts_against_destination(error) and error.code != "busy"


def move(core: Core, session: Session, request: Request, code: str) -> bool:
    """Give the request to its next provider because of ``code``; False where that may not be."""
    taking_over = next_provider(request)
    if taking_over is None or not history.is_open(request) or has_acted(session, request):
        return False
    former, row = request.provider, rows.current(session, request.id)
    number = row.number if row is not None else 0
    _leave(core, session, request, row, code)
    request.provider = taking_over
    data = {"from": former, "to": taking_over, "code": code, "agreement": number}
    key = f"moved:{former}:{taking_over}:{request.event_seq}"
    now = core.clock.now()
    history.append(session, request, EventKind.MOVED, now, dedupe=key, data=data)
    _log.warning("moved to the next provider", request_id=request.id, code=code)
    endings.owe_steps(core, session, request, EventKind.MOVED.value)
    begin(core, session, request)
    return True


def replace(core: Core, session: Session, request: Request, code: str) -> None:
    """What is to be signed has changed, or a signature was cleared: the provider gets it anew."""
    _leave(core, session, request, rows.current(session, request.id), code)
    begin(core, session, request)


def begin(core: Core, session: Session, request: Request) -> None:
    """Everything is there to be signed: placed at a hosted provider first, else people are given
    their link at once."""
    if not rows.is_hosted(core, request):
        turns.invite(core, session, request)
    elif _everybody_can_be_reached(core, request):
        placing.begin(core, session, request)
    else:  # before anything of it is at the provider
        endings.fail(core, session, request, messages.missing(core, request))


def _everybody_can_be_reached(core: Core, request: Request) -> bool:
    """Whether the hub has a way to give its link to all who have to act."""
    return all(
        one.invited_at is not None
        or messages.message(core, request, messages.INVITE, recipient=one) is not None
        for one in turns.waited_for(request.recipients)
    )


def move_waiting(core: Core, session: Session, instance: Instance) -> int:
    """Move what has waited too long for a provider that does not answer; how many there were."""
    wall, since = core.clock.wall(), instance.failing_since
    if since is None or instance.paused_code is not None:
        return 0  # wrong credentials are mended, not run away from
    away = timedelta(seconds=(wall - since).total_seconds())
    versions = _with_somewhere_to_go(core, session, instance)
    moved, last = 0, ""
    while versions and moved < AT_ONCE:
        query = _under_way(instance, versions).where(Request.id > last)
        batch = session.scalars(query.order_by(Request.id).limit(AT_ONCE)).all()
        for request in batch:
            if away >= placing.patience(request) and move(core, session, request, "provider_away"):
                moved += 1
        if len(batch) < AT_ONCE:
            break
        last = batch[-1].id
    return moved


def _with_somewhere_to_go(core: Core, session: Session, instance: Instance) -> list[str]:
    """The mapping versions by which another provider follows, of requests whose agreement holds
    there. Those without one may be thousands, and an outage is looked at each minute."""
    query = select(Request.mapping_version_id).distinct()
    found = session.scalars(query.join(HostedAgreement, _MINE).where(*_held_at(instance))).all()
    return [one for one in found if _follower(core.shelf.version(one).providers, instance.key)]


def _under_way(instance: Instance, versions: list[str]) -> Select[Request]:
    """Requests of these mapping versions whose agreement holds there."""
    query = select(Request).join(HostedAgreement, _MINE).where(*_held_at(instance))
    return query.where(Request.mapping_version_id.in_(versions))


def _held_at(instance: Instance) -> tuple[ColumnElement[bool], ...]:
    return (
        HostedAgreement.workspace_id == instance.workspace_id,
        HostedAgreement.provider == instance.key,
        HostedAgreement.status.in_(rows.UNDER_WAY),
        HostedAgreement.current.is_(True),
    )


def _follower(providers: Sequence[str], key: str) -> str | None:
    if key not in providers:
        return None
    left = providers[list(providers).index(key) + 1 :]
    return left[0] if left else None


def _leave(
    core: Core, session: Session, request: Request, row: HostedAgreement | None, code: str
) -> None:
    """The former agreement holds no more, and orders under way end."""
    cancel_pending(session, request, code)
    if row is None:
        return
    row.current = None
    if row.status in rows.UNDER_WAY:
        withdrawing.take_back(core, session, row)
    request.plan = {name: value for name, value in request.plan.items() if name != rows.ELSEWHERE}
    session.flush()
