"""The customer's case: where it stands, the form step by step, the review, yes or no."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.contracts.requests import RequestState
from hub.mapping.forms import FormStep, said
from hub.services.views import CaseView, LinkInvalid
from hub.web.pages.fields import TICKED, field_views, shown_answers
from hub.web.pages.reading import done_page
from hub.web.pages.screens import Desk, visit
from hub.web.pages.standing import (
    SIGNED,
    after_form,
    count_steps,
    first_undone,
    is_over,
    may_act,
    next_address,
)

MAX_REASON = 500
# How a case that is over without a signature is shown: template, status.
_ENDINGS = {
    RequestState.DECLINED: ("declined", 200),
    RequestState.EXPIRED: ("closed", 410),
    RequestState.CANCELLED: ("closed", 410),
    RequestState.FAILED: ("closed", 410),
}


class CasePages:
    """Routes below ``/s/<token>`` that have nothing to do with the signing method."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/s/<token>", "landing", self.landing)
        add("/s/<token>/form/<step>", "form", self.form)
        add("/s/<token>/form/<step>", "save", self.save, methods=["POST"])
        add("/s/<token>/review", "review", self.review)
        add("/s/<token>/decline", "decline", self.decline)
        add("/s/<token>/decline", "say_no", self.say_no, methods=["POST"])
        add("/s/<token>/done", "done", self.done)
        add("/", "home", self.nowhere)
        add("/s/", "nothing", self.nowhere)
        add("/s/<token>/<path:rest>", "nowhere", self.nowhere)
        for place in ("/", "/s/", "/s/<token>", "/s/<token>/<path:rest>"):
            add(place, "not_allowed", self.not_allowed, methods=["POST", "PUT", "PATCH", "DELETE"])

    def landing(self, token: str) -> AnyResponse:
        """Where the link leads: to the first thing left to do, or to how the case ended."""
        case = self._desk.case(token)
        if visit().person:
            self._desk.cases.opened(token, visit().client)
        if is_over(case):
            return self._ending(case)
        if case.papers.act == "done":  # others still have to act
            return done_page(self._desk, case, again=True)
        if case.elsewhere:
            return self._elsewhere(case)
        return redirect(next_address(case))

    def form(self, token: str, step: str) -> AnyResponse:
        """One step of the form, with what is known already."""
        case = self._desk.case(token)
        found = _step(case, step)
        undone = first_undone(case)
        too_early = undone is not None and step not in (*case.saved_steps, undone)
        if not may_act(case) or found is None or too_early or not case.may_change:
            return redirect(url_for("pages.landing", token=token))
        return self._form_page(case, found, case.answers, {})

    def save(self, token: str, step: str) -> AnyResponse:
        """Keep the answers of a step, or show it again with what is wrong."""
        case = self._desk.case(token)
        found = _step(case, step)
        if not may_act(case) or found is None or not case.may_change:
            return redirect(url_for("pages.landing", token=token), 303)
        data = {field.name: request.form.get(field.name, "") for field in found.fields}
        result = self._desk.cases.save_step(token, step, data, self._desk.language())
        if result.errors:
            return self._form_page(case, found, data, dict(result.errors), 422)
        if request.form.get("back_to") == "review":
            return redirect(url_for("pages.review", token=token), 303)
        if result.next_step is None:
            return redirect(after_form(case), 303)
        return redirect(url_for("pages.form", token=token, step=result.next_step), 303)

    def review(self, token: str) -> AnyResponse:
        """Everything at one glance, and the exact text that will be signed."""
        case = self._desk.case(token)
        if not may_act(case) or first_undone(case) is not None:
            return redirect(url_for("pages.landing", token=token))
        steps = case.form.steps if case.form else ()
        language = self._desk.language()
        answers = [
            (step, said(step.title, language), shown_answers(step, case.answers, language))
            for step in steps
        ]
        return self._desk.show(
            "review", answers=answers, terms=_paragraphs(case.terms), total=count_steps(case)
        )

    def decline(self, token: str) -> AnyResponse:
        """Ask once more, and why; nothing happens yet."""
        case = self._desk.case(token)
        if not may_act(case):
            return redirect(url_for("pages.landing", token=token))
        return self._desk.show("decline", max_reason=MAX_REASON)

    def say_no(self, token: str) -> AnyResponse:
        """The customer says no."""
        self._desk.case(token)
        reason = request.form.get("reason", "").strip()[:MAX_REASON]
        self._desk.cases.decline(token, reason, visit().client)
        return redirect(url_for("pages.landing", token=token), 303)

    def done(self, token: str) -> AnyResponse:
        """The moment after signing."""
        case = self._desk.case(token)
        if case.state not in SIGNED and (is_over(case) or case.papers.act != "done"):
            return redirect(url_for("pages.landing", token=token))
        return done_page(self._desk, case, again=False)

    def not_allowed(self, token: str = "", rest: str = "") -> AnyResponse:
        """An address that can only be looked at."""
        abort(405)

    def nowhere(self, token: str = "", rest: str = "") -> AnyResponse:
        """A mutilated link looks like any other wrong one."""
        raise LinkInvalid

    def _elsewhere(self, case: CaseView) -> AnyResponse:
        """To this person's own page at the provider that keeps what is signed; where there is none
        yet, or not for this person, a page says so and looks again."""
        if not case.address:
            return self._desk.show("soon")
        response = redirect(case.address)
        response.headers["Cache-Control"] = "no-store"  # it may lead elsewhere in a minute
        return response

    def _ending(self, case: CaseView) -> Response:
        if case.state in SIGNED:
            return done_page(self._desk, case, again=True)
        template, status = _ENDINGS[case.state]
        return self._desk.show(template, status)

    def _form_page(
        self,
        case: CaseView,
        step: FormStep,
        values: Mapping[str, str],
        errors: Mapping[str, str],
        status: int = 200,
    ) -> Response:
        keys = [one.key for one in case.form.steps] if case.form else []
        number = keys.index(step.key) + 1
        language = self._desk.language()
        known = {field.name for field in step.fields}
        fields = field_views(step, values, errors, language)
        return self._desk.show(
            "form",
            status,
            step=step,
            title=said(step.title, language),
            intro=said(step.intro, language),
            fields=fields,
            errors=errors,
            others=[text for name, text in errors.items() if name not in known],
            number=number,
            total=count_steps(case),
            previous=keys[number - 2] if number > 1 else None,
            to_review=first_undone(case) is None,
            last=number == len(keys),
            ticked=TICKED,
        )


def _step(case: CaseView, key: str) -> FormStep | None:
    return case.form.step(key) if case.form else None


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]
