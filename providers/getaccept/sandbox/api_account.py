"""The part of the API about who is calling: sign-in, OAuth2, users, entity."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from providers.getaccept.sandbox import shapes_account
from providers.getaccept.sandbox.calls import Calls
from providers.getaccept.sandbox.refusals import not_found
from providers.getaccept.sandbox.seed import CLIENT, ENTITIES, OWNER, USERS
from providers.getaccept.sandbox.tokens import Caller, OAuthRefusal


class AccountApi:
    """Routes under ``/v1`` and ``/oauth2``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._tokens = calls.account.tokens

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api_account", __name__)
        add = made.add_url_rule
        add("/v1/auth", view_func=self._auth, methods=["POST"])
        add("/v1/refresh", view_func=self._refresh)
        add("/v1/refresh/<entity>", "refresh_to", self._refresh)
        add("/v1/revoke", view_func=self._revoke)
        add("/v1/test", view_func=self._test)
        add("/v1/users", view_func=self._users)
        add("/v1/users/<user_id>", view_func=self._user)
        add("/v1/teams", view_func=self._teams)
        add("/v1/entity", view_func=self._entity)
        add("/oauth2/token", view_func=self._token, methods=["POST"])
        add("/oauth2/authorize", view_func=self._authorize, methods=["GET", "POST"])
        return made

    def _auth(self) -> Response:
        def run() -> Any:
            body = self._calls.body("auth")
            entity = str(body.get("entity_id") or "")
            return self._tokens.sign_in(str(body["email"]), str(body["password"]), entity)

        return self._calls.open("auth", run)

    def _refresh(self, entity: str = "") -> Response:
        return self._calls.run("refresh", lambda caller: self._tokens.refresh(caller, entity))

    def _revoke(self) -> Response:
        def run(caller: Caller) -> Any:
            self._tokens.revoke(caller)
            return {}

        return self._calls.run("revoke", run)

    def _test(self) -> Response:
        return self._calls.run(
            "test", lambda caller: {"entity_id": caller.entity, "user_id": caller.user.id}
        )

    def _users(self) -> Response:
        def run(caller: Caller) -> Any:
            return {
                "users": [
                    {
                        "user_id": one.id,
                        "name": one.name,
                        "first_name": one.first_name,
                        "last_name": one.last_name,
                        "email": one.email,
                        "status": "active",
                        "role": one.role,
                        "team_name": "",
                        "last_login": "0000-00-00 00:00:00",
                    }
                    for one in USERS.values()
                    if caller.entity in one.entities
                ]
            }

        return self._calls.run("users", run)

    def _user(self, user_id: str) -> Response:
        def run(caller: Caller) -> Any:
            found = caller.user if user_id == "me" else USERS.get(user_id)
            if found is None:
                raise not_found("User")
            entity = caller.entity if caller.entity in found.entities else found.entities[0]
            return shapes_account.user_answer(found, entity)

        return self._calls.run("users", run)

    def _teams(self) -> Response:
        return self._calls.run("users", lambda caller: {"teams": []})

    def _entity(self) -> Response:
        def run(caller: Caller) -> Any:
            return {
                "entity": {
                    "id": caller.entity,
                    "name": ENTITIES[caller.entity].name,
                    "email_send_subject": "",
                    "default_email_send_subject": "{{document.name}}",
                    "email_send_message": "",
                    "default_email_send_message": "Hello {{recipient.first_name}}!",
                }
            }

        return self._calls.run("entity", run)

    def _token(self) -> Response:
        def run() -> Response:
            try:
                return jsonify(self._tokens.exchange(request.form))
            except OAuthRefusal as refusal:
                answer = jsonify(error=refusal.code)
                answer.status_code = 401 if refusal.code == "invalid_client" else 400
                self._calls.account.checker.note(
                    "oauth_token", "POST /oauth2/token", refusal.code,
                    refused=True, status=answer.status_code,
                )  # fmt: skip
                return answer

        return self._calls.open("oauth_token", run)

    def _authorize(self) -> Answer | tuple[str, int]:
        """A page where the account's owner lets a client in."""
        asked = request.args
        back = asked.get("redirect_uri", "")
        right = asked.get("response_type") == "code" and asked.get("scope", "basic") == "basic"
        if asked.get("client_id") != CLIENT[0] or not right or "://" not in back:
            text = "This link is not in order: client, scope or address to return to is wrong."
            return render_template("notice.html", title="Cannot connect", text=text), 400
        if request.method == "GET":
            return render_template("authorize.html", owner=OWNER), 200
        state = {"state": asked["state"]} if "state" in asked else {}
        if request.form.get("allow") == "1":
            answer = {"code": self._tokens.grant_code(back), **state}
        else:
            answer = {"error": "access_denied", **state}
        return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode(answer)}")
