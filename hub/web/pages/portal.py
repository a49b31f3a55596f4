"""The customer's portal below ``/p/<workspace>``: sign in by link or code, the list, sign out.

Works without JavaScript. A document opens on the same pages as from a link of its own (``/s/``).
"""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import Unfit
from hub.services.portal.desk import PortalDesk
from hub.services.portal.views import (
    ARCHIVE,
    ENDED,
    OPEN,
    SIGNED,
    NoPortal,
    NotSignedIn,
    PortalView,
    SignedOut,
)
from hub.services.views import LinkInvalid
from hub.services.wordings import EMAIL
from hub.web.pages.screens import Desk, visit
from hub.web.pages.unfit import problem
from hub.web.pages.words import N_

_GROUPS = (
    (None, N_("All")),
    (OPEN, N_("To answer")),
    (SIGNED, N_("Signed")),
    (ENDED, N_("Ended")),
    (ARCHIVE, N_("Archive")),
)


class PortalPages:
    """Routes below ``/p/<workspace>``."""

    def __init__(self, desk: Desk, portal: PortalDesk) -> None:
        self._desk = desk
        self._portal = portal

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes, and what follows from a session that is over."""
        add = blueprint.add_url_rule
        add("/p/<workspace>/", "portal", self.shelf)
        add("/p/<workspace>/sign-in", "portal_sign_in", self.sign_in)
        add("/p/<workspace>/sign-in", "portal_ask", self.ask, methods=["POST"])
        add("/p/<workspace>/code", "portal_code", self.code)
        add("/p/<workspace>/code", "portal_enter", self.enter, methods=["POST"])
        add("/p/<workspace>/enter/<link>", "portal_link", self.link)
        add(
            "/p/<workspace>/enter/<link>", "portal_link_enter", self.enter_by_link, methods=["POST"]
        )
        add("/p/<workspace>/documents/<request_id>", "portal_open", self.open)
        add("/p/<workspace>/sign-out", "portal_sign_out", self.sign_out, methods=["POST"])
        blueprint.before_request(self._seen)
        blueprint.register_error_handler(NoPortal, self.no_portal)
        blueprint.register_error_handler(NotSignedIn, self.not_signed_in)
        blueprint.register_error_handler(SignedOut, self.signed_out)

    def shelf(self, workspace: str) -> AnyResponse:
        """The list."""
        view = self._speak(workspace)
        group = request.args.get("show") or None
        try:
            shelf = self._portal.shelf(
                workspace, self._token(workspace), group, request.args.get("after")
            )
        except Unfit:
            return redirect(url_for("pages.portal", workspace=workspace))
        self._desk.speak(view.sender, visit().language or shelf.language)
        return self._desk.show(
            "portal",
            portal=view,
            shelf=shelf,
            group=group,
            groups=[(key, self._desk.say(words)) for key, words in _GROUPS],
            first=not request.args.get("after"),
        )

    def sign_in(self, workspace: str) -> AnyResponse:
        """Ask for an address."""
        view = self._speak(workspace)
        return self._sign_in(view, "", {})

    def ask(self, workspace: str) -> AnyResponse:
        """Send a code, if anybody has that address. The page that follows is the same either
        way."""
        view = self._speak(workspace)
        address = request.form.get("address", "")[:300]
        try:
            asked = self._portal.ask(workspace, address, visit().client, visit().session)
        except Unfit as error:
            return self._sign_in(view, address, problem(error, self._desk, "address"), 422)
        return redirect(url_for("pages.portal_code", workspace=workspace, way=asked.way), 303)

    def code(self, workspace: str) -> AnyResponse:
        """Ask for the code."""
        return self._code(self._speak(workspace), {})

    def enter(self, workspace: str) -> AnyResponse:
        """The code was typed."""
        view = self._speak(workspace)
        given = request.form.get("code", "")[:40]
        try:
            token = self._portal.enter_by_code(workspace, given, visit().session)
        except Unfit as error:
            return self._code(view, problem(error, self._desk, "code"), 422)
        return self._entered(workspace, token)

    def link(self, workspace: str, link: str) -> AnyResponse:
        """The one-time link was opened, perhaps by a program that looks into mails: a person
        presses the button."""
        view = self._speak(workspace)
        if not self._portal.link_holds(workspace, link):
            return self._desk.show("portal_link_over", 410, portal=view)
        return self._desk.show("portal_link", portal=view, link=link)

    def enter_by_link(self, workspace: str, link: str) -> AnyResponse:
        """The button was pressed."""
        view = self._speak(workspace)
        try:
            token = self._portal.enter_by_link(workspace, link)
        except LinkInvalid:
            return self._desk.show("portal_link_over", 410, portal=view)
        return self._entered(workspace, token)

    def open(self, workspace: str, request_id: str) -> AnyResponse:
        """To a document's own page."""
        self._speak(workspace)
        token = self._portal.open(workspace, self._token(workspace), request_id)
        return redirect(url_for("pages.landing", token=token))

    def sign_out(self, workspace: str) -> AnyResponse:
        """End this session, or all of the same address."""
        view = self._speak(workspace)
        everywhere = request.form.get("everywhere") == "1"
        self._portal.sign_out(workspace, self._token(workspace), everywhere=everywhere)
        response = self._desk.show("portal_out", portal=view, everywhere=everywhere)
        self._desk.visits.drop_portal(response, workspace)
        return response

    def no_portal(self, error: NoPortal) -> Response:
        """The same page as for any other wrong link."""
        return self._desk.show("trouble", 404, text="link", again=None, message=None)

    def not_signed_in(self, error: NotSignedIn) -> AnyResponse:
        """To the sign-in."""
        workspace = (request.view_args or {})["workspace"]
        return redirect(url_for("pages.portal_sign_in", workspace=workspace), 303)

    def signed_out(self, error: SignedOut) -> Response:
        """A document's page was opened from the portal: by somebody who is signed in no more, or by
        whom its address was sent on to."""
        for name in ("case", "sender", "language"):
            g.pop(name, None)
        view = self._speak(error.workspace)
        if error.public:
            link = self._portal.public_link(error.workspace, error.public)
            return self._desk.show("public_over", 403, portal=view, link=link)
        return self._desk.show("portal_over", 403, portal=view)

    def _seen(self) -> None:
        """Somebody is there, also on the pages of a document."""
        held = self._desk.visits.portal_tokens(request)
        if held and visit().person and request.endpoint not in _QUICK:
            self._portal.seen(held)

    def _speak(self, workspace: str) -> PortalView:
        view = self._portal.portal(workspace)
        self._desk.speak(view.sender, visit().language or visit().accepted)
        g.zone = view.zone
        return view

    def _token(self, workspace: str) -> str:
        return self._desk.visits.portal_token(request, workspace)

    def _sign_in(
        self, view: PortalView, address: str, errors: dict[str, str], status: int = 200
    ) -> Response:
        return self._desk.show(
            "portal_sign_in", status, portal=view, address=address, errors=errors
        )

    def _code(self, view: PortalView, errors: dict[str, str], status: int = 200) -> Response:
        way = request.args.get("way", EMAIL)
        return self._desk.show("portal_code", status, portal=view, way=way, errors=errors)

    def _entered(self, workspace: str, token: str) -> AnyResponse:
        response = make_response(redirect(url_for("pages.portal", workspace=workspace), 303))
        self._desk.visits.keep_portal(response, workspace, token)
        return response


# Where a page fetches many things, each would ask whether the session lives; the page has.
_QUICK = {
    "pages.static_file",
    "pages.theme",
    "pages.page_image",
    "pages.page_text",
    "pages.picture",
}
