"""Puts the pages together: routes, guards before each request, cookies and headers after it."""

from __future__ import annotations

import base64

from flask import Blueprint, Response, abort, g, request

from hub.kernel.crypto import Vault
from hub.services.button_views import Buttons
from hub.services.notifying.desk import PreferenceDesk
from hub.services.portal import holding
from hub.services.portal.desk import PortalDesk
from hub.services.record_views import RecordDesk
from hub.services.views import CustomerCases
from hub.web.pages import assets, headers
from hub.web.pages.button import ButtonPages
from hub.web.pages.canvas import CanvasPages
from hub.web.pages.case import CasePages
from hub.web.pages.failures import Failures
from hub.web.pages.files import FilePages
from hub.web.pages.notices import NoticePages
from hub.web.pages.papers import PaperPages
from hub.web.pages.portal import PortalPages
from hub.web.pages.public import PublicPages
from hub.web.pages.record import RecordPages
from hub.web.pages.record_talk import RecordTalkPages
from hub.web.pages.screens import Desk, visit
from hub.web.pages.sent_files import MOST_BYTES, MOST_WORDS, is_too_long, words_before
from hub.web.pages.signing import SigningPages
from hub.web.pages.talking import TalkPages
from hub.web.pages.visit import Visits
from hub.web.pages.words import Words

MAX_FORM_BYTES = 64 * 1024
# A drawing of 250,000 bytes grows when a form encodes its brackets and commas.
MAX_INK_BYTES = 1024 * 1024
_INK = {"pages.sign_here", "pages.sign_code"}
# Mail programs post these by themselves; whoever has the address can only be told less.
_BY_PROGRAMS = {"pages.notices_refuse"}
_FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
# Files carry no cookies: a cache keeps what comes with them.
_FILES = {
    "pages.static_file",
    "pages.theme",
    "pages.page_image",
    "pages.page_text",
    "pages.picture",
    "pages.original",
    "pages.download",
    "pages.enclosed",
    "pages.record_file",
}
# Forms with files.
_WITH_FILES = {"pages.remark", "pages.record_answer"}
_GROUPS = (
    CasePages, PaperPages, FilePages, SigningPages, CanvasPages, TalkPages, ButtonPages,
    RecordPages, RecordTalkPages, Failures,
)  # fmt: skip


def create_pages(
    cases: CustomerCases,
    buttons: Buttons,
    records: RecordDesk,
    *,
    vault: Vault,
    public_base_url: str,
    words: Words | None = None,
    portal: PortalDesk | None = None,
    notices: PreferenceDesk | None = None,
) -> Blueprint:
    """The blueprint ``pages``: ``/s/`` and ``/p/`` (with ``portal``) for customers, ``/n/`` (with
    ``notices``) for whoever is told something, ``/b/`` and ``/r/`` for buttons on records.

    Make the application with ``static_folder=None``: it would answer ``/static`` itself otherwise.
    ``vault`` makes the CSRF tokens; cookies are secure when ``public_base_url`` is https.
    """
    https = public_base_url.lower().startswith("https://")
    words = words or Words()
    desk = Desk(cases, buttons, records, words, Visits(vault, words, secure=https))
    blueprint = Blueprint("pages", "hub.web", template_folder="templates")
    for group in _GROUPS:
        group(desk).register(blueprint)
    assets.register(blueprint)
    _guard(blueprint, desk, https, notices)
    if notices is not None:
        NoticePages(desk, notices).register(blueprint)
    if portal is not None:
        PortalPages(desk, portal).register(blueprint)
        PublicPages(desk, portal).register(blueprint)
    blueprint.add_app_template_filter(_base64, "base64")
    return blueprint


def _check_link(desk: Desk, notices: PreferenceDesk | None) -> None:
    """Strangers without a link cannot keep a thread waiting for their body."""
    places = request.view_args or {}
    if notices is not None and "choice" in places:
        notices.check(places["choice"])
    if "token" in places:
        desk.case(places["token"])
    elif "mapping" in places:
        desk.buttons.check(places["mapping"], request.args.to_dict())
    elif "instance" in places:
        desk.records.check(places["instance"], places["action"], request.args.to_dict())


def _base64(text: str) -> str:
    """For pictures inside a page: what is in an ``img`` runs no script."""
    return base64.b64encode(text.encode()).decode()


def _bound() -> None:
    """How much of a form is read."""
    if request.endpoint in _WITH_FILES:
        request.max_content_length, request.max_form_memory_size = MOST_BYTES, MOST_WORDS
        return
    most = MAX_INK_BYTES if request.endpoint in _INK else MAX_FORM_BYTES
    request.max_content_length = request.max_form_memory_size = most


def _is_cut() -> bool:
    """Whether a form's files are too long together: its page says so, and keeps the words."""
    return request.endpoint in _WITH_FILES and is_too_long(request)


def _guard(blueprint: Blueprint, desk: Desk, https: bool, notices: PreferenceDesk | None) -> None:
    @blueprint.before_request
    def look_at_the_browser() -> None:
        g.visit = desk.visits.read(request)
        holding.hold([token for _, token in desk.visits.portal_tokens(request)])
        if request.method == "POST" and request.endpoint != "pages.not_allowed":
            _bound()
            if request.mimetype not in _FORM_TYPES:
                abort(415)
            _check_link(desk, notices)  # before a byte of the body is read
            g.cut = words_before(request) if _is_cut() else None
            if request.endpoint not in _BY_PROGRAMS:
                desk.visits.check_csrf(visit(), g.cut if g.cut is not None else request.form)

    @blueprint.after_request
    def finish(response: Response) -> Response:
        headers.secure(response, https=https)
        if request.endpoint not in _FILES:
            desk.visits.write(visit(), request, response)
        return response
