"""Keeps one token (or SOAP session id) for many threads: one sign-in, one renewal at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.agiloft.codes import SessionEnded
from hub.kernel.clock import Clock
from hub.kernel.errors import AuthenticationFailed, MalformedAnswer, Permanent

_MINUTES = ("minute", "minutes", "min")
_LARGEST_MINUTES = 60  # token_expires_in may not be set higher, so larger numbers are seconds
_MARGIN = 0.9  # renew after this share of the life, before a call meets the end


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gave. ``life`` None means unknown: used until it is refused."""

    access: str
    refresh: str = ""
    life: timedelta | None = None


class TokenKeeper:
    """Signs in when needed. ``sign_in`` and ``refresh`` do the calls; the latter may be None."""

    def __init__(
        self,
        sign_in: Callable[[], Tokens],
        refresh: Callable[[Tokens], Tokens] | None,
        clock: Clock,
    ) -> None:
        self._sign_in = sign_in
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._renew_at: datetime | None = None

    def access(self) -> str:
        """A token believed to be good."""
        tokens, renew_at = self._tokens, self._renew_at
        if tokens and (renew_at is None or self._clock.wall() < renew_at):
            return tokens.access
        return self.renew(tokens.access if tokens else "")

    def renew(self, refused: str) -> str:
        """Another token than ``refused``; whoever comes second gets what the first one fetched."""
        with self._lock:
            if self._tokens and self._tokens.access != refused:
                return self._tokens.access
            self._keep(self._renewed())
            return self._tokens.access if self._tokens else ""

    def forget(self) -> Tokens | None:
        """Drop what is kept, and hand it over for signing out."""
        with self._lock:
            tokens, self._tokens = self._tokens, None
            return tokens

    def _renewed(self) -> Tokens:
        if self._tokens and self._tokens.refresh and self._refresh:
            try:
                return self._refresh(self._tokens)
            except (SessionEnded, AuthenticationFailed, Permanent):
                self._tokens = None  # the refresh token is spent: sign in anew
        return self._sign_in()

    def _keep(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._renew_at = self._clock.wall() + tokens.life * _MARGIN if tokens.life else None


def tokens_from(answer: Any) -> Tokens:
    """Tokens out of a login answer, bare or inside an envelope's ``result``."""
    inner = answer.get("result", answer) if isinstance(answer, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(inner.get("access_token"), str):
        raise MalformedAnswer("the answer to a login holds no access_token")
    return Tokens(
        access=inner["access_token"].strip(),
        refresh=str(inner.get("refresh_token") or "").strip(),
        life=_life(inner.get("expires_in"), str(inner.get("expiration_time_unit") or "")),
    )


def _life(value: Any, unit: str) -> timedelta | None:
    """One surface tells minutes, the other seconds; the unit decides, else the size."""
    if isinstance(value, bool) or not str(value or "").strip().isdecimal():
        return None
    amount = int(str(value).strip())
    if unit.strip().lower() in _MINUTES or (not unit and amount <= _LARGEST_MINUTES):
        return timedelta(minutes=amount)
    return timedelta(seconds=amount)
