"""Agreements as rows: which one holds, how far it is placed, what may be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.agreements import Placed
from hub.contracts.capabilities import Capability
from hub.contracts.hosted import HostedProvider
from hub.kernel.errors import ConfigurationError
from hub.services.core import Core
from hub.storage.models import HostedAgreement, Recipient, Request

PLACING, STANDING, OVER, WITHDRAWN, LOST = "placing", "standing", "over", "withdrawn", "lost"
UNDER_WAY = (PLACING, STANDING)
ELSEWHERE = "elsewhere"  # in a request's plan while it is read and signed at a hosted provider


def is_hosted(core: Core, request: Request, provider: str | None = None) -> bool:
    """Whether the request's provider, or ``provider``, keeps the document itself. One that is not
    configured any more does not."""
    where = core.instance(request.workspace_id, provider or request.provider)
    try:
        return core.registry.manifest(where).can(Capability.HOSTED)
    except ConfigurationError:
        return False


def hosted(core: Core, row: HostedAgreement) -> HostedProvider:
    """The provider of an agreement."""
    return core.registry.hosted(core.instance(row.workspace_id, row.provider))


def entity(row: HostedAgreement) -> str:
    """Below the request's, the name under which an agreement's steps leave, one after the other."""
    return f"agreement:{row.number}"


def current(session: Session, request_id: str) -> HostedAgreement | None:
    """The agreement that holds; none where the request is signed on the hub's own pages."""
    mine = HostedAgreement.request_id == request_id
    return session.scalar(select(HostedAgreement).where(mine, HostedAgreement.current.is_(True)))


def begin(core: Core, session: Session, request: Request) -> HostedAgreement:
    """A new agreement at the request's provider, which holds from now on. There must be no other
    that does."""
    mine = HostedAgreement.request_id == request.id
    last = session.scalar(select(func.max(HostedAgreement.number)).where(mine)) or 0
    row = HostedAgreement(
        workspace_id=request.workspace_id,
        request_id=request.id,
        provider=request.provider,
        number=last + 1,
        current=True,
        external_id=f"paraph-{request.id}-{last + 1}",
        status=PLACING,
        reference="",
        created_at=core.clock.now(),
    )
    session.add(row)
    session.flush()
    request.plan = {**request.plan, ELSEWHERE: True}
    return row


def placed_of(row: HostedAgreement) -> Placed:
    """How far it is placed."""
    return Placed(**row.placed) if row.placed else Placed()


def keep_placed(row: HostedAgreement, placed: Placed) -> None:
    """Store what the provider answered."""
    row.reference = placed.reference
    row.placed = {**asdict(placed), "state": dict(placed.state), "links": dict(placed.links)}


def link(row: HostedAgreement | None, recipient: Recipient) -> str:
    """Where somebody reads and signs at the provider now; empty where there is no such place."""
    if row is None or row.status != STANDING:
        return ""
    return str(placed_of(row).links.get(recipient.key, ""))


def told(core: Core, row: HostedAgreement) -> dict[str, Any]:
    """What steps, lists and API may read of it: nothing that lets anybody in."""
    return {
        "provider": row.provider,
        "reference": row.reference,
        "url": _url(core, row),
        "status": row.status,
        "state": row.state,
        "word": row.word,
        "looked_at": row.looked_at.isoformat() if row.looked_at else None,
    }


def _url(core: Core, row: HostedAgreement) -> str:
    if not row.reference:
        return ""
    try:
        return hosted(core, row).record_url(row.reference) or ""
    except ConfigurationError:  # the instance was removed
        return ""


def people_told(row: HostedAgreement) -> Mapping[str, str]:
    """Each person's status at the last survey, by key."""
    return {one["key"]: one["status"] for one in (row.survey or {}).get("people", ())}
