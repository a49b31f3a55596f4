"""What a late write must not undo: another request's newer one on the same record.

Steps leave one after the other within a request, and no request waits for another. So what a former
request owes while the upstream is away can leave behind what a newer request has written there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.records import Update
from hub.engine.work import Work
from hub.services.step_context import STEP_KIND
from hub.storage.models import Delivery


def not_overtaken(session: Session, work: Work, update: Update, at: datetime) -> Update | None:
    """The update without the fields that another request has written since ``at``, the moment that
    it tells of; None where nothing is left."""
    query = select(Delivery.result).where(
        Delivery.workspace_id == work.workspace_id,
        Delivery.destination == work.destination,
        Delivery.external_ref == update.ref.id[:120],
        Delivery.kind == STEP_KIND,
        Delivery.state == "delivered",
        Delivery.request_id != work.request_id,
        Delivery.created_at > at,
    )
    written = {
        name
        for result in session.scalars(query)
        if result and result.get("id") == update.ref.id and result.get("table") == update.ref.table
        for name in result.get("fields", ())
    }
    left = {name: value for name, value in update.fields.items() if name not in written}
    if len(left) == len(update.fields):
        return update
    return Update(update.ref, left) if left else None
