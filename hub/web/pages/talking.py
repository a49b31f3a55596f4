"""What goes to other people: remarks to the sender, and the link passed on to somebody else."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import Unfit
from hub.services.views import CaseView
from hub.web.pages.codes import send_code
from hub.web.pages.reading import MAX_REMARK, document_page, done_page
from hub.web.pages.screens import Desk, visit
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
        text = request.form.get("text", "").replace("\r\n", "\n").strip()
        if text and not _just_said(case, text):
            try:
                self._desk.cases.remark(token, text, visit().client)
            except Unfit as error:
                return self._wrong(case, text, error)
        elif not text:
            return self._wrong(case, text, Unfit("empty", field="text"))
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

    def _wrong(self, case: CaseView, text: str, error: Unfit) -> Response:
        words = next(iter(problem(error, self._desk, "text").values()))
        facts = {"remark": text[: 2 * MAX_REMARK], "remark_problem": words}
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
    remarks = case.papers.remarks
    return bool(remarks) and remarks[-1].mine and remarks[-1].text.strip() == text


def _may_forward(case: CaseView) -> bool:
    return may_act(case) and case.papers.offer.forward and not case.papers.in_person
