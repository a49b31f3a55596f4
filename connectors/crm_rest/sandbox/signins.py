"""Who may call the API: basic, bearer, API key, and OAuth2 tokens that end."""

from __future__ import annotations

import threading
from base64 import b64decode
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from flask import Response, jsonify, request

from connectors.crm_rest.sandbox.store import Refusal
from hub.kernel.clock import Clock

LOGIN, PASSWORD = "hub", "sandbox-pässword"
TOKEN, API_KEY = "sandbox-token", "sandbox-api-key"
CLIENT, CLIENT_SECRET = "paraph", "sandbox-client-secret"
_LIFE = timedelta(minutes=10)


class SignIns:
    """Checks each call, and gives tokens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, datetime] = {}
        self._given = 0

    def end_tokens(self) -> None:
        """All tokens end now."""
        with self._lock:
            self._tokens.clear()

    def check(self) -> None:
        """Refuse a call without good credentials."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic" and _basic(given) == (LOGIN, PASSWORD):
            return
        if kind == "Bearer" and (given == TOKEN or self._is_alive(given)):
            return
        if API_KEY in (request.headers.get("X-Api-Key"), request.args.get("api_key")):
            return
        raise Refusal(401, "unauthorized", "sign in first")

    def token(self) -> Response:
        """Client credentials, by header or in the body."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        who = _basic(given) if kind == "Basic" else None
        who = who or (request.form.get("client_id", ""), request.form.get("client_secret", ""))
        if (unquote_plus(who[0]), unquote_plus(who[1])) != (CLIENT, CLIENT_SECRET):
            answer = jsonify({"error": "invalid_client"})
            answer.status_code = 401
            return answer
        with self._lock:
            self._given += 1
            token = f"token-{self._given}"
            self._tokens[token] = self._clock.wall() + _LIFE
        return jsonify(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": int(_LIFE.total_seconds()),
            }
        )

    def _is_alive(self, token: str) -> bool:
        with self._lock:
            end = self._tokens.get(token)
            return end is not None and self._clock.wall() < end


def _basic(given: str) -> tuple[str, str] | None:
    try:
        login, _, password = b64decode(given).decode().partition(":")
    except ValueError:
        return None
    return login, password
