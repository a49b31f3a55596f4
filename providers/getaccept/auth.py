"""Signs calls in: one token for all threads, kept in memory until it is half through its life.

A password is used to log in once; afterwards the token renews itself (``GET /refresh``). Failed
logins are throttled at GetAccept and may lock the account, so after a refusal no other login is
tried for a while, however often a probe asks. OAuth2 refresh tokens are a ``chain``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    ParaphError,
    Retryable,
)
from hub.toolkit.http import Answer
from providers.getaccept.chain import Chain, Link
from providers.getaccept.codes import failure, has_error, message, wait_of
from providers.getaccept.settings import OAUTH2, PASSWORD, GetAcceptSettings

_TOKEN = r"[\x21-\x7e]+"
_RENEW_AFTER = 0.5  # of a token's life; the vendor's own add-on renews in the last week of two
_LONGEST_LIFE = 10**8
_FIRST_WAIT = timedelta(minutes=1)  # after a refused login; doubled with each further one
_LONGEST_WAIT = timedelta(minutes=15)
_THROTTLED = 300.0  # seconds, where GetAccept does not say
_BREATH = timedelta(seconds=30)  # between two tries to renew a token that is still good
Send = Callable[..., Answer]


@dataclass(frozen=True)
class Token:
    """What a login gave. ``ends`` None: nobody said when."""

    access: str
    had_at: datetime
    ends: datetime | None = None

    def renew_at(self) -> datetime | None:
        """From when on another one should be had."""
        return self.ends and self.had_at + (self.ends - self.had_at) * _RENEW_AFTER


class SignIn:
    """One login for many threads: one of them does it, the others wait."""

    def __init__(
        self, settings: GetAcceptSettings, send: Send, clock: Clock, chain: Chain | None
    ) -> None:
        self._settings = settings
        self._send = send
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        if settings.auth not in (PASSWORD, OAUTH2):
            self._token = Token(settings.access_token.strip(), clock.wall())
        self._chain = chain
        self._not_before: datetime | None = None  # no login until then
        self._refused: ParaphError | None = None
        self._refusals = 0
        self._rest_until: datetime | None = None

    @property
    def renewable(self) -> bool:
        """Whether a refused call may succeed with another token."""
        return self._settings.auth in (PASSWORD, OAUTH2)

    def token(self) -> str:
        """A token believed to be good."""
        token = self._token
        if token is None:
            return self.renew("")
        now, renew_at = self._clock.wall(), token.renew_at()
        if self.renewable and renew_at and now >= renew_at:
            return self._renewed_in_time(token)
        return token.access

    def renew(self, refused: str) -> str:
        """Another token than ``refused``; who comes second gets what the first one had."""
        with self._lock:
            if self._token is None or self._token.access == refused:
                self._token = None
                self._token = self._had_anew(refused)
            return self._token.access

    def is_young(self, access: str) -> bool:
        """Whether a token was had a moment ago, so that another one would be no better."""
        token = self._token
        return bool(
            token and token.access == access and self._clock.wall() - token.had_at < _FIRST_WAIT
        )

    def _renewed_in_time(self, token: Token) -> str:
        """Renew by one thread; the others, and a renewal that fails, go on with the old one."""
        now = self._clock.wall()
        over = token.ends is not None and now >= token.ends
        if not self._lock.acquire(blocking=over):
            return token.access
        try:
            if self._token is not None and self._token is not token:
                return self._token.access
            if not over and self._rest_until and now < self._rest_until:
                return token.access
            self._rest_until = now + _BREATH
            try:
                had = self._had_anew(token.access) if over else self._refreshed(token)
                self._token = had
            except ParaphError:
                if over:
                    self._token = None
                    raise
                return token.access
            return self._token.access
        finally:
            self._lock.release()

    def _refreshed(self, token: Token) -> Token:
        if self._settings.auth == OAUTH2:
            return self._had_anew(token.access)
        headers = {"Authorization": f"Bearer {token.access}"}
        answer = self._send("GET", "/refresh", changes=False, headers=headers)
        failed = failure(answer, changes=False)
        if failed is not None:
            raise failed
        return self._read(answer)

    def _had_anew(self, known: str) -> Token:
        """By password or refresh token, unless the last refusal was a moment ago; another one than
        ``known``."""
        now = self._clock.wall()
        if self._not_before and now < self._not_before and self._refused:
            if isinstance(self._refused, Retryable):
                wait = (self._not_before - now).total_seconds()
                raise Retryable(self._refused.detail, retry_after=wait, code=self._refused.code)
            raise AuthenticationFailed(
                f"{self._refused.detail}; not tried again before "
                f"{self._not_before:%H:%M} UTC, so that the account is not locked"
            )
        try:
            token = self._by_chain(self._chain, known) if self._chain else self._by_password()
        except (AuthenticationFailed, Retryable) as error:
            self._remember(error)
            raise
        self._not_before, self._refused, self._refusals = None, None, 0
        return token

    def _remember(self, error: AuthenticationFailed | Retryable) -> None:
        if isinstance(error, Retryable):
            wait = timedelta(seconds=error.retry_after or 0)
        else:
            wait = min(_FIRST_WAIT * 2**self._refusals, _LONGEST_WAIT)
            self._refusals = min(self._refusals + 1, 10)
        self._not_before, self._refused = self._clock.wall() + wait, error

    def _by_password(self) -> Token:
        s = self._settings
        if not s.email or not s.password:
            raise AuthenticationFailed("e-mail or password is missing: add them to the settings")
        body = {"email": s.email, "password": s.password}
        body |= {"entity_id": s.entity_id} if s.entity_id else {}
        body |= {"client_id": s.client_id} if s.client_id else {}
        answer = self._send("POST", "/auth", changes=False, json=body)
        return self._judged(answer, body, "e-mail and password")

    def _by_chain(self, chain: Chain, known: str) -> Token:
        link = chain.next(known, self._is_good, self._by_refresh)
        return Token(link.access, link.had_at or self._clock.wall(), link.ends)

    def _is_good(self, link: Link) -> bool:
        return link.ends is None or self._clock.wall() < link.ends

    def _by_refresh(self, refresh_token: str) -> Link:
        s = self._settings
        data = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": s.client_id,
            "client_secret": s.client_secret,
            "redirect_uri": s.redirect_uri,
        }
        address = s.app_url.rstrip("/") + "/oauth2/token"
        answer = self._send("POST", address, changes=False, data=data)
        token = self._judged(answer, data, "the refresh token (used up, or taken back)")
        rotated = answer.json().get("refresh_token")
        new = rotated.strip() if isinstance(rotated, str) else ""
        return Link(new or refresh_token, token.access, token.had_at, token.ends)

    def _judged(self, answer: Answer, sent: Mapping[str, str], what: str) -> Token:
        """Wrong credentials are 400 at GetAccept, not 401."""
        if answer.status in (400, 401, 403) or (answer.status < 300 and has_error(answer)):
            raise AuthenticationFailed(
                f"GetAccept refused {what} ({answer.status}){message(answer, sent)}"
            )
        if answer.status == 429:
            wait = wait_of(answer)
            raise Retryable(
                f"GetAccept throttles logins{message(answer, sent)}",
                retry_after=_THROTTLED if wait is None else wait,
                code="too_many_logins",
            )
        failed = failure(answer, changes=False, sent=sent)
        if failed is not None:
            raise (
                failed
                if isinstance(failed, Retryable)
                else Retryable(failed.detail, code=failed.code)
            )
        return self._read(answer)

    def _read(self, answer: Answer) -> Token:
        try:
            found = answer.json()
        except MalformedAnswer as error:
            raise Retryable(f"the answer to a login: {error.detail}", code=error.code) from None
        access = found.get("access_token") if isinstance(found, Mapping) else None
        if not isinstance(access, str) or not re.fullmatch(_TOKEN, access.strip()):
            raise Retryable("a login gave no access_token", code=MalformedAnswer.code)
        now = self._clock.wall()
        return Token(access.strip(), now, _end(found.get("expires_in"), now))


def _end(life: Any, now: datetime) -> datetime | None:
    seconds = "" if isinstance(life, bool) else str(life if life is not None else "")
    if not seconds.isdecimal() or int(seconds) == 0:
        return None
    return now + timedelta(seconds=min(int(seconds), _LONGEST_LIFE))
