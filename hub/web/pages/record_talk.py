"""The page on which the sender reads what customers wrote about a record, and answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import Retryable, Unfit
from hub.services.enclosures import FIELD
from hub.services.links import TALK
from hub.services.record_views import RecordView
from hub.services.remarks import LONGEST_REMARK
from hub.web.pages.files import answer
from hub.web.pages.reading import FILE_FACTS
from hub.web.pages.record import SHOWN, address, link_query
from hub.web.pages.screens import Desk, visit
from hub.web.pages.sent_files import given_files
from hub.web.pages.unfit import problem


class RecordTalkPages:
    """Routes below ``/r/<instance>/talk``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add, place = blueprint.add_url_rule, "/r/<instance>/talk"
        own = {"action": TALK}
        add(place, "record_talk", self.show, defaults=own)
        add(place, "record_answer", self.reply, methods=["POST"], defaults=own)
        add(f"{place}/<file_id>", "record_file", self.file, defaults=own)

    def show(self, instance: str, action: str) -> Response:
        """What was written; a person who sees it has read it."""
        view = self._view(instance, request.args.get(SHOWN, ""))
        if view.unread and visit().person and request.method == "GET":
            self._desk.records.read(instance, link_query(), view.request_id)
        return self._page(instance, view)

    def reply(self, instance: str, action: str) -> AnyResponse:
        """Send an answer, or say what is wrong with it and keep what was typed."""
        form = request.form if g.cut is None else g.cut
        view = self._view(instance, form.get("request", ""))
        text = form.get("text", "").replace("\r\n", "\n").strip()
        to = form.get("to", "")
        try:
            self._send(instance, view, to, text)
        except Unfit as error:
            found = problem(error, self._desk, "text")
            return self._page(
                instance,
                view,
                status=422,
                typed=text[: 2 * LONGEST_REMARK],
                to=to,
                text_problem=found.get("text", ""),
                files_problem=found.get(FIELD, ""),
                files_lost=g.cut is not None or any(one.filename for one in _chosen()),
            )
        return redirect(address(instance, TALK, **{SHOWN: view.request_id}), 303)

    def file(self, instance: str, action: str, file_id: str) -> Response:
        """A file that came with a message: to be saved, never shown as a page of ours."""
        view = self._view(instance, request.args.get(SHOWN, ""))
        found = self._desk.records.enclosed(instance, link_query(), view.request_id, file_id)
        return answer(found, "private, no-cache")

    def _send(self, instance: str, view: RecordView, to: str, text: str) -> None:
        if g.cut is not None:
            raise Unfit("files_long", field=FIELD)
        files = given_files(request)
        if not text and not files:
            raise Unfit("empty", field="text")
        if len(text) > LONGEST_REMARK:
            raise Unfit("too_long", field="text")
        try:
            self._desk.records.answer(instance, link_query(), view.request_id, to, text, files)
        except Retryable:
            if not files:
                raise
            raise Unfit("files_later", field=FIELD) from None

    def _view(self, instance: str, request_id: str) -> RecordView:
        view = self._desk.records.view(instance, TALK, link_query(), request_id)
        self._desk.speak(view.sender, view.language)
        g.zone = view.zone
        return view

    def _page(
        self, instance: str, view: RecordView, *, status: int = 200, **facts: Any
    ) -> Response:
        def place(file_id: str) -> str:
            path = url_for("pages.record_file", instance=instance, file_id=file_id)
            return f"{path}?{urlencode({**link_query(), SHOWN: view.request_id})}"

        usual = {"typed": "", "to": "", "text_problem": "", **FILE_FACTS, "file_address": place}
        here = address(instance, TALK)
        longest = LONGEST_REMARK
        return self._desk.show(
            "record_talk", status, view=view, here=here, longest=longest, **{**usual, **facts}
        )


def _chosen() -> list[Any]:
    return request.files.getlist(FIELD)
