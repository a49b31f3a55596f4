"""News for the sender's assigned user, who chooses what to be told of and how (E6, E7): owed in the
transaction of the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.mapping.notify import offered
from hub.services.core import Core
from hub.services.moments import in_zone
from hub.services.notifying import preferences, telling
from hub.services.notifying.preferences import USER, Reader
from hub.services.notifying.telling import News
from hub.services.record_links import record_link
from hub.storage.models import Request


def tell(core: Core, session: Session, request: Request, about: str, name: str = "") -> None:
    """Owe the news of the event that was appended last, if the user wants it; ``name`` is whose
    doing it was."""
    if not wanted(request):
        return
    workspace = core.workspace(request.workspace_id)
    values = {
        "name": name or request.title,
        "number": request.plan["number"] or request.source_id,
        "at": in_zone(core.clock.now(), workspace.zone),
        "link": record_link(core, request),
    }
    owe(core, session, request, about, f"{about}:{request.event_seq}", values)


def owe(
    core: Core,
    session: Session,
    request: Request,
    event: str,
    key: str,
    values: Mapping[str, Any],
    *,
    about: str = "",
) -> bool:
    """Owe one notice to the user, in the workspace's language; ``about`` names its text, where that
    is not the event's. False where nobody is told."""
    given = wanted(request)
    if not given:
        return False
    workspace = core.workspace(request.workspace_id)
    reader = Reader(
        audience=USER,
        email=given.get("email") or "",
        mobile=given.get("mobile") or "",
        name=workspace.name,
        language=workspace.language,
        offered=offered(given),
    )
    news = News(
        event=event,
        about=about or event,
        key=key,
        values=values,
        quiet=given.get("quiet"),
        digest=given.get("digest") or "",
    )
    found = preferences.of_all(core, session, request.workspace_id, [reader], event)
    return any(telling.tell(core, session, request, one, news) for one in found)


def wanted(request: Request) -> Mapping[str, Any]:
    """``request.notify`` of the mapping; nothing in it for requests that have none."""
    return request.plan.get("notify") or {}
