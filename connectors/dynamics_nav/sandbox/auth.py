"""Who calls: NTLM bound to the connection, Basic with password or web service access key, or a
bearer token from the small token endpoint. A mode says which one the server asks for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from connectors.dynamics_nav.sandbox import ntlm
from connectors.dynamics_nav.sandbox.connections import CONNECTION, Connection
from connectors.dynamics_nav.sandbox.gate import Strike
from hub.kernel.ids import random_token

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

_TOKEN_SECONDS = 3600
_SERVER_NAME = "NAVSERVER"


class Auth:
    """Signs callers in. ``password``, ``access_key`` and ``client_secret`` are those in force."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox
        self._seed: Mapping[str, Any] = sandbox.seed
        self.reset()

    def reset(self) -> None:
        """The seeded credentials, and nobody is signed in."""
        self.password = str(self._seed["password"])
        self.access_key = str(self._seed["access_key"])
        self.client_secret = str(self._seed["oauth"]["client_secret"])
        self.sign_everybody_out()

    def change(self, given: Mapping[str, Any]) -> None:
        """New credentials; the former ones are refused from now on."""
        for name in ("password", "access_key", "client_secret"):
            if name in given:
                setattr(self, name, str(given[name]))
        self.sign_everybody_out()

    def sign_everybody_out(self) -> None:
        """Tokens end, and connections must sign in again."""
        self._tokens: dict[str, datetime] = {}
        self._epoch = object()

    def refused(self, surface: str) -> Response | None:
        """What a caller gets that has not signed in; None for one that has."""
        ways: dict[str, Callable[[str], Response | None]] = {
            "ntlm": self._ntlm,
            "basic": self._basic,
            "oauth2": self._bearer,
        }
        return ways[self._sandbox.modes.auth](surface)

    def blueprint(self) -> Blueprint:
        """The token endpoint."""
        made = Blueprint("auth", __name__)
        path = f"/{self._seed['instance']}/<tenant>/oauth2/v2.0/token"
        made.add_url_rule(path, view_func=self.token, methods=["POST"])
        return made

    def token(self, tenant: str) -> Response:
        """Client credentials in, a token for an hour out."""
        return self._sandbox.gate.run("sign_in", "", "oauth", lambda strike: self._issue(tenant))

    def _issue(self, tenant: str) -> Response:
        form, known = request.form, self._seed["oauth"]
        if tenant != known["tenant"]:
            return _json({"error": "invalid_request", "error_description": "AADSTS90002"}, 400)
        if form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type"}, 400)
        if form.get("scope") != known["scope"]:
            return _json({"error": "invalid_scope", "error_description": "AADSTS70011"}, 400)
        good = (form.get("client_id"), form.get("client_secret")) == (
            known["client_id"],
            self.client_secret,
        )
        if not good or self._sandbox.modes.refuse_credentials:
            return _json({"error": "invalid_client", "error_description": "AADSTS7000215"}, 401)
        token = random_token(256)
        clock = self._sandbox.context.clock
        self._tokens[token] = clock.now() + timedelta(seconds=_TOKEN_SECONDS)
        return _json(
            {"token_type": "Bearer", "expires_in": _TOKEN_SECONDS, "access_token": token}, 200
        )

    def _bearer(self, surface: str) -> Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        end = self._tokens.get(token) if scheme.lower() == "bearer" else None
        if end is None or end <= self._sandbox.context.clock.now():
            return _unauthorized(surface, ['Bearer realm="BC"'])
        return None

    def _basic(self, surface: str) -> Response | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return _unauthorized(surface, ['Basic realm="BC"'])

        def check(strike: Strike) -> Response:
            good = self._knows(given) and not self._sandbox.modes.refuse_credentials
            return Response() if good else _unauthorized(surface, ['Basic realm="BC"'])

        return self._sign_in("basic", check)

    def _knows(self, given: str) -> bool:
        try:
            user, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return False
        named = user.rpartition("\\")[2].casefold() == self._seed["user"]
        return named and secret in (self.password, self.access_key)

    def _ntlm(self, surface: str) -> Response | None:
        """Nobody knows a connection on the sandbox's own address, so NTLM never succeeds there."""
        connection: Connection | None = request.environ.get(CONNECTION)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        message = _decoded(given) if scheme.lower() in ("ntlm", "negotiate") else b""
        kind = ntlm.kind(message)
        if connection is None or (not kind and not self._is_signed_in(connection)):
            return _unauthorized(surface, self._offers())
        if kind == 1:
            return self._challenge(surface, connection, scheme)
        if kind == 3:
            return self._sign_in("ntlm", lambda strike: self._prove(surface, connection, message))
        return None

    def _is_signed_in(self, connection: Connection) -> bool:
        refusing = self._sandbox.modes.refuse_credentials
        return connection.memory.get("signed_in") is self._epoch and not refusing

    def _challenge(self, surface: str, connection: Connection, scheme: str) -> Response:
        nonce = random_token(48).encode()[:8]
        connection.memory = {"nonce": nonce}
        seconds = self._sandbox.context.clock.wall().timestamp()
        made = ntlm.challenge(nonce, self._seed["domain"], _SERVER_NAME, seconds)
        return _unauthorized(surface, [f"{scheme} {base64.b64encode(made).decode()}"])

    def _prove(self, surface: str, connection: Connection, message: bytes) -> Response:
        answer, nonce = ntlm.read_answer(message), connection.memory.pop("nonce", None)
        good = (
            answer is not None
            and nonce is not None
            and answer.user.casefold() == self._seed["user"]
            and answer.domain.casefold() in ("", self._seed["domain"].casefold())
            and ntlm.proves(answer, nonce, self.password)
            and not self._sandbox.modes.refuse_credentials
        )
        if not good:
            return _unauthorized(surface, self._offers())
        connection.memory["signed_in"] = self._epoch
        return Response()

    def _offers(self) -> list[str]:
        return ["Negotiate"] if self._sandbox.modes.negotiate_only else ["Negotiate", "NTLM"]

    def _sign_in(self, surface: str, check: Callable[[Strike], Response]) -> Response | None:
        """None only if the check itself passed; a fault that struck is the answer."""
        passed = False

        def noticed(strike: Strike) -> Response:
            nonlocal passed
            answer = check(strike)
            passed = answer.status_code == 200
            return answer

        answer = self._sandbox.gate.run("sign_in", "", surface, noticed)
        return None if passed and answer.status_code == 200 else answer


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _unauthorized(surface: str, offers: list[str]) -> Response:
    """Empty for SOAP; OData says it in JSON."""
    if surface == "soap":
        response = Response(b"", 401)
    else:
        code, text = "Authentication_InvalidCredentials", "The server has rejected the credentials."
        response = _json({"error": {"code": code, "message": text}}, 401)
    for offer in offers:
        response.headers.add("WWW-Authenticate", offer)
    return response


def _json(body: Any, status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
