"""Where somebody chooses what to be told: ``/n/<link>`` from the foot of a notice, and
``/p/<workspace>/notices`` for whoever is signed in to the portal. Works without JavaScript.

Mail programs post to ``/n/<link>/unsubscribe`` by themselves (RFC 8058): they carry no cookie and
no token of a form, and the link alone lets nobody do more than be told less.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hub.services.notifying.desk import PreferenceDesk, PreferenceView
from hub.web.pages.screens import Desk, visit
from hub.web.pages.words import N_

SAVED, STOPPED = "saved", "stopped"
_STOP = "stop"
_EVENTS = {
    "invited": N_("The link is sent to the customer"),
    "opened": N_("The customer opens the link"),
    "viewed": N_("The customer looks at the documents"),
    "downloaded": N_("The customer downloads a file"),
    "remarked": N_("The customer writes a message"),
    "forwarded": N_("The customer passes the link on"),
    "reminded": N_("A reminder is sent"),
    "changed": N_("The documents are changed"),
    "completed": N_("Everybody has signed"),
    "declined": N_("The customer says no"),
    "expired": N_("The time runs out"),
    "failed": N_("It ends without an answer"),
    "unreachable": N_("A message to the customer does not arrive"),
    "shared": N_("A document is shared with you"),
    "replied": N_("Your message is answered"),
}
_WAYS = {
    "email": N_("By e-mail, at once"),
    "digest": N_("In one e-mail a day"),
    "sms": N_("By SMS, at once"),
    "none": N_("Not at all"),
}


class NoticePages:
    """Routes below ``/n/`` and the portal's page of the same."""

    def __init__(self, desk: Desk, notices: PreferenceDesk) -> None:
        self._desk = desk
        self._notices = notices

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/n/<choice>", "notices", self.show)
        add("/n/<choice>", "notices_choose", self.choose, methods=["POST"])
        add("/n/<choice>/unsubscribe", "notices_look", self.look)
        add("/n/<choice>/unsubscribe", "notices_refuse", self.refuse, methods=["POST"])
        add("/p/<workspace>/notices", "portal_notices", self.show_visitor)
        add("/p/<workspace>/notices", "portal_choose", self.choose_visitor, methods=["POST"])

    def show(self, choice: str) -> Response:
        """What this reader is told."""
        return self._page(self._notices.view(choice))

    def choose(self, choice: str) -> AnyResponse:
        """Keep it."""
        if _STOP in request.form:
            self._notices.refuse(choice)
        else:
            self._notices.choose(choice, request.form.to_dict())
        done = STOPPED if _STOP in request.form else SAVED
        return redirect(url_for("pages.notices", choice=choice, done=done), 303)

    def look(self, choice: str) -> AnyResponse:
        """A person opened the address that is for mail programs: nothing is refused by looking."""
        self._notices.check(choice)
        return redirect(url_for("pages.notices", choice=choice))

    def refuse(self, choice: str) -> Response:
        """One click in a mail program."""
        self._notices.refuse(choice)
        return self._page(self._notices.view(choice), done=STOPPED)

    def show_visitor(self, workspace: str) -> Response:
        """The same for whoever is signed in to the portal."""
        token = self._token(workspace)
        return self._page(self._notices.view_of_visitor(workspace, token), workspace)

    def choose_visitor(self, workspace: str) -> AnyResponse:
        """Keep it."""
        chosen = request.form.to_dict()
        if _STOP in request.form:
            chosen = dict.fromkeys(_EVENTS, "none")
        self._notices.choose_of_visitor(workspace, self._token(workspace), chosen)
        done = STOPPED if _STOP in request.form else SAVED
        return redirect(url_for("pages.portal_notices", workspace=workspace, done=done), 303)

    def _page(self, view: PreferenceView, workspace: str = "", done: str = "") -> Response:
        self._desk.speak(view.sender, visit().language or view.language)
        say = self._desk.say
        return self._desk.show(
            "notices",
            choices=view,
            workspace=workspace,
            events=[(key, say(_EVENTS[key]), way) for key, way in view.events],
            ways=[(key, say(_WAYS[key])) for key in view.ways],
            done=done or request.args.get("done", ""),
        )

    def _token(self, workspace: str) -> str:
        return dict(self._desk.visits.portal_tokens(request)).get(workspace, "")
