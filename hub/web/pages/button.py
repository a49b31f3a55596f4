"""The page behind the button on an upstream record: shows what will be sent, one click sends it;
once the customer has got it, how it stands, and one click chases."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, request

from hub.mapping.send_options import MOST_WORDS, NOT_CHOSEN, Choice
from hub.services.button_views import ButtonView
from hub.web.pages.screens import Desk

CHASE = "chase"
_OPTIONS = "options"  # the form shows what may be chosen
_CONTACT = "c:"  # before a contact's key, so that none is taken for the record's own
_MOST = 4000  # characters of a field; the use case says what fits


class ButtonPages:
    """Routes below ``/b``. A GET never sends: browsers and scanners fetch links by themselves."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        blueprint.add_url_rule("/b/<mapping>", "button", self.preview)
        blueprint.add_url_rule("/b/<mapping>", "press", self.press, methods=["POST"])

    def preview(self, mapping: str) -> Response:
        """Show what would be sent, or what is under way already. A HEAD gets no page, so the
        upstream is not read for it."""
        if request.method == "HEAD":
            self._desk.buttons.check(mapping, _query())
            return make_response("")
        return self._page(self._desk.buttons.preview(mapping, _query()))

    def press(self, mapping: str) -> Response:
        """Send, or chase. Answered at once and not by a redirect: the request may be taken in a
        moment later, so that a preview would not know of it yet. Pressing again is harmless."""
        if request.form.get("act") == CHASE:
            shown = request.form.get("request", "")
            view = self._desk.buttons.chase(mapping, _query(), shown)
            return self._page(view, chased=True)
        headers, choice = dict(request.headers), _choice()
        view = self._desk.buttons.press(mapping, _query(), headers, choice)
        return self._page(view, pressed=not view.wrong)

    def _page(self, view: ButtonView, *, pressed: bool = False, chased: bool = False) -> Response:
        self._desk.speak(view.sender, view.language)
        g.zone = view.zone
        refused = view.chase.refusal if view.chase is not None and chased else ""
        conflict = (pressed or chased) and view.problem
        return self._desk.show(
            "button",
            409 if conflict or refused else 422 if _posted() and view.wrong else 200,
            view=view,
            pressed=pressed,
            chased=chased and not refused and not view.problem,
            here=request.full_path.rstrip("?"),
            most_words=MOST_WORDS,
            contact_mark=_CONTACT,
        )


def _query() -> dict[str, str]:
    return request.args.to_dict()


def _posted() -> bool:
    return request.method == "POST"


def _choice() -> Choice:
    """What the form at hand chooses; a box that is not ticked is not sent."""
    form = request.form
    if form.get(_OPTIONS) != "shown":
        return NOT_CHOSEN
    words = form.get("message", "").replace("\r\n", "\n")[:_MOST].strip()
    signature = form.get("signature") == "yes" if "signature_shown" in form else None
    picked = form.get("recipient", "")[:_MOST].strip()
    contact = picked.removeprefix(_CONTACT) if picked.startswith(_CONTACT) else ""
    return Choice(signature, contact, words)
