"""The part of the API about subscriptions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from providers.getaccept.sandbox.calls import NOTHING, Calls
from providers.getaccept.sandbox.refusals import not_found
from providers.getaccept.sandbox.schemas import EVENTS
from providers.getaccept.sandbox.tokens import Caller

_SHORT = ("signed", "reviewed", "rejected")  # events with a path of their own


class WebhooksApi:
    """Routes under ``/v1/subscriptions``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._account = calls.account
        self._hooks = calls.account.webhooks

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api_webhooks", __name__)
        add = made.add_url_rule
        root = "/v1/subscriptions"
        add(root, "subscriptions", self._list)
        add(root, "subscribe", self._subscribe, methods=["POST"])
        add(f"{root}/events", "events", self._events)
        for name in _SHORT:
            add(f"{root}/events/{name}", f"subscribe_{name}", self._subscribe, methods=["POST"])
        add(f"{root}/errors", "errors", self._errors)
        add(f"{root}/test", "test", self._try, methods=["POST"])
        add(f"{root}/<key>", "one", self._one)
        add(f"{root}/<key>", "unsubscribe", self._unsubscribe, methods=["DELETE"])
        return made

    def _list(self) -> Response:
        def run(caller: Caller) -> Any:
            found = self._hooks.subscriptions.values()
            return [one.shown() for one in found if one.entity == caller.entity]

        return self._calls.run("subscriptions", run)

    def _subscribe(self) -> Response:
        def run(caller: Caller) -> Any:
            body = self._calls.body("subscribe")
            if not body["target_url"].startswith("https://"):
                self._calls.advise("subscribe", "target_url does not begin with https://")
            made = self._hooks.subscribe(
                body, caller.entity, caller.user.id, caller.user.email
            ).shown()
            return made if self._account.modes.subscription_answer == "object" else [made]

        return self._calls.run("subscribe", run)

    def _events(self) -> Response:
        def run(caller: Caller) -> Any:
            names = [(name, name.partition(".")[2].replace("_", " ")) for name in EVENTS]
            return [{"name": f"Document {said}", "value": name} for name, said in names]

        return self._calls.run("subscription_events", run)

    def _errors(self) -> Response:
        return self._calls.run("subscription_errors", lambda caller: self._hooks.errors())

    def _try(self) -> Response:
        """A simulated delivery, to whoever is subscribed to the event."""

        def run(caller: Caller) -> Any:
            body = self._calls.body("subscription_test")
            document = self._account.store.document(str(body["document_id"]))
            person = document.recipients[0] if document.recipients else None
            if body.get("recipient_id"):
                person = self._account.lifecycle.recipient(document, str(body["recipient_id"]))
            name = str(body["event"]).partition(".")[2]
            self._hooks.tell(document, name, person)
            return {}

        return self._calls.run("subscription_test", run)

    def _one(self, key: str) -> Response:
        def run(caller: Caller) -> Any:
            found = self._hooks.subscriptions.get(key)
            if found is None or found.entity != caller.entity:
                raise not_found("Subscription")
            return found.shown()

        return self._calls.run("subscription", run)

    def _unsubscribe(self, key: str) -> Response:
        def run(caller: Caller) -> Any:
            if not self._hooks.unsubscribe(key):
                raise not_found("Subscription")
            return NOTHING

        return self._calls.run("unsubscribe", run)
