"""What the portal's pages call: signing in, the list, opening a document, signing out."""

from __future__ import annotations

from collections.abc import Collection

from hub.contracts.requests import ClientContext
from hub.kernel.errors import NotFound
from hub.services import addressing
from hub.services.cases import sender_view
from hub.services.core import Core
from hub.services.portal import entering, listing, opening, public, seeing, sessions
from hub.services.portal.views import Asked, NoPortal, PortalView, Shelf
from hub.services.views import LinkInvalid
from hub.services.wordings import EMAIL, SMS
from hub.storage.locks import alone
from hub.storage.models import PortalSession


class PortalDesk:
    """The portals of all workspaces. Methods raise ``NoPortal`` for a workspace without one, and
    ``NotSignedIn`` where a session is needed."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def portal(self, workspace: str) -> PortalView:
        """Whose portal it is."""
        core, workspace_id = self._core, self._id(workspace)
        found = core.workspace(workspace_id)
        ways = (EMAIL, SMS)
        return PortalView(
            workspace=workspace,
            sender=sender_view(found),
            language=found.language,
            zone=found.zone,
            ways=tuple(
                way for way in ways if addressing.channel_of(core, workspace_id, way) is not None
            ),
        )

    def ask(self, workspace: str, address: str, client: ClientContext, browser: str) -> Asked:
        """Ask for a code; ``browser`` is the session in which it will work. Raises ``Unfit``."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.write() as session:
            asked = entering.ask(core, session, workspace_id, address, client, browser)
        core.wake()
        return asked

    def enter_by_code(self, workspace: str, code: str, browser: str) -> str:
        """The token of a new session. Raises ``Unfit``."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.write() as session:
            token, wrong = entering.enter_by_code(core, session, workspace_id, code, browser)
        if wrong is not None:
            raise wrong
        return token

    def link_holds(self, workspace: str, link: str) -> bool:
        """Whether a one-time link still lets somebody in; uses nothing up."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.read() as session:
            return entering.known_link(core, session, workspace_id, link) is not None

    def enter_by_link(self, workspace: str, link: str) -> str:
        """The token of a new session. Raises ``LinkInvalid``."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.write() as session:
            token = entering.enter_by_link(core, session, workspace_id, link)
        if not token:
            raise LinkInvalid("the one-time link holds no more")
        return token

    def shelf(
        self, workspace: str, token: str, group: str | None = None, after: str | None = None
    ) -> Shelf:
        """A page of what is shared with who is signed in. Raises ``Unfit``."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.read() as session:
            who = seeing.visitor(core, session, workspace_id, token)
            return listing.shelf(core, session, who, group, after)

    def open(self, workspace: str, token: str, request_id: str) -> str:
        """The link token of a document's page, for this session. Raises ``LinkInvalid`` for what
        the visitor may not see, there or not."""
        core, workspace_id = self._core, self._id(workspace)
        try:
            with core.db.read() as session:
                who = seeing.visitor(core, session, workspace_id, token)
                known = opening.known_token(core, session, who, request_id)
            if known is not None:
                return known
            with core.db.write() as session:
                who = seeing.visitor(core, session, workspace_id, token)
                return opening.open_document(core, session, who, request_id)
        except NotFound:
            raise LinkInvalid("there is no such document") from None

    def public_state(self, workspace: str, link: str) -> str:
        """What the page of a public link does: ``ASKS`` for the password, or ``GONE``."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.read() as session:
            return public.state(core, session, workspace_id, link)

    def public_link(self, workspace: str, request_id: str) -> str:
        """The token of a request's public link; empty where it has none."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.read() as session:
            return public.token_of(core, session, workspace_id, request_id)

    def enter_public(
        self, workspace: str, link: str, password: str, client: ClientContext, browser: str
    ) -> str:
        """The token of a new session, which sees this link's document. Raises ``Unfit``."""
        core, workspace_id = self._core, self._id(workspace)
        return public.enter(core, workspace_id, link, password, client, browser)

    def open_public(self, workspace: str, link: str, token: str) -> str:
        """The link token of the document's page, for this session. Raises ``NotSignedIn`` where the
        password was not given, ``LinkInvalid`` for what is not shared any more."""
        core, workspace_id = self._core, self._id(workspace)
        try:
            with core.db.read() as session:
                request_id = public.request_of(session, workspace_id, link)
                who = seeing.public_visitor(core, session, workspace_id, token, request_id)
                known = opening.known_token(core, session, who, request_id)
            if known is not None:
                return known
            with core.db.write() as session:
                alone(session, f"public:{request_id}")  # all of them are one recipient
                return opening.open_document(core, session, who, request_id)
        except NotFound:
            raise LinkInvalid("it is not shared any more") from None

    def sign_out(self, workspace: str, token: str, *, everywhere: bool) -> None:
        """End the session, or all of the same address. Again is no error."""
        core, workspace_id = self._core, self._id(workspace)
        with core.db.write() as session:
            row = sessions.find(core, session, workspace_id, token)
            if row is not None:
                sessions.end(core, session, row, everywhere=everywhere)

    def seen(self, tokens: Collection[tuple[str, str]]) -> None:
        """Somebody is there: workspace and token of each session that their browser holds."""
        core = self._core
        stale: list[PortalSession] = []
        with core.db.read() as session:
            for workspace, token in tokens:
                workspace_id = core.workspace_ids.get(workspace)
                if workspace_id is None:
                    continue
                row = sessions.find(core, session, workspace_id, token)
                if row is not None and sessions.stale(core, row):
                    stale.append(row)
        if stale:
            with core.db.write() as session:
                for row in stale:
                    sessions.touch(session, row.id, core.clock.now())

    def _id(self, workspace: str) -> str:
        workspace_id = self._core.workspace_ids.get(workspace)
        if workspace_id is None:
            raise NoPortal("there is no such workspace")
        sessions.settings(self._core, workspace_id)
        return workspace_id
