"""The field-service side's screen: offers, how each stands in the customer's portal, which of them
nobody has opened, and the buttons to share one and to ask once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from connectors.crm_rest.sandbox.service import ALL, OFFER, ONE, TASK
from connectors.crm_rest.sandbox.store import Refusal, Row, Store
from hub.kernel.clock import Clock

_USUAL, _MOST = 7, 365  # days
_WAITING = ("Shared", "Replaced")  # nobody has opened it, as it is now
_CHASED = (*_WAITING, "Opened")
_LABELS = {
    "shared_at": "Shared",
    "opened_at": "Opened",
    "downloaded_at": "Downloaded",
    "downloaded_by": "Downloaded by",
    "accepted_at": "Accepted",
    "accepted_by": "Accepted by",
    "declined_at": "Declined",
    "portal_reason": "Reason",
    "last_message": "Last message",
    "last_message_at": "Last message at",
    "total": "Total with VAT",
}


class ServiceScreen:
    """Pages for people. Nobody signs in."""

    def __init__(self, store: Store, clock: Clock, base_url: str) -> None:
        self._store = store
        self._clock = clock
        self._base_url = base_url
        self.portal = ""  # where the customers look
        self.chase = ""  # the hub's button of an offer, with ``{id}``

    def blueprint(self) -> Blueprint:
        """The routes."""
        made = Blueprint("service", __name__)
        add = made.add_url_rule
        add("/service/", "all", self.all)
        add("/service/<int:number>", "one", self.one)
        add("/service/<int:number>.json", "shown", self.shown)
        add("/service/<int:number>/share", "share", self.share, methods=["POST"])
        add("/service/<int:number>/files/<int:file>", "file", self.file)
        made.register_error_handler(Refusal, _refused)
        made.add_app_template_filter(_moment, "moment")
        return made

    def all(self) -> str:
        """Every offer, and those that nobody has opened for some days."""
        days = min(request.args.get("days", _USUAL, type=int), _MOST)
        with self._store.guard:
            offers = list(self._store.rows[OFFER].values())
            tasks = list(self._store.rows[TASK].values())
        unopened = [row for row in offers if self._waits(row, days)]
        return self._page(offers=offers, tasks=tasks, unopened=unopened, days=days)

    def one(self, number: int) -> str:
        """One offer."""
        return self._page(offer=self._row(number))

    def shown(self, number: int) -> Response:
        """The same as JSON."""
        row = self._row(number)
        place = f"{self._base_url}/service/{number}/files"
        files = [{"name": one.name, "url": f"{place}/{n}"} for n, one in enumerate(row.files)]
        return jsonify(fields=row.fields, files=files, notes=[one["text"] for one in row.notes])

    def share(self, number: int) -> Answer:
        """Somebody of the firm shares it; the hub is told."""
        to = ALL if request.form.get("to") == ALL else ONE
        changed = {"share": True, "status": "Sent", "visible_to": to}
        self._store.by_person(OFFER, str(number), changed)
        return redirect(f"{request.script_root}/service/{number}")

    def file(self, number: int, file: int) -> Response:
        """A file of an offer."""
        files = self._row(number).files
        if file >= len(files):
            raise Refusal(404, "not_found", "no such file")
        answer = Response(files[file].content, content_type=files[file].type)
        answer.headers.set("Content-Disposition", "inline", filename=files[file].name)
        return answer

    def _row(self, number: int) -> Row:
        return self._store.row(OFFER, str(number))

    def _waits(self, row: Row, days: int) -> bool:
        shared = row.fields["shared_at"]
        if row.fields["portal_status"] not in _WAITING or not shared:
            return False
        return datetime.fromisoformat(shared) <= self._clock.wall() - timedelta(days=days)

    def _page(self, **shown: Any) -> str:
        common = {"base": request.script_root, "labels": _LABELS, "chased": _CHASED}
        return render_template(
            "service.html", **common, portal=self.portal, chase=self.chase, **shown
        )


def _refused(refusal: Refusal) -> Response:
    return Response(refusal.text, refusal.status)


def _moment(value: Any) -> str:
    """A moment as people write it; anything else as it is."""
    try:
        return f"{datetime.fromisoformat(str(value)):%d.%m.%Y %H:%M}"
    except ValueError:
        return str(value)
