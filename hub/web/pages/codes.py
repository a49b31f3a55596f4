"""One-time codes: sent by a button, answered to the script in words or by the page once more."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, jsonify, make_response, request

from hub.kernel.errors import Unfit
from hub.services.views import CaseView
from hub.web.pages.screens import Desk, visit
from hub.web.pages.unfit import problem
from hub.web.pages.words import N_

# Errors by field, and what is told beside the field → the page that holds the form.
Page = Callable[[dict[str, str], str], Response]


def scripted() -> bool:
    """Whether the page's script asks, which wants data instead of a page."""
    return request.accept_mimetypes.best == "application/json"


def send_code(desk: Desk, case: CaseView, purpose: str, page: Page) -> Response:
    """Send a code and say where to; what was filled in already stays."""
    try:
        sent = desk.cases.send_code(case.token, visit().session, purpose)
    except Unfit as error:
        errors = problem(error, desk, "code")
        if scripted():
            return make_response(jsonify(said="", problem=errors.get("code", "")), 422)
        return page(errors, "")
    said = desk.say(N_("We have sent a code to %(address)s."), address=sent.to)
    if scripted():
        return jsonify(said=said, again_in=sent.again_in)
    return page({}, said)
