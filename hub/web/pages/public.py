"""The page of a public link, ``/p/<workspace>/o/<link>``: asks for the password, opens the document
for reading."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import Unfit
from hub.services.portal.desk import PortalDesk
from hub.services.portal.views import GONE, NotSignedIn, PortalView
from hub.services.views import LinkInvalid
from hub.web.pages.screens import Desk, visit
from hub.web.pages.unfit import problem


class PublicPages:
    """Routes below ``/p/<workspace>/o``. The same page for a link that there is none of."""

    def __init__(self, desk: Desk, portal: PortalDesk) -> None:
        self._desk = desk
        self._portal = portal

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add, path = blueprint.add_url_rule, "/p/<workspace>/o/<link>"
        add(path, "public", self.ask)
        add(path, "public_enter", self.enter, methods=["POST"])

    def ask(self, workspace: str, link: str) -> AnyResponse:
        """To the document where the password was given before, else ask for it."""
        view = self._speak(workspace)
        try:
            return self._open(workspace, link, self._token(workspace, link))
        except (NotSignedIn, LinkInvalid):
            return self._ask(view, link, {})

    def enter(self, workspace: str, link: str) -> AnyResponse:
        """The password was given."""
        view = self._speak(workspace)
        given = request.form.get("password", "")
        here = visit()
        try:
            token = self._portal.enter_public(workspace, link, given, here.client, here.session)
            response = make_response(self._open(workspace, link, token))
        except Unfit as error:
            return self._ask(view, link, problem(error, self._desk, "password"), 422)
        except LinkInvalid:
            return self._ask(view, link, {})
        self._desk.visits.keep_portal(response, workspace, token, link)
        return response

    def _ask(
        self, view: PortalView, link: str, errors: dict[str, str], status: int = 200
    ) -> Response:
        if self._portal.public_state(view.workspace, link) == GONE:
            return self._desk.show("public_gone", 410, portal=view)
        return self._desk.show("public_password", status, portal=view, link=link, errors=errors)

    def _open(self, workspace: str, link: str, token: str) -> AnyResponse:
        opened = self._portal.open_public(workspace, link, token)
        return redirect(url_for("pages.landing", token=opened), 303)

    def _token(self, workspace: str, link: str) -> str:
        return self._desk.visits.portal_token(request, workspace, link)

    def _speak(self, workspace: str) -> PortalView:
        view = self._portal.portal(workspace)
        self._desk.speak(view.sender, visit().language or visit().accepted)
        g.zone = view.zone
        return view
