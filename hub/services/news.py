"""News for the sender's assigned user, who chooses what to be told of and how (E6, E7): owed in the
transaction of the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.services import notices
from hub.services.core import Core
from hub.services.moments import in_zone
from hub.services.record_links import record_link
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Request


def tell(core: Core, session: Session, request: Request, about: str, name: str) -> None:
    """Owe the news of the event that was appended last, if the user wants it; ``name`` is whose
    doing it was."""
    if about not in wanted(request).get("about", ()):
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
    about: str,
    key: str,
    values: Mapping[str, Any],
) -> bool:
    """Owe one notice to the user, in the workspace's language; False where there is no way."""
    given = wanted(request)
    way = SMS if given.get("by") == SMS else EMAIL
    workspace = core.workspace(request.workspace_id)
    return notices.owe_notice(
        core,
        session,
        request,
        way=way,
        about=about,
        key=key,
        to=given.get("mobile" if way == SMS else "email") or "",
        to_name=workspace.name,
        language=workspace.language,
        values=values,
    )


def wanted(request: Request) -> Mapping[str, Any]:
    """``request.notify`` of the mapping; nothing in it for requests that have none."""
    return request.plan.get("notify") or {}
