"""Signs calls in: basic, bearer, API key, or an OAuth2 token that is kept until it ends."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote_plus

from connectors.crm_rest.settings import (
    API_KEY,
    BASIC,
    BEARER,
    IN_BODY,
    IN_QUERY,
    OAUTH2,
    CrmRestSettings,
    OAuth2,
)
from connectors.crm_rest.shapes import at
from hub.kernel.clock import Clock
from hub.kernel.errors import AuthenticationFailed, MalformedAnswer, Retryable
from hub.toolkit.http import Answer, HttpClient

_MARGIN = 0.9  # renew after this share of a token's life, before a call meets its end


class SignIn:
    """What each call carries. Thread-safe."""

    def __init__(self, settings: CrmRestSettings, http: HttpClient, clock: Clock) -> None:
        self._settings = settings
        self._tokens = (
            TokenKeeper(settings.oauth2, settings.client_secret, http, clock)
            if settings.auth == OAUTH2 and settings.oauth2
            else None
        )

    @property
    def renewable(self) -> bool:
        """Whether a refused call may succeed with fresh credentials."""
        return self._tokens is not None

    def headers(self) -> dict[str, str]:
        """The headers that carry the credentials."""
        s = self._settings
        if self._tokens:
            return {"Authorization": f"Bearer {self._tokens.token()}"}
        if s.auth == BASIC:
            return {"Authorization": _basic(s.login, s.password)}
        if s.auth == BEARER:
            return {"Authorization": f"Bearer {s.token}"}
        if s.auth == API_KEY and s.api_key_in != IN_QUERY:
            return {s.api_key_name: s.api_key}
        return {}

    def parameters(self) -> dict[str, str]:
        """The parameters that do."""
        s = self._settings
        return {s.api_key_name: s.api_key} if s.auth == API_KEY and s.api_key_in == IN_QUERY else {}

    def renew(self, headers: Mapping[str, str]) -> None:
        """Have another token than the one in these headers."""
        if self._tokens:
            self._tokens.renew(headers.get("Authorization", "").removeprefix("Bearer "))

    def forget(self) -> None:
        """Drop what is kept, so that the next call proves the credentials."""
        if self._tokens:
            self._tokens.forget()


class TokenKeeper:
    """One token for many threads: one of them fetches it, the others wait."""

    def __init__(self, oauth2: OAuth2, secret: str, http: HttpClient, clock: Clock) -> None:
        self._oauth2 = oauth2
        self._secret = secret
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[str, datetime | None] | None = None

    def token(self) -> str:
        """A token believed to be good."""
        kept = self._kept
        if kept and (kept[1] is None or self._clock.wall() < kept[1]):
            return kept[0]
        return self.renew(kept[0] if kept else "")

    def renew(self, refused: str) -> str:
        """Another token than ``refused``; who comes second gets what the first one fetched."""
        with self._lock:
            if self._kept is None or self._kept[0] == refused:
                self._kept = self._fetched()
            return self._kept[0]

    def forget(self) -> None:
        """Drop what is kept."""
        with self._lock:
            self._kept = None

    def _fetched(self) -> tuple[str, datetime | None]:
        o = self._oauth2
        data = {"grant_type": "client_credentials", **o.more}
        headers = {"Accept": "application/json"}
        if o.send == IN_BODY:
            data |= {"client_id": o.client_id, "client_secret": self._secret}
        else:  # RFC 6749, 2.3.1: both are form-encoded before they are put together
            headers["Authorization"] = _basic(quote_plus(o.client_id), quote_plus(self._secret))
        answer = self._http.call("POST", o.url, changes=False, data=data, headers=headers)
        if answer.status in (400, 401, 403):
            raise AuthenticationFailed(f"the token address refused the client ({answer.status})")
        if answer.status != 200:
            raise Retryable(
                f"the token address answered {answer.status}", retry_after=answer.retry_after
            )
        return self._read(answer)

    def _read(self, answer: Answer) -> tuple[str, datetime | None]:
        try:
            found = answer.json()
        except MalformedAnswer as error:
            raise Retryable(f"the token address: {error.detail}", code=error.code) from None
        token, life = at(found, "access_token"), at(found, "expires_in")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Retryable("the token address gave no access_token", code=MalformedAnswer.code)
        seconds = str(life) if not isinstance(life, bool) else ""
        if not seconds.isdecimal():
            return token, None  # used until it is refused
        return token, self._clock.wall() + timedelta(seconds=min(int(seconds), 10**7)) * _MARGIN


def _basic(login: str, password: str) -> str:
    return "Basic " + b64encode(f"{login}:{password}".encode()).decode()
