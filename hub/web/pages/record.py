"""The pages behind a record's buttons: how its request stands, withdraw it, note the customer's
answer. A GET changes nothing, since browsers and scanners fetch links by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.kernel.errors import Refused, Unfit
from hub.services.links import CANCEL, CHECK, DECIDE
from hub.services.record_views import RecordView, Said
from hub.web.pages.noting import TICKS, in_words, missing, note_fields
from hub.web.pages.screens import Desk
from hub.web.pages.unfit import problem
from hub.web.pages.words import N_

SHOWN = "r"  # in an address: which request was acted on, so that this one is shown
_LINK = ("w", "k", "table", "id", "e", "lang")
_EMPTY = Said("", "", "", "", frozenset())
_MOST = 4000  # characters of a field; the use case says what fits
_NO_LINE = N_("No line is ticked. Tick what the customer wants, or choose no.")


class RecordPages:
    """Routes below ``/r``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        place = "/r/<instance>/<action>"
        blueprint.add_url_rule(place, "record", self.show)
        blueprint.add_url_rule(place, "record_press", self.press, methods=["POST"])

    def show(self, instance: str, action: str) -> Response:
        """How it stands, and the one button. A HEAD gets no page."""
        if request.method == "HEAD":
            self._desk.records.check(instance, action, link_query())
            return make_response("")
        shown = request.args.get(SHOWN, "")
        view = self._desk.records.view(instance, action, link_query(), shown)
        return self._page(instance, view)

    def press(self, instance: str, action: str) -> AnyResponse:
        """Do it, then show how it stands; a reload of that page does nothing again."""
        wanted = request.form.get("request", "")
        view = self._desk.records.view(instance, action, link_query(), wanted)
        self._speak(view)
        said = _said() if action == DECIDE else _EMPTY
        try:
            errors = self._act(instance, action, wanted, said)
        except Refused:  # it has ended, or a signature is in hand: the page says which
            view = self._desk.records.view(instance, action, link_query(), wanted)
            return self._page(instance, view, status=409)
        if errors:
            return self._page(instance, view, status=422, said=said, errors=errors)
        return redirect(address(instance, action, **{SHOWN: wanted}), 303)

    def _act(self, instance: str, action: str, wanted: str, said: Said) -> dict[str, str]:
        """What is wrong with what was filled in, by field; empty when it is done."""
        records = self._desk.records
        if action == CHECK:
            records.look(instance, link_query(), wanted)
        elif action == CANCEL:
            records.cancel(instance, link_query(), wanted)
        else:
            return self._note(instance, wanted, said)
        return {}

    def _note(self, instance: str, wanted: str, said: Said) -> dict[str, str]:
        errors = missing(said)
        if errors:
            return {name: self._desk.say(words) for name, words in errors.items()}
        try:
            self._desk.records.decide(instance, link_query(), wanted, said)
        except Unfit as error:
            return problem(error, self._desk, "remark")
        except Refused as error:
            if error.code != "nothing_accepted":
                raise
            return {TICKS: self._desk.say(_NO_LINE)}
        return {}

    def _page(
        self,
        instance: str,
        view: RecordView,
        *,
        status: int = 200,
        said: Said | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        self._speak(view)
        facts: dict[str, Any] = {"view": view, "here": address(instance, view.action)}
        ends = {other: address(instance, other) for other in (CANCEL, DECIDE)}
        if view.action == DECIDE and not view.obstacle:
            found = errors or {}
            fields = note_fields(self._desk, said or _EMPTY, found)
            ticked = said.lines if said else {one.id for one in view.lines if one.chosen}
            facts |= {"fields": fields, "errors": found, "ticked": ticked, "ticks": TICKS}
            return self._desk.show("record_decide", status, **facts, ends=ends)
        return self._desk.show("record", status, **facts, ends=ends, words=in_words(self._desk))

    def _speak(self, view: RecordView) -> None:
        self._desk.speak(view.sender, view.language)
        g.zone = view.zone


def link_query() -> dict[str, str]:
    """The link's own values."""
    return {name: request.args[name] for name in _LINK if name in request.args}


def address(instance: str, action: str, **more: str) -> str:
    """This record's page of an action; the key of one that ends a request opens the other too."""
    place = url_for("pages.record", instance=instance, action=action)
    return f"{place}?{urlencode({**link_query(), **more})}"


def _said() -> Said:
    form = request.form
    texts = {name: form.get(name, "")[:_MOST].strip() for name in ("decision", "by", "how")}
    remark = form.get("remark", "").replace("\r\n", "\n")[:_MOST].strip()
    return Said(**texts, remark=remark, lines=frozenset(form.getlist(TICKS)))
