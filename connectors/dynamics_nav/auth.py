"""Signs calls in: Windows (NTLM), NavUserPassword (basic), or an Entra token that is renewed."""

from __future__ import annotations

import threading
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import requests
from requests_ntlm import HttpNtlmAuth

from connectors.dynamics_nav.settings import NTLM, OAUTH2, DynamicsNavSettings
from hub.kernel.clock import Clock
from hub.kernel.errors import AuthenticationFailed, MalformedAnswer, Retryable
from hub.toolkit.http import Answer, HttpClient

_MARGIN = 0.9  # renew after this share of a token's life, before a call meets its end


class SignIn:
    """What each call carries. Thread-safe."""

    def __init__(self, settings: DynamicsNavSettings, clock: Clock) -> None:
        self._settings = settings
        self._tokens = TokenKeeper(settings, clock) if settings.auth == OAUTH2 else None

    @property
    def renewable(self) -> bool:
        """Whether a refused call may succeed with another token."""
        return self._tokens is not None

    def options(self) -> dict[str, Any]:
        """What goes to the HTTP client: headers, or NTLM's conversation."""
        s = self._settings
        if self._tokens:
            return {"headers": {"Authorization": f"Bearer {self._tokens.token()}"}}
        if s.auth == NTLM:
            return {"auth": Ntlm(s.username, s.password), "headers": {}}
        given = f"{s.username}:{s.access_key or s.password}".encode()
        return {"headers": {"Authorization": f"Basic {b64encode(given).decode()}"}}

    def renew(self, refused: dict[str, Any]) -> None:
        """Have another token than the one of these options."""
        if self._tokens:
            self._tokens.renew(refused["headers"]["Authorization"].removeprefix("Bearer "))

    def forget(self) -> None:
        """Drop what is kept, so that the next call proves the credentials."""
        if self._tokens:
            self._tokens.forget()

    def close(self) -> None:
        """Give back connections."""
        if self._tokens:
            self._tokens.close()


class Ntlm(HttpNtlmAuth):
    """NTLM's three messages; whatever its library stumbles over is a refused sign-in."""

    def response_hook(self, r: requests.Response, **kwargs: Any) -> requests.Response:
        """Answer a 401 that offers NTLM or Negotiate."""
        try:
            answer: requests.Response = super().response_hook(r, **kwargs)
        except requests.RequestException:
            raise
        except Exception as error:
            raise AuthenticationFailed(
                f"the Windows sign-in did not come about ({type(error).__name__}): does the "
                "server offer NTLM?"
            ) from None
        return answer


class TokenKeeper:
    """One token for many threads: one of them fetches it, the others wait."""

    def __init__(self, settings: DynamicsNavSettings, clock: Clock) -> None:
        self._settings = settings
        self._http = HttpClient(
            settings.token_url,
            timeout=(settings.connect_timeout, min(30.0, settings.timeout)),
            pool=2,
            max_bytes=100_000,
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[str, datetime] | None = None

    def token(self) -> str:
        """A token believed to be good."""
        kept = self._kept
        if kept and self._clock.wall() < kept[1]:
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

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def _fetched(self) -> tuple[str, datetime]:
        s = self._settings
        answer = self._http.call(
            "POST",
            s.token_url,
            changes=False,
            data={
                "grant_type": "client_credentials",
                "client_id": s.client_id,
                "client_secret": s.client_secret,
                "scope": s.scope,
            },
            headers={"Accept": "application/json"},
        )
        if answer.status in (400, 401, 403):
            raise AuthenticationFailed(f"the token address refused the client ({answer.status})")
        if answer.status != 200:
            raise Retryable(
                f"the token address answered {answer.status}", retry_after=answer.retry_after
            )
        return self._read(answer)

    def _read(self, answer: Answer) -> tuple[str, datetime]:
        try:
            found = answer.json()
        except MalformedAnswer as error:
            raise Retryable(f"the token address: {error.detail}", code=error.code) from None
        token = found.get("access_token") if isinstance(found, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Retryable("the token address gave no access_token", code=MalformedAnswer.code)
        seconds = str(found.get("expires_in", ""))
        life = min(int(seconds), 10**6) if seconds.isdecimal() else 3600
        return token, self._clock.wall() + timedelta(seconds=life) * _MARGIN
