"""What the pages call where somebody chooses what to be told: by the link of a notice, or signed in
to the portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.services.cases import sender_view
from hub.services.core import Core
from hub.services.links import TOKEN_LENGTH
from hub.services.masked import masked_email, masked_mobile
from hub.services.notifying import preferences
from hub.services.notifying.preferences import EVENTS
from hub.services.portal import contact_news, seeing
from hub.services.views import LinkInvalid, SenderView
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Preference


@dataclass(frozen=True)
class PreferenceView:
    """What somebody is told now. ``events`` are event and way, ``ways`` what there is to choose
    from, ``addresses`` where notices go, ``stopped`` where they came back from; both masked."""

    sender: SenderView
    language: str
    audience: str
    events: tuple[tuple[str, str], ...]
    ways: tuple[str, ...]
    addresses: tuple[str, ...]
    stopped: tuple[str, ...]


class PreferenceDesk:
    """The choices of all workspaces' readers. Methods raise ``LinkInvalid`` for a link that is none
    of theirs, ``NoPortal`` and ``NotSignedIn`` as the portal does."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, token: str) -> None:
        """Whether a link is one that was handed out."""
        with self._core.db.read() as session:
            _row(session, token)

    def view(self, token: str) -> PreferenceView:
        """What the reader of this link is told."""
        with self._core.db.read() as session:
            return self._view(_row(session, token))

    def choose(self, token: str, choices: Mapping[str, str]) -> None:
        """Keep what was chosen; events and ways that there are none of change nothing."""
        with self._core.db.write() as session:
            preferences.choose(_row(session, token), choices)

    def refuse(self, token: str) -> None:
        """Nothing more, by one click."""
        with self._core.db.write() as session:
            preferences.refuse_all(_row(session, token))

    def view_of_visitor(self, workspace: str, session_token: str) -> PreferenceView:
        """What somebody who is signed in to the portal is told."""
        with self._core.db.write() as session:  # the first look makes the row
            return self._view(self._of_visitor(session, workspace, session_token)[0])

    def choose_of_visitor(
        self, workspace: str, session_token: str, choices: Mapping[str, str]
    ) -> None:
        """Keep it for every contact that is this visitor."""
        with self._core.db.write() as session:
            for row in self._of_visitor(session, workspace, session_token):
                preferences.choose(row, choices)

    def _of_visitor(self, session: Session, workspace: str, token: str) -> list[Preference]:
        core = self._core
        workspace_id = seeing.portal_id(core, workspace)
        who = seeing.visitor(core, session, workspace_id, token)
        readers = [contact_news.reader(one) for one in who.contacts]
        found = preferences.of_all(core, session, workspace_id, readers, contact_news.SHARED)
        return [one.row for one in found]

    def _view(self, row: Preference) -> PreferenceView:
        core = self._core
        masked = {EMAIL: masked_email(row.email or ""), SMS: masked_mobile(row.mobile or "")}
        known = {way: address for way, address in masked.items() if address}
        stopped = tuple(
            address for way, address in known.items() if not preferences.takes(core, row, way)
        )
        return PreferenceView(
            sender=sender_view(core.workspace(row.workspace_id)),
            language=row.language,
            audience=row.audience,
            events=tuple((one, preferences.shown(row, one)) for one in EVENTS[row.audience]),
            ways=preferences.ways(row),
            addresses=tuple(known.values()),
            stopped=stopped,
        )


def _row(session: Session, token: str) -> Preference:
    row = preferences.by_token(session, token) if len(token) == TOKEN_LENGTH else None
    if row is None:
        raise LinkInvalid("no such link to a choice of notices")
    return row
