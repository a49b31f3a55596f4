"""The signing step: choose a device, scan or open the app, wait, come back, try again.

The browser only ever sees the hub's own order id, and everything it asks for while it waits comes
from the database; who talks to the provider is the engine.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.contracts.plugin import Wording
from hub.contracts.steps import Canvas, Embed, Form, Redirect, ScanCode, Wait
from hub.kernel.errors import Unsupported
from hub.services.views import CaseView, LinkInvalid, SigningStatus, SigningView
from hub.web.pages.canvas import canvas_page
from hub.web.pages.screens import Desk, visit
from hub.web.pages.standing import first_undone, is_over, may_act

FLOWS = ("this_device", "other_device")
_POLL_AFTER = 2.0
_OVER = {SigningStatus.REFUSED, SigningStatus.FAILED}


@dataclass(frozen=True)
class Screen:
    """What the signing page shows at this moment. ``kind`` is ``scan``, ``open``, ``wait``,
    ``leave`` (to the provider's own page), ``canvas`` (sign on ours), ``return``, ``over`` or
    ``done``; when it changes, the page is loaded anew. ``refresh`` and ``poll_after`` are
    seconds."""

    kind: str
    message: str
    code: bool = False
    start_url: str = ""
    auto_start: bool = False
    refresh: float = 1.0
    poll_after: float = _POLL_AFTER


def screen_of(view: SigningView, language: str) -> Screen:
    """Turn status and next step into a screen. Raises ``Unsupported`` for steps of later kinds."""
    if view.status is SigningStatus.ACCEPTED:
        return Screen("done", view.message)
    if view.status in _OVER:
        return Screen("over", view.message)
    if view.status is SigningStatus.RETURN_NEEDED:
        return Screen("return", view.message)
    match view.step:
        case ScanCode() as step:
            return _scan(view, step, language)
        case Redirect(url=url):
            return Screen("leave", view.message, start_url=url)
        case Wait(message=message, poll_after=after):
            return Screen("wait", view.message or _say(message, language), poll_after=after)
        case Canvas():
            return Screen("canvas", view.message)
        case Embed() | Form():
            raise Unsupported(f"the pages cannot show a {type(view.step).__name__} step")
        case _:
            return Screen("wait", view.message)


class SigningPages:
    """Routes below ``/s/<token>/sign``, and the way back from the app."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/s/<token>/sign", "choose", self.choose)
        add("/s/<token>/sign", "begin", self.begin, methods=["POST"])
        add("/s/<token>/sign/<order>", "sign", self.sign)
        add("/s/<token>/sign/<order>/status", "status", self.status)
        add("/s/<token>/sign/<order>/qr.svg", "qr", self.qr)
        add("/s/<token>/sign/<order>/cancel", "cancel", self.cancel, methods=["POST"])
        add("/s/<token>/return", "returned", self.returned)

    def choose(self, token: str) -> AnyResponse:
        """Somebody reloaded the address of the form's button."""
        return redirect(url_for("pages.landing", token=token))

    def begin(self, token: str) -> AnyResponse:
        """Start an order; never by a GET."""
        case = self._desk.case(token)
        if not may_act(case) or first_undone(case) is not None:
            return redirect(url_for("pages.landing", token=token), 303)
        if case.papers.unseen:
            return redirect(url_for("pages.document", token=token, missing=1), 303)
        asked = request.form.get("flow", "")
        flow = asked if asked in FLOWS else FLOWS[0 if visit().handheld else 1]
        view = self._desk.cases.begin_signing(
            token, flow, visit().session, visit().client, self._desk.language()
        )
        return redirect(url_for("pages.sign", token=token, order=view.order_id), 303)

    def sign(self, token: str, order: str) -> AnyResponse:
        """The page that the customer looks at while the app is at work."""
        case = self._desk.case(token)
        try:
            view = self._view(token, order)
        except LinkInvalid:
            return self._elsewhere(case)
        if view.status is SigningStatus.ACCEPTED:
            return redirect(url_for("pages.done", token=token))
        if is_over(case) or case.papers.act == "done":
            return redirect(url_for("pages.landing", token=token))
        if isinstance(view.step, Canvas) and view.status is SigningStatus.PENDING:
            return canvas_page(self._desk, case, order, view.step)
        screen = screen_of(view, self._desk.language())
        template = "over" if screen.kind == "over" else "sign"
        if view.replaced:
            template = "replaced"
        return self._desk.show(template, order=order, flow=view.flow, screen=screen)

    def status(self, token: str, order: str) -> Response:
        """What has changed, for the page's script."""
        case = self._desk.case(token)
        try:
            screen = screen_of(self._view(token, order), self._desk.language())
        except LinkInvalid:
            return make_response(jsonify(screen="gone"), 404)
        if is_over(case) or case.papers.act == "done":  # signed, withdrawn or expired meanwhile
            screen = Screen("done", screen.message)
        return jsonify(
            screen=screen.kind,
            message=screen.message,
            code=screen.code,
            link=bool(screen.start_url),
            poll_after=screen.poll_after,
        )

    def qr(self, token: str, order: str) -> Response:
        """The code of this very second. 204 when there is none to show any more: the page asks once
        more before it hears so, and that is no fault to report in the browser's console."""
        try:
            step = self._view(token, order).step
        except LinkInvalid:
            return make_response("", 404)
        if not isinstance(step, ScanCode) or step.qr_content is None:
            return make_response("", 204)
        response = make_response(qr_svg(step.qr_content))
        response.mimetype = "image/svg+xml"
        return response

    def cancel(self, token: str, order: str) -> AnyResponse:
        """The customer goes back to the review."""
        self._desk.case(token)
        self._desk.cases.cancel_signing(token, order, visit().session)
        return redirect(url_for("pages.landing", token=token), 303)

    def returned(self, token: str) -> AnyResponse:
        """The app on the same device sends the browser here, with the order's one-time nonce."""
        case = self._desk.case(token)
        if visit().ahead:  # a prefetch must not use up the nonce
            return redirect(url_for("pages.landing", token=token))
        try:
            view = self._desk.cases.returned(
                token, request.args.get("n", ""), visit().session, self._desk.language()
            )
        except LinkInvalid:
            return self._elsewhere(case)
        if view.status is SigningStatus.ACCEPTED:
            return redirect(url_for("pages.done", token=token))
        return redirect(url_for("pages.sign", token=token, order=view.order_id))

    def _view(self, token: str, order: str) -> SigningView:
        return self._desk.cases.signing(
            token, order, visit().session, visit().client, self._desk.language()
        )

    def _elsewhere(self, case: CaseView) -> AnyResponse:
        """This browser did not start that order; whether there is one stays untold."""
        if is_over(case):
            return redirect(url_for("pages.landing", token=case.token))
        return self._desk.show("trouble", 403, text="elsewhere", again=self._landing(case))

    @staticmethod
    def _landing(case: CaseView) -> str:
        return url_for("pages.landing", token=case.token)


def qr_svg(content: str) -> bytes:
    """A QR code as SVG: black on white in every mode, since cameras want that."""
    picture = io.BytesIO()
    segno.make_qr(content, error="l").save(
        picture, kind="svg", xmldecl=False, omitsize=True, border=2, dark="#000", light="#fff"
    )
    return picture.getvalue()


def _scan(view: SigningView, step: ScanCode, language: str) -> Screen:
    return Screen(
        kind="open" if view.flow == "this_device" else "scan",
        message=view.message or _say(step.message, language),
        code=step.qr_content is not None,
        start_url=step.start_url or "",
        auto_start=step.auto_start,
        refresh=step.refresh,
    )


def _say(wording: Wording, language: str) -> str:
    return wording.get(language) or wording["en"]
