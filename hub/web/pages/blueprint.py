"""Puts the pages together: routes, guards before each request, cookies and headers after it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, request

from hub.kernel.crypto import Vault
from hub.services.views import Buttons, CustomerCases
from hub.web.pages import assets, headers
from hub.web.pages.button import ButtonPages
from hub.web.pages.case import CasePages
from hub.web.pages.failures import Failures
from hub.web.pages.screens import Desk, visit
from hub.web.pages.signing import SigningPages
from hub.web.pages.visit import Visits
from hub.web.pages.words import Words

MAX_FORM_BYTES = 64 * 1024
_FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
# Files that are the same for everybody carry no cookies.
_SHARED = {"pages.static_file", "pages.theme"}


def create_pages(
    cases: CustomerCases,
    buttons: Buttons,
    *,
    vault: Vault,
    public_base_url: str,
    words: Words | None = None,
) -> Blueprint:
    """The blueprint ``pages``: ``/s/`` for customers, ``/b/`` for the button, ``/static/``.

    Make the application with ``static_folder=None``: it would answer ``/static`` itself otherwise.
    ``vault`` makes the CSRF tokens; cookies are secure when ``public_base_url`` is https.
    """
    https = public_base_url.lower().startswith("https://")
    words = words or Words()
    desk = Desk(cases, buttons, words, Visits(vault, words, secure=https))
    blueprint = Blueprint("pages", "hub.web", template_folder="templates")
    for group in (CasePages(desk), SigningPages(desk), ButtonPages(desk), Failures(desk)):
        group.register(blueprint)
    assets.register(blueprint)
    _guard(blueprint, desk, https)
    return blueprint


def _check_link(desk: Desk) -> None:
    """Strangers without a link cannot keep a thread waiting for their body."""
    places = request.view_args or {}
    if "token" in places:
        desk.case(places["token"])
    elif "mapping" in places:
        desk.buttons.check(places["mapping"], request.args.to_dict())


def _guard(blueprint: Blueprint, desk: Desk, https: bool) -> None:
    @blueprint.before_request
    def look_at_the_browser() -> None:
        g.visit = desk.visits.read(request)
        if request.method == "POST" and request.endpoint != "pages.not_allowed":
            request.max_content_length = MAX_FORM_BYTES
            if request.mimetype not in _FORM_TYPES:
                abort(415)
            _check_link(desk)  # before a byte of the body is read
            desk.visits.check_csrf(visit(), request)

    @blueprint.after_request
    def finish(response: Response) -> Response:
        headers.secure(response, https=https)
        if request.endpoint not in _SHARED:
            desk.visits.write(visit(), request, response)
        return response
