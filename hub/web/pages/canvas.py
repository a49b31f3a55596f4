"""Sign here: what was drawn or typed goes in, and what is wrong with it comes back at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.contracts.steps import Canvas
from hub.kernel.errors import Unfit
from hub.services.views import CaseClosed, CaseView, LinkInvalid, NotReady, SigningStatus
from hub.web.pages.codes import scripted, send_code
from hub.web.pages.screens import Desk, visit
from hub.web.pages.standing import is_over, may_act
from hub.web.pages.unfit import problem

_FIELDS = ("method", "name", "ink", "code")


@dataclass(frozen=True)
class CanvasFields:
    """What ``canvas_fields.html`` draws: how one may sign, what was given, what is wrong with it.
    The field for a one-time code is the page's own, so ``code`` stays empty."""

    order: str
    methods: tuple[str, ...]
    least_ink: float
    method: str
    name: str
    consent: str
    agreed: bool
    errors: Mapping[str, str]
    code: str = ""


class CanvasPages:
    """Routes below ``/s/<token>/sign/<order>`` that take a signature on our own page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/s/<token>/sign/<order>", "sign_here", self.sign_here, methods=["POST"])
        add("/s/<token>/sign/<order>/code", "sign_code", self.sign_code, methods=["POST"])

    def sign_here(self, token: str, order: str) -> AnyResponse:
        """Take the signature. Sent twice it is one: the second finds the case signed."""
        case = self._desk.case(token)
        if not may_act(case):
            return _go(self._after(case))
        answer = given()
        try:
            view = self._desk.cases.sign_here(
                token, order, visit().session, answer, visit().client, self._desk.language()
            )
        except LinkInvalid:  # of another browser: the page of the order says so
            return _go(url_for("pages.sign", token=token, order=order))
        except Unfit as error:
            errors = problem(error, self._desk, "method")
            if scripted():
                return make_response(jsonify(errors=errors), 422)
            return self._again(case, order, answer, errors)
        except NotReady:
            return _go(url_for("pages.document", token=token, missing=1))
        except CaseClosed:
            return _go(url_for("pages.landing", token=token))
        if view.status is SigningStatus.ACCEPTED:
            return _go(url_for("pages.done", token=token))
        return _go(url_for("pages.sign", token=token, order=order))

    def sign_code(self, token: str, order: str) -> AnyResponse:
        """Send the code that is asked for before signing."""
        case = self._desk.case(token)
        if not may_act(case) or not case.papers.offer.code:
            return redirect(url_for("pages.landing", token=token), 303)

        def page(errors: dict[str, str], told: str) -> Response:
            return self._again(case, order, given(), errors, told)

        return send_code(self._desk, case, "sign", page)

    def _after(self, case: CaseView) -> str:
        done = is_over(case) or case.papers.act == "done"
        return url_for("pages.done" if done else "pages.landing", token=case.token)

    def _again(
        self,
        case: CaseView,
        order: str,
        answer: dict[str, Any],
        errors: dict[str, str],
        told: str = "",
    ) -> Response:
        view = self._desk.cases.signing(
            case.token, order, visit().session, visit().client, self._desk.language()
        )
        if not isinstance(view.step, Canvas):
            raise LinkInvalid
        return canvas_page(self._desk, case, order, view.step, answer, errors, told)


def _go(address: str) -> AnyResponse:
    """On to the next page; the script goes there by itself."""
    return jsonify(location=address) if scripted() else redirect(address, 303)


def given() -> dict[str, Any]:
    """What the form holds; the use case and the provider say what of it fits."""
    return {
        **{name: request.form.get(name, "") for name in _FIELDS},
        "consent": bool(request.form.get("consent")),
    }


def canvas_page(
    desk: Desk,
    case: CaseView,
    order: str,
    step: Canvas,
    answer: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    told: str = "",
) -> Response:
    """The fields to sign in, with what was given before."""
    known = answer or {"name": case.recipient_name}
    fields = CanvasFields(
        order=order,
        methods=step.methods,
        least_ink=step.least_ink,
        method=known.get("method", ""),
        name=known.get("name", ""),
        consent=case.papers.offer.consent,
        agreed=bool(known.get("consent")),
        errors=errors or {},
    )
    status = 422 if errors else 200
    return desk.show("sign_here", status, canvas=fields, told=told, code=known.get("code", ""))
