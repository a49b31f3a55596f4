"""Where a case stands for the holder of a link, and so which page comes first."""

from __future__ import annotations

from flask import url_for

from hub.contracts.requests import FINAL_STATES, RequestState
from hub.services.views import CaseView

SIGNED = {RequestState.SIGNED, RequestState.COMPLETED}
_MAY_ACT = {"sign", "approve"}


def is_over(case: CaseView) -> bool:
    """Whether nobody has anything left to do. Who has signed while others still have to is told so
    by ``act``."""
    return case.state in FINAL_STATES


def may_act(case: CaseView) -> bool:
    """Whether it is this person's turn to sign or to approve here."""
    return not is_over(case) and not case.elsewhere and case.papers.act in _MAY_ACT


def first_undone(case: CaseView) -> str | None:
    """The key of the first form step that is not saved; None when what is signed comes next."""
    steps = case.form.steps if case.form else ()
    return next((step.key for step in steps if step.key not in case.saved_steps), None)


def has_papers(case: CaseView) -> bool:
    """Whether there is something to read or to choose before signing."""
    papers = case.papers
    return bool(papers.documents or papers.attachments or papers.lines)


def needs_review(case: CaseView) -> bool:
    """Whether answers, terms or the choice of a device have a page of their own before signing."""
    return bool(case.form or case.terms or not case.papers.offer.methods)


def count_steps(case: CaseView) -> int:
    """How many pages there are up to the review, for "Step 2 of 4"."""
    forms = len(case.form.steps) if case.form else 0
    return forms + has_papers(case) + 1


def after_form(case: CaseView) -> str:
    """The address of what follows the last form step."""
    endpoint = "pages.document" if has_papers(case) else "pages.review"
    return url_for(endpoint, token=case.token)


def next_address(case: CaseView) -> str:
    """The address of the first thing left to do, while the case is not over."""
    undone = first_undone(case)
    if may_act(case) and undone is not None:
        return url_for("pages.form", token=case.token, step=undone)
    if has_papers(case) or not may_act(case) or case.papers.act == "approve":
        return url_for("pages.document", token=case.token)
    return url_for("pages.review", token=case.token)
