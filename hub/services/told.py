"""One call for what happens to a request and is news to both sides: the sender's assigned user and
the customer's contacts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hub.contracts.papers import CONTACT_NEWS
from hub.services import news
from hub.services.core import Core
from hub.services.portal import contact_news
from hub.storage.models import Request


def told_of(core: Core, session: Session, request: Request, event: str, name: str = "") -> None:
    """Owe the news of the event that was appended last, in its transaction, to whoever wants them;
    ``name`` is whose doing it was."""
    news.tell(core, session, request, event, name)
    if event in CONTACT_NEWS:
        contact_news.tell(core, session, request, event)
