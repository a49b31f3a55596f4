"""Tells somebody what has happened, as they want it: at once, after their quiet hours, or in the
mail that collects a day's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.engine.outbox import owe
from hub.mapping.notify import DAILY, DIGEST, NONE
from hub.services import notices, owed_kinds
from hub.services.addressing import channel_for
from hub.services.core import Core
from hub.services.deadlines import after_quiet
from hub.services.notifying import collecting, preferences
from hub.services.notifying.preferences import Chosen
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Recipient, Request


@dataclass(frozen=True)
class News:
    """What is told: ``event`` is what readers choose by, ``about`` names the text, ``key`` makes it
    count once for each reader. ``quiet`` and ``digest`` are the hours that the mapping gives."""

    event: str
    about: str
    key: str
    values: Mapping[str, Any]
    quiet: list[str] | None = None
    digest: str = ""
    writer: Recipient | None = field(default=None, repr=False)


def tell(core: Core, session: Session, request: Request, one: Chosen, news: News) -> bool:
    """Owe one notice, or keep it until its hour. False where the reader is not told."""
    chosen = preferences.way_of(core, one, news.event)
    way = SMS if chosen == SMS else EMAIL
    channel = channel_for(core, request, way)
    if chosen == NONE or channel is None:
        return False
    payload = _payload(core, request, one, news, way)
    due = _due(core, request, news, collected=chosen == DIGEST)
    if due is not None:
        told = notices.told(core, request, news.about, one.reader.language, news.values)
        payload |= {"told": told} if way == EMAIL else {}
        held = collecting.Held(news.about, news.key, way, channel, payload, due)
        collecting.hold(core, session, request, one, held)
        return True
    owe(
        session,
        workspace_id=request.workspace_id,
        request_id=request.id,
        entity=f"notice:{one.row.id}:{news.key}",
        kind=owed_kinds.NOTICE,
        step=news.about,
        destination=channel,
        payload=payload,
        key=f"{request.id}:{news.about}:{news.key}:{one.row.id}",
        seq=0,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )
    return True


def _payload(core: Core, request: Request, one: Chosen, news: News, way: str) -> dict[str, Any]:
    page = core.links.choice(preferences.token_of(core, one.row))
    by_sms = way == SMS
    return {
        "to": one.row.mobile if by_sms else one.row.email,
        "to_name": one.reader.name,
        **notices.worded(
            core,
            request,
            way,
            news.about,
            one.reader.language,
            news.values,
            # an SMS fits one part: its reader learns of the page once
            choose=page if one.new or not by_sms else "",
        ),
        "files": [],
        "preference": one.row.id,
        **({} if by_sms else {"unsubscribe": f"{page}/unsubscribe"}),
        **({"reply": news.writer.id} if news.writer is not None and not by_sms else {}),
    }


def _due(core: Core, request: Request, news: News, *, collected: bool) -> datetime | None:
    """When it leaves; None is now."""
    now, zone = core.clock.now(), core.workspace(request.workspace_id).zone
    due = collecting.next_at(now, news.digest or DAILY, zone) if collected else now
    due = after_quiet(due, news.quiet, zone)
    return due if due > now else None
