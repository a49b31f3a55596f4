"""Before a request ends for want of an answer: it is read once more whether there is one at its
provider, since a hook may have been lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.services.core import Core
from hub.services.hosted import rows
from hub.storage.models import Request

_FRESH = timedelta(minutes=15)
_PATIENCE = timedelta(days=1)  # a provider that is away for longer keeps no request open


def owed(core: Core, session: Session, request: Request, due: datetime) -> bool:
    """Whether somebody has to look first, since nobody has about when it was ``due``; the survey is
    owed then."""
    from hub.services.hosted import surveying  # which settles endings itself

    row = rows.current(session, request.id) if request.plan.get(rows.ELSEWHERE) else None
    if row is None or row.status != rows.STANDING or row.looked_at is None:
        return False
    late = core.clock.now() - request.expires_at > _PATIENCE
    if row.looked_at >= due - _FRESH or late:
        return False
    surveying.owe_survey(core, session, row)
    return True
