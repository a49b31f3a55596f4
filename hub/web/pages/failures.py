"""What a customer sees when something is wrong: words, the right status, and a way on.

No page says whether a link ever existed, and none shows an operator's detail.
"""

from __future__ import annotations

import math
from contextlib import suppress

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import AuthenticationFailed, ParaphError, Refused, Retryable
from hub.kernel.logging import get_logger
from hub.services.views import CaseClosed, CaseView, LinkInvalid, NotReady
from hub.web.pages.screens import CaseLocked, Desk
from hub.web.pages.visit import CsrfFailed

_log = get_logger(__name__)
_RETRY_AFTER = 30  # seconds; said when the failing side gave no time of its own
# HTTP status → which text of trouble.html.
_HTTP = {413: "too_large", 415: "wrong_content", 404: "link", 400: "wrong_content"}
# Posts to an address that shows the same page when it is asked for again.
_SHOWN_AGAIN = {"pages.save", "pages.say_no", "pages.press", "pages.record_press"}


class Failures:
    """Error handlers of the pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Hook the handlers in; the most special class wins."""
        blueprint.register_error_handler(LinkInvalid, self.link_invalid)
        blueprint.register_error_handler(CaseClosed, self.case_closed)
        blueprint.register_error_handler(CaseLocked, self.case_locked)
        blueprint.register_error_handler(NotReady, self.not_ready)
        blueprint.register_error_handler(CsrfFailed, self.csrf_failed)
        blueprint.register_error_handler(Retryable, self.unavailable)
        blueprint.register_error_handler(AuthenticationFailed, self.unavailable)
        blueprint.register_error_handler(Refused, self.refused)
        blueprint.register_error_handler(HTTPException, self.http)
        blueprint.register_error_handler(Exception, self.unexpected)

    def link_invalid(self, error: LinkInvalid) -> Response:
        """Unknown, tampered with or withdrawn: the same page, word for word."""
        for name in ("case", "sender", "language"):
            g.pop(name, None)
        return self._trouble("link", 404, None)

    def case_closed(self, error: CaseClosed) -> AnyResponse:
        """The case tells by itself how it ended."""
        return redirect(self._case_address(), 303)

    def case_locked(self, error: CaseLocked) -> Response:
        """The sender's tablet goes back to the sender; a page that still asks is loaded anew."""
        if request.endpoint == "pages.status":
            return jsonify(screen="done", message="")
        return self._desk.show("locked")

    def not_ready(self, error: NotReady) -> AnyResponse:
        """Go to the step that comes first, or say that a file is still being made."""
        token = (request.view_args or {})["token"]
        if request.endpoint == "pages.download":
            self._know_the_case()
            response = self._trouble("preparing", 503, self._way_on())
            response.headers["Retry-After"] = str(_RETRY_AFTER)
            return response
        case: CaseView | None = g.get("case")
        if case is not None and case.form and case.form.step(error.step):
            return redirect(url_for("pages.form", token=token, step=error.step), 303)
        return redirect(url_for("pages.document", token=token, missing=1), 303)

    def csrf_failed(self, error: CsrfFailed) -> Response:
        """An old page, another site, or a browser without cookies."""
        self._know_the_case()
        return self._trouble("csrf", 403, self._way_on())

    def unavailable(self, error: Retryable | AuthenticationFailed) -> Response:
        """Somebody else's system (or our account there) does not work just now."""
        response = self._trouble("unavailable", 503, self._way_on())
        wait = error.retry_after if isinstance(error, Retryable) else None
        response.headers["Retry-After"] = str(math.ceil(wait or _RETRY_AFTER))
        return response

    def refused(self, error: Refused) -> Response:
        """The other side said no; its words when it has any for the customer."""
        own = error.customer if error.customer != ParaphError.customer else None
        return self._trouble("refused", 409, self._way_on(), message=own)

    def http(self, error: HTTPException) -> Response:
        """Too large, wrong content, an address that takes nothing."""
        status = error.code or 500
        if status < 500:
            self._know_the_case()
        text = _HTTP.get(status, "broken" if status >= 500 else "wrong_content")
        return self._trouble(text, status, None if text == "link" else self._way_on())

    def unexpected(self, error: Exception) -> Response:
        """Something of ours broke: it is logged, and the customer is told without details."""
        _log.error("unexpected error", path=request.path, exc_info=error)
        return self._trouble("broken", 500, self._way_on())

    def _trouble(
        self, text: str, status: int, again: str | None, message: str | None = None
    ) -> Response:
        return self._desk.show("trouble", status, text=text, again=again, message=message)

    def _know_the_case(self) -> None:
        """Say who is asking here too, where the guard struck before the page could look."""
        token = (request.view_args or {}).get("token")
        if token and "case" not in g:
            with suppress(ParaphError):
                self._desk.case(token)

    def _way_on(self) -> str:
        """Where "try again" leads: this page if it can be asked for again, else its case."""
        if request.method == "GET" or request.endpoint in _SHOWN_AGAIN:
            return request.full_path.rstrip("?")
        return self._case_address()

    def _case_address(self) -> str:
        token = (request.view_args or {}).get("token")
        return url_for("pages.landing", token=token) if token else request.path
