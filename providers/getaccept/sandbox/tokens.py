"""Who is calling: passwords, tokens bound to one user and one entity, OAuth2 codes, throttling."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.ids import random_token
from providers.getaccept.sandbox.model import User
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.refusals import Refusal
from providers.getaccept.sandbox.seed import CLIENT, ENTITIES, OWNER, PASSWORD, PASTED_TOKEN, USERS

_WRONG = "Invalid credentials or account locked"
_THROTTLED = "Auth is Throttled! Please try again later."
_CODE_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Caller:
    """A user at work in one entity."""

    user: User
    entity: str
    token: str = ""


class OAuthRefusal(Exception):
    """The token endpoint says no, in the words of RFC 6749."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class _Grant:
    caller: Caller
    ends: datetime


class Tokens:
    """All credentials of the account. Lives end by real time."""

    def __init__(self, clock: Clock, modes: Modes) -> None:
        self._clock = clock
        self._modes = modes
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Back to the seed: the password and the pasted token."""
        with self._lock:
            self.password = PASSWORD
            self._tokens: dict[str, _Grant] = {}
            self._codes: dict[str, tuple[_Grant, str]] = {}
            self._refreshers: dict[str, Caller] = {}
            self._failures = 0
            self._closed_until: datetime | None = None
            self.paste(PASTED_TOKEN)

    def paste(self, token: str) -> None:
        """Make ``token`` good for ten years, as those are that support hands out."""
        ends = self._clock.wall() + timedelta(days=3650)
        with self._lock:
            self._tokens[token] = _Grant(Caller(OWNER, OWNER.entities[0], token), ends)

    def revoke_all(self) -> None:
        """No token is good any more, of whatever kind."""
        with self._lock:
            self._tokens.clear()
            self._refreshers.clear()

    def change_password(self, password: str) -> None:
        """Somebody changed it in the app; whoever was signed in is out."""
        with self._lock:
            self.password = password
            self.revoke_all()

    def sign_in(self, email: str, password: str, entity: str) -> dict[str, Any]:
        """Answer to a sign-in by password. Raises ``Refusal``."""
        with self._lock:
            now = self._clock.wall()
            if self._closed_until and now < self._closed_until:
                raise Refusal(429, _THROTTLED)
            user = next((one for one in USERS.values() if one.email == email.lower()), None)
            if user is None or password != self.password or user.role != "admin":
                self._failures += 1
                if self._failures >= self._modes.login_failures:
                    self._failures = 0
                    self._closed_until = now + timedelta(seconds=self._modes.login_pause)
                raise Refusal(400, _WRONG)
            if entity and entity not in user.entities:
                raise Refusal(400, _WRONG)
            self._failures = 0
            return self._issue(user, entity or user.entities[0])

    def check(self, header: str) -> Caller:
        """Who sent this ``Authorization``. Raises ``Refusal`` with nothing in it."""
        scheme, _, token = header.partition(" ")
        with self._lock:
            grant = self._tokens.get(token.strip()) if scheme.lower() == "bearer" else None
            if grant is None or grant.ends <= self._clock.wall():
                raise Refusal(401, "no valid token", empty=True)
            return grant.caller

    def refresh(self, caller: Caller, entity: str = "") -> dict[str, Any]:
        """A new token; the old one stays good until it ends by itself."""
        if entity and (entity not in ENTITIES or entity not in caller.user.entities):
            raise Refusal(404, "Entity not found")
        return self._issue(caller.user, entity or caller.entity)

    def revoke(self, caller: Caller) -> None:
        """End the token that is calling."""
        with self._lock:
            self._tokens.pop(caller.token, None)

    def grant_code(self, redirect_uri: str) -> str:
        """The person agreed: a code for the client."""
        code = random_token(128)
        caller = Caller(OWNER, OWNER.entities[0])
        with self._lock:
            self._codes[code] = (_Grant(caller, self._clock.wall() + _CODE_LIFE), redirect_uri)
        return code

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer of the token endpoint. Raises ``OAuthRefusal``."""
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            raise OAuthRefusal("invalid_client")
        kind = form.get("grant_type")
        with self._lock:
            if kind == "authorization_code":
                caller = self._of_code(form.get("code", ""), form.get("redirect_uri", ""))
            elif kind == "refresh_token":
                # Each refresh token works once; the answer brings the next one.
                found = self._refreshers.pop(form.get("refresh_token", ""), None)
                if found is None:
                    raise OAuthRefusal("invalid_grant")
                caller = found
            else:
                raise OAuthRefusal("unsupported_grant_type")
            answer = self._issue(caller.user, caller.entity)
            refresher = random_token()
            self._refreshers[refresher] = caller
        return {**answer, "token_type": "bearer", "scope": "basic", "refresh_token": refresher}

    def _of_code(self, code: str, redirect_uri: str) -> Caller:
        known = self._codes.pop(code, None)
        if known is None or known[0].ends <= self._clock.wall() or known[1] != redirect_uri:
            raise OAuthRefusal("invalid_grant")
        return known[0].caller

    def _issue(self, user: User, entity: str) -> dict[str, Any]:
        token, life = random_token(), self._modes.token_ttl
        with self._lock:
            ends = self._clock.wall() + timedelta(seconds=life)
            self._tokens[token] = _Grant(Caller(user, entity, token), ends)
        return {"access_token": token, "expires_in": life}
