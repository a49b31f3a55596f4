"""Tokens and sessions: sign-in, rotation, expiry, and the checks in front of every call."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.agiloft.sandbox.errors import SESSION, EwError
from connectors.agiloft.sandbox.modes import Modes
from connectors.agiloft.sandbox.schema import KnowledgeBase, User
from hub.kernel.clock import Clock
from hub.kernel.ids import random_token

_REFRESH_LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class Session:
    """One sign-in. ``refresh`` is good once."""

    login: str
    access: str
    refresh: str
    ends: datetime
    refresh_ends: datetime


class Sessions:
    """All sign-ins of one knowledge base."""

    def __init__(self, kb: KnowledgeBase, clock: Clock, modes: Modes) -> None:
        self._kb = kb
        self._clock = clock
        self._modes = modes
        self._guard = threading.Lock()
        self._by_access: dict[str, Session] = {}
        self.logins = 0

    def reset(self) -> None:
        """Sign everybody out."""
        with self._guard:
            self._by_access.clear()
            self.logins = 0

    def sign_in(self, kb: str, login: str, password: str) -> Session:
        """A session for good credentials of a user whose group may use the API."""
        return self._start(self.check_credentials(kb, login, password).login)

    def check_credentials(self, kb: str, login: str, password: str) -> User:
        """The user. Raises ``EwError``."""
        self.check_kb(kb)
        user = self._kb.users.get(login)
        good = user is not None and hmac.compare_digest(user.password.encode(), password.encode())
        if user is None or not good or self._modes.refuse_credentials:
            raise EwError(403, "Wrong login or password", SESSION)
        return self._allowed(user)

    def client_credentials(self, client_id: str, secret: str, kb: str) -> Session:
        """OAuth2: a session of the client's user; its earlier ones end."""
        client = self._kb.oauth_clients.get(client_id)
        good = client is not None and hmac.compare_digest(
            client["client_secret"].encode(), secret.encode()
        )
        if client is None or not good or kb != self._kb.name or self._modes.refuse_credentials:
            raise EwError(401, "invalid_client", SESSION)
        with self._guard:
            self._by_access = {
                k: s for k, s in self._by_access.items() if s.login != client["user"]
            }
        return self._start(self._allowed(self._kb.users[client["user"]]).login)

    def bearer(self, header: str, *, allow_expired: bool = False) -> Session:
        """The session of an Authorization header. Note that "expired" is 400, not 401."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise EwError(401, "Wrong authorization scheme", SESSION)
        return self.by_access(token.strip(), allow_expired=allow_expired)

    def by_access(self, access: str, *, allow_expired: bool = False) -> Session:
        """The session of an access token."""
        with self._guard:
            session = self._by_access.get(access)
        if session is None or self._modes.refuse_credentials:
            raise EwError(401, "The token is blocked", SESSION)
        if session.ends <= self._clock.wall() and not allow_expired:
            raise EwError(400, "The token has expired", SESSION)
        return session

    def refresh(self, header: str, refresh_token: str) -> Session:
        """A new session for a refresh token, which is spent by it."""
        session = self.bearer(header, allow_expired=True)
        if not hmac.compare_digest(session.refresh.encode(), refresh_token.encode()):
            raise EwError(401, "The refresh token is blocked", SESSION)
        if session.refresh_ends <= self._clock.wall():
            raise EwError(401, "The refresh token has expired", SESSION)
        with self._guard:
            self._by_access.pop(session.access, None)
        return self._start(session.login, counted=False)

    def sign_out(self, access: str) -> None:
        """End one session."""
        with self._guard:
            self._by_access.pop(access, None)

    def expire_all(self) -> None:
        """All access tokens end now; refresh tokens stay good. For tests."""
        with self._guard:
            now = self._clock.wall()
            self._by_access = {
                k: Session(s.login, s.access, s.refresh, now, s.refresh_ends)
                for k, s in self._by_access.items()
            }

    def answer(self, session: Session, *, seconds: bool) -> dict[str, Any]:
        """The login answer; ``seconds`` is the habit of the surface that asks."""
        minutes = self._modes.token_minutes
        body: dict[str, Any] = {
            "access_token": session.access,
            "refresh_token": session.refresh,
            "authentication_scheme": "Bearer ",
        }
        unit = self._modes.expires_in
        if unit == "seconds" or (unit == "native" and seconds):
            return {**body, "expires_in": minutes * 60}
        if unit == "native":
            body["expiration_time_unit"] = "minute"
        return {**body, "expires_in": minutes}

    def check_kb(self, kb: str) -> None:
        """Refuse another knowledge base; its name is case sensitive."""
        if kb != self._kb.name:
            raise EwError(400, "Unknown KB")

    def _allowed(self, user: User) -> User:
        if not user.api:
            raise EwError(403, "The group is not allowed to use the API", SESSION)
        return user

    def _start(self, login: str, *, counted: bool = True) -> Session:
        now = self._clock.wall()
        session = Session(
            login,
            random_token(),
            random_token(),
            now + timedelta(minutes=self._modes.token_minutes),
            now + _REFRESH_LIFE,
        )
        with self._guard:
            self._by_access[session.access] = session
            self.logins += counted
        return session


def inline_credentials(params: Mapping[str, str]) -> tuple[str, str] | None:
    """``$login`` and ``$password`` (with or without the dollar) among the parameters."""
    login = params.get("$login") or params.get("login")
    password = params.get("$password") or params.get("password")
    return (login, password or "") if login else None
