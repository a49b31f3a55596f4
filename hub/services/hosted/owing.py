"""Owing something about an agreement, to its provider or to the hub itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.engine import outbox
from hub.services.core import Core
from hub.storage.models import HostedAgreement


def owe(
    core: Core,
    session: Session,
    row: HostedAgreement,
    kind: str,
    entity: str,
    *,
    step: str = "",
    seq: int = 0,
    after: float = 0.0,
    destination: str = "",
    more: Mapping[str, str] | None = None,
) -> None:
    """Owe one delivery about ``row``, once for each ``step`` (else ``kind.seq``) and what ``more``
    names; not before ``after`` seconds. ``entity`` is below the request's, ``more`` stands in the
    payload, ``destination`` is not the provider where named."""
    step, about = step or f"{kind}.{seq}", dict(more or {})
    payload: dict[str, Any] = {"agreement": row.id, **about}
    outbox.owe(
        session,
        workspace_id=row.workspace_id,
        request_id=row.request_id,
        entity=f"{row.request_id}:{entity}",
        kind=kind,
        step=step,
        destination=destination or row.provider,
        payload=payload,
        key=":".join((row.id, step, *about.values())),
        seq=seq,
        now=core.clock.now(),
        wall=core.clock.wall() + timedelta(seconds=after),
    )
    core.wake()
