"""What goes to other people: remarks to the sender, and the link passed on to somebody else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import Retryable, Unfit
from hub.services.enclosures import FIELD
from hub.services.views import CaseView
from hub.web.pages.codes import send_code
from hub.web.pages.reading import MAX_REMARK, document_page, done_page
from hub.web.pages.screens import Desk, visit
from hub.web.pages.sent_files import given_files
from hub.web.pages.standing import is_over, may_act
from hub.web.pages.unfit import problem

_FIELDS = ("name", "email", "mobile", "code")
_MOST = 320  # characters of a field; the use case says what fits


class TalkPages:
    """Routes of remarks and of forwarding."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/s/<token>/remark", "remarks", self.remarks)
        add("/s/<token>/remark", "remark", self.remark, methods=["POST"])
        add("/s/<token>/forward", "forward", self.forward)
        add("/s/<token>/forward", "pass_on", self.pass_on, methods=["POST"])
        add("/s/<token>/forward/code", "forward_code", self.forward_code, methods=["POST"])

    def remarks(self, token: str) -> AnyResponse:
        """Somebody reloaded the address of the form's button."""
        return redirect(url_for("pages.landing", token=token))

    def remark(self, token: str) -> AnyResponse:
        """Tell the sender something; the same words once more are not sent again."""
        case = self._desk.case(token)
        form = request.form if g.cut is None else g.cut
        text = form.get("text", "").replace("\r\n", "\n").strip()
        if g.cut is not None:
            return self._wrong(case, text, Unfit("files_long", field=FIELD))
        files = given_files(request)
        if not files and text and _just_said(case, text):
            return self._said(token)
        try:
            self._desk.cases.remark(token, text, visit().client, files)
        except Unfit as error:
            return self._wrong(case, text, error, files_lost=bool(files))
        except Retryable:
            if not files:
                raise
            return self._wrong(case, text, Unfit("files_later", field=FIELD))
        return self._said(token)

    def _said(self, token: str) -> AnyResponse:
        return redirect(url_for("pages.landing", token=token, _anchor="remarks"), 303)

    def forward(self, token: str) -> AnyResponse:
        """Who is to get the link instead?"""
        case = self._desk.case(token)
        if not _may_forward(case):
            return redirect(url_for("pages.landing", token=token))
        return self._forward_page({}, {})

    def pass_on(self, token: str) -> AnyResponse:
        """Give it to somebody else, or say what is wrong."""
        case = self._desk.case(token)
        if not _may_forward(case):
            return redirect(url_for("pages.landing", token=token), 303)
        data = _given()
        try:
            self._desk.cases.forward(token, visit().session, data, visit().client)
        except Unfit as error:
            return self._forward_page(data, problem(error, self._desk, "name"))
        return redirect(url_for("pages.landing", token=token), 303)

    def forward_code(self, token: str) -> AnyResponse:
        """Send the code that proves who passes it on."""
        case = self._desk.case(token)
        if not _may_forward(case):
            return redirect(url_for("pages.landing", token=token), 303)

        def page(errors: dict[str, str], told: str) -> Response:
            return self._forward_page(_given(), errors, told)

        return send_code(self._desk, case, "forward", page)

    def _wrong(
        self, case: CaseView, text: str, error: Unfit, *, files_lost: bool = True
    ) -> Response:
        """The page once more, with what is wrong and with what was typed; which files were chosen a
        browser forgets."""
        found = problem(error, self._desk, "text")
        facts: dict[str, Any] = {
            "remark": text[: 2 * MAX_REMARK],
            "remark_problem": found.get("text", ""),
            "files_problem": found.get(FIELD, ""),
            "files_lost": files_lost,
        }
        if is_over(case) or case.papers.act == "done":
            return done_page(self._desk, case, again=True, **facts)
        return document_page(self._desk, case, status=422, **facts)

    def _forward_page(
        self, data: dict[str, str], errors: dict[str, str], told: str = ""
    ) -> Response:
        return self._desk.show(
            "forward", 422 if errors else 200, data=data, errors=errors, told=told
        )


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:_MOST] for name in _FIELDS}


def _just_said(case: CaseView, text: str) -> bool:
    last = case.papers.remarks[-1] if case.papers.remarks else None
    return last is not None and last.mine and not last.files and last.text.strip() == text


def _may_forward(case: CaseView) -> bool:
    return may_act(case) and case.papers.offer.forward and not case.papers.in_person
