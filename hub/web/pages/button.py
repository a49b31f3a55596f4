"""The page behind the button on an upstream record: shows what will be sent, one click sends it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from hub.services.views import ButtonView
from hub.web.pages.screens import Desk


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
        return self._page(self._desk.buttons.preview(mapping, _query()), pressed=False)

    def press(self, mapping: str) -> Response:
        """Send. Answered at once and not by a redirect: the request may be taken in a moment later,
        so that a preview would not know of it yet. Pressing again is harmless."""
        view = self._desk.buttons.press(mapping, _query(), dict(request.headers))
        return self._page(view, pressed=True)

    def _page(self, view: ButtonView, *, pressed: bool) -> Response:
        self._desk.speak(view.sender, view.language)
        status = 409 if pressed and view.problem else 200
        return self._desk.show(
            "button",
            status,
            view=view,
            pressed=pressed,
            here=request.full_path.rstrip("?"),
        )


def _query() -> dict[str, str]:
    return request.args.to_dict()
