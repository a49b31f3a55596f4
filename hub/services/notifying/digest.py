"""The mail that collects a day's news: what it says, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.services import mail_pages
from hub.services.mail_pages import Part
from hub.services.mail_words import BUTTONS, OPEN_RECORD, in_language
from hub.services.news_words import DIGEST, DIGEST_SUBJECT
from hub.services.own_words import closing, with_choice
from hub.settings import WorkspaceSettings
from hub.storage.models import HeldNotice, Preference

_EVENTS = {"remark": "remarked", "answer": "replied"}


def event_of(about: str) -> str:
    """By what its reader chooses a notice; ``about`` names its text."""
    return _EVENTS.get(about, about.removeprefix("contact_"))


def collected(
    workspace: WorkspaceSettings, row: Preference, mails: Sequence[HeldNotice], page: str
) -> dict[str, Any]:
    """The message of one mail for several notices, those of one request together."""
    parts: dict[str, Part] = {}
    for one in mails:
        told = one.payload["told"]
        known = parts.get(one.request_id)
        lines = (*(known.lines if known is not None else ()), told["text"])
        label = in_language(BUTTONS.get(one.about, OPEN_RECORD), row.language)
        parts[one.request_id] = Part(lines, told["link"], label)
    return {
        "to": row.email,
        "to_name": row.name,
        **written(workspace, row.language, list(parts.values()), page),
        "files": [],
        "preference": row.id,
        "requests": list(parts),
        "unsubscribe": f"{page}/unsubscribe",
    }


def written(
    workspace: WorkspaceSettings, language: str, parts: Sequence[Part], page: str
) -> dict[str, Any]:
    """What stands in it."""
    subject = in_language(DIGEST_SUBJECT, language).format(sender=workspace.name)
    said = [in_language(DIGEST, language)]
    for part in parts:
        said += [*part.lines, *([part.link] if part.link else [])]
    said.append(closing(workspace.name, language))
    html = mail_pages.collected(
        workspace, subject, (said[0], said[-1]), parts, language=language, choose=page
    )
    return {
        "text": with_choice("\n\n".join(said), language, page),
        "sender": workspace.name,
        "subject": " ".join(subject.split()),
        "language": language,
        **html,
    }
