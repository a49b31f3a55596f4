"""The document page: read, look at attachments, choose lines, then go on to sign or approve."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.services.views import CaseView, LinkInvalid
from hub.web.pages.codes import scripted
from hub.web.pages.reading import document_page, total_rows
from hub.web.pages.screens import Desk, visit
from hub.web.pages.signing import FLOWS
from hub.web.pages.standing import first_undone, is_over, may_act, needs_review, next_address
from hub.web.pages.words import N_

LINE_FIELD = "line"
_TOLD = ("replaced", "missing", "changed")  # what the page says on top
_HAS_LINES = "lines"  # the form holds tick boxes, of which none may be ticked


class PaperPages:
    """Routes of what is read before signing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/s/<token>/document", "document", self.document)
        add("/s/<token>/document", "act", self.act, methods=["POST"])
        add("/s/<token>/lines", "lines", self.lines_address)
        add("/s/<token>/lines", "choose_lines", self.choose_lines, methods=["POST"])
        add("/s/<token>/d/<key>/text/<int:number>", "page_words", self.page_words)
        add("/s/<token>/earlier/<key>/<int:version>", "former", self.former)
        add("/s/<token>/a/<key>", "attachment", self.attachment)

    def document(self, token: str) -> AnyResponse:
        """Everything there is to read and to choose."""
        case = self._desk.case(token)
        if is_over(case) or case.elsewhere or case.papers.act == "done":
            return redirect(url_for("pages.landing", token=token))
        if may_act(case) and first_undone(case) is not None:
            return redirect(next_address(case))
        told = next((word for word in _TOLD if word in request.args), "")
        return document_page(self._desk, case, told)

    def act(self, token: str) -> AnyResponse:
        """The one button. Ticks come first: who sees another total than before presses again."""
        case = self._desk.case(token)
        if not may_act(case) or first_undone(case) is not None:
            return redirect(url_for("pages.landing", token=token), 303)
        if request.form.get("stamp", case.papers.stamp) != case.papers.stamp:
            return redirect(url_for("pages.document", token=token, replaced=1), 303)
        ticked = _ticked(case)
        if ticked is not None and ticked != _chosen(case):
            self._desk.cases.choose_lines(token, sorted(ticked))
            return redirect(url_for("pages.document", token=token, changed=1), 303)
        if case.papers.unseen:
            return redirect(url_for("pages.document", token=token, missing=1), 303)
        return redirect(self._next(case), 303)

    def lines_address(self, token: str) -> AnyResponse:
        """Somebody reloaded the address of the tick boxes."""
        return redirect(url_for("pages.landing", token=token))

    def choose_lines(self, token: str) -> AnyResponse:
        """Keep the ticks; the new total as words for the script, or as a page."""
        case = self._desk.case(token)
        ticked = _ticked(case)
        if not may_act(case) or ticked is None:
            return redirect(url_for("pages.landing", token=token), 303)
        totals = self._desk.cases.choose_lines(token, sorted(ticked))
        if not scripted():
            return redirect(url_for("pages.document", token=token, changed=1), 303)
        if totals is None:
            return jsonify(rows=[], gross="", said="")
        gross = self._desk.money(totals.gross, totals.currency)
        said = self._desk.say(N_("The total is now %(total)s."), total=gross)
        return jsonify(rows=total_rows(self._desk, totals), gross=gross, said=said)

    def page_words(self, token: str, key: str, number: int) -> AnyResponse:
        """The words of one page, with the ways to the pages before and after it."""
        case = self._desk.case(token)
        found = next((one for one in case.papers.documents if one.key == key), None)
        if found is None:
            raise LinkInvalid
        text = self._desk.cases.page_text(token, key, found.version, number)
        return self._desk.show("page_words", document=found, number=number, text=text)

    def former(self, token: str, key: str, version: int) -> AnyResponse:
        """A version that was replaced, to read only."""
        case = self._desk.case(token)
        known = {(one.key, one.version): one for one in case.papers.former}
        found = known.get((key, version))
        if found is None:
            raise LinkInvalid
        pages = self._desk.cases.former_pages(token, key, version)
        return self._desk.show("former", document=found, pages=pages)

    def attachment(self, token: str, key: str) -> AnyResponse:
        """One attachment: its picture, or its file to fetch."""
        case = self._desk.case(token)
        found = next((one for one in case.papers.attachments if one.key == key), None)
        if found is None:
            raise LinkInvalid
        return self._desk.show("attachment", file=found)

    def _next(self, case: CaseView) -> str:
        """Approve, or begin to sign; the address of what is shown then."""
        token, cases = case.token, self._desk.cases
        if case.papers.act == "approve":
            cases.approve(token, visit().client)
            return url_for("pages.done", token=token)
        if needs_review(case):
            return url_for("pages.review", token=token)
        view = cases.begin_signing(
            token, FLOWS[0], visit().session, visit().client, self._desk.language()
        )
        return url_for("pages.sign", token=token, order=view.order_id)


def _ticked(case: CaseView) -> set[str] | None:
    """The optional lines that the form at hand wants; None when it holds no tick boxes."""
    if _HAS_LINES not in request.form or not case.papers.may_choose:
        return None
    optional = {line.id for line in case.papers.lines if line.optional}
    return optional & set(request.form.getlist(LINE_FIELD))


def _chosen(case: CaseView) -> set[str]:
    return {line.id for line in case.papers.lines if line.optional and line.chosen}
