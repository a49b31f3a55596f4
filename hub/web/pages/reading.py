"""The facts of the two pages that show documents: before signing, and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from hub.services.document_views import PersonView, TotalsView
from hub.services.enclosures import LARGEST, MOST_FILES
from hub.services.views import CaseView
from hub.web.pages.screens import Desk, visit
from hub.web.pages.standing import count_steps, is_over, may_act, needs_review
from hub.web.pages.words import N_

MAX_REMARK = 2000
# What a dialogue for choosing files offers first; what is taken, the bytes say.
TAKEN_TYPES = "application/pdf,image/jpeg,image/png,image/webp,text/plain"
# What the field for files of a message needs to be told.
FILE_FACTS: Mapping[str, Any] = {
    "files_problem": "",
    "files_lost": False,
    "max_files": MOST_FILES,
    "largest_file": LARGEST,
    "taken_types": TAKEN_TYPES,
}


@dataclass(frozen=True)
class Place:
    """Something that must be looked at first: its name, where it is, the page's number."""

    title: str
    address: str
    page: int = 0


def document_page(
    desk: Desk, case: CaseView, told: str = "", status: int = 200, **facts: object
) -> Response:
    """Documents, attachments, lines, people and remarks, with the one button."""
    return desk.show(
        "document",
        status,
        **{
            **_shared(desk, case),
            "told": told,
            "unseen": [_place(case, key) for key in case.papers.unseen],
            "may_act": may_act(case),
            "may_choose": may_act(case) and case.papers.may_choose,
            "reviewed": needs_review(case),
            "number": count_steps(case) - 1 if case.form else 0,
            "total": count_steps(case),
            **facts,
        },
    )


def done_page(desk: Desk, case: CaseView, *, again: bool, **facts: object) -> Response:
    """What was signed, by whom and when, and what can be taken along."""
    return desk.show(
        "done",
        422 if facts.get("remark_problem") or facts.get("files_problem") else 200,
        **{"again": again, **_shared(desk, case), **facts},
    )


def total_rows(desk: Desk, totals: TotalsView | None) -> list[tuple[str, str]]:
    """What stands above the total: the sum without tax, and each tax."""
    if totals is None:
        return []
    rows = [(desk.say(N_("Without VAT")), desk.money(totals.net, totals.currency))]
    for rate, on, tax in totals.taxes:
        values = {"rate": desk.number(rate), "amount": desk.money(on, totals.currency)}
        label = desk.say(N_("VAT %(rate)s%% on %(amount)s"), **values)
        rows.append((label, desk.money(tax, totals.currency)))
    return rows


def _shared(desk: Desk, case: CaseView) -> dict[str, Any]:
    papers = case.papers
    if visit().person and any(one.new for one in papers.remarks) and not papers.in_person:
        desk.cases.read_remarks(case.token)  # this page shows them as new, the next one does not
    me = next((one for one in papers.people if one.me), None)
    return {
        "rows": total_rows(desk, papers.totals),
        "me": me,
        "turn": _whose_turn(case, me),
        "max_remark": MAX_REMARK,
        "remark": "",
        "remark_problem": "",
        **FILE_FACTS,
        "file_address": lambda file_id: url_for(
            "pages.enclosed", token=case.token, file_id=file_id
        ),
        "unread": sum(one.new for one in papers.remarks),
    }


def _whose_turn(case: CaseView, me: PersonView | None) -> list[str]:
    """The names of those who are waited for, besides the holder of the link."""
    if is_over(case):
        return []
    return [one.name for one in case.papers.people if one.state == "invited" and one is not me]


def _place(case: CaseView, unseen: str) -> Place:
    attachments = {one.key: one.title for one in case.papers.attachments}
    if unseen in attachments:
        address = url_for("pages.attachment", token=case.token, key=unseen)
        return Place(attachments[unseen], address)
    key, _, page = unseen.rpartition(":")
    documents = {one.key: one.title for one in case.papers.documents}
    return Place(documents.get(key, key), f"#{key}-{page}", int(page) if page.isdecimal() else 0)
