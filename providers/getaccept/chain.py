"""OAuth2: each use of a refresh token replaces it. The chain of them is kept by the hub's port
``secrets``, with the token that the last one gave, so that restarts go on with it and all processes
share one renewal.

A chain begins with the refresh token in the settings and has its name from it; another one in the
settings is another chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from hub.contracts.ports import Secret, SecretsPort
from hub.kernel.clock import Clock, aware
from hub.kernel.errors import AuthenticationFailed, Retryable
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
_MEND = "authorise anew (README, Tokens) and give the new one by: paraph mend-credentials"


@dataclass(frozen=True)
class Link:
    """Where a chain stands. ``trying``: since when a use of ``refresh`` is under way."""

    refresh: str
    access: str = ""
    had_at: datetime | None = None
    ends: datetime | None = None
    trying: datetime | None = None

    def data(self) -> dict[str, Any]:
        """Plain data, to be sealed."""
        moments = {"had_at": self.had_at, "ends": self.ends, "trying": self.trying}
        told = {name: one.isoformat() if one else None for name, one in moments.items()}
        return {"refresh": self.refresh, "access": self.access, **told}


Renew = Callable[[str], Link]
"""Uses a refresh token: the link that the answer makes."""


class Chain:
    """One chain. Called by one thread of each process at a time."""

    def __init__(
        self, port: SecretsPort, first: str, clock: Clock, instance: str, seconds: float
    ) -> None:
        self._port = port
        self._first = first
        self._clock = clock
        self._instance = instance
        self._seconds = seconds  # longer than a call may take
        self._name = "oauth2." + sha256(first.encode()).hexdigest()[:16]
        self._unkept: Link | None = None  # answered, and the database did not take it

    def next(self, known: str, good: Callable[[Link], bool], renew: Renew) -> Link:
        """Another link than the one whose token is ``known``: the one that another process has had
        meanwhile, if it is ``good``, else a new one. Raises what ``renew`` does."""
        with self._port.hold(self._name, self._seconds):
            kept = self._port.get(self._name)
            link = self._unkept or (_read(kept.value) if kept else Link(self._first))
            if link.access and link.access != known and good(link):
                return self._kept(link, kept) if self._unkept else link
            return self._kept(*self._renewed(link, kept, renew))

    def _renewed(self, link: Link, kept: Secret | None, renew: Renew) -> tuple[Link, Secret | None]:
        """Mark that the token is being used before it is: whoever finds the mark knows that its
        answer may have been lost."""
        lost = link.trying
        if not self._unkept:
            kept = self._marked(link, kept)
        try:
            return renew(link.refresh), kept
        except AuthenticationFailed as error:
            if lost is not None:
                raise AuthenticationFailed(self._spent(lost)) from None
            self._unmark(link, kept)
            raise AuthenticationFailed(f"{error.detail}; {_MEND} {self._set()}") from None

    def _marked(self, link: Link, kept: Secret | None) -> Secret:
        version = kept.version if kept else 0
        marked = replace(link, trying=link.trying or self._clock.wall()).data()
        if not self._port.replace(self._name, marked, version):
            raise Retryable("another process renews the token at this moment", code="token_moved")
        return Secret(marked, version + 1)

    def _unmark(self, link: Link, kept: Secret | None) -> None:
        """A clear refusal is an answer: nothing of it can have been lost."""
        if kept is not None:
            self._port.replace(self._name, replace(link, trying=None).data(), kept.version)

    def _kept(self, link: Link, kept: Secret | None) -> Link:
        """Store it; where that fails this process goes on with it, and stores it later."""
        self._unkept = link
        try:
            version = kept.version if kept else 0
            if not self._port.replace(self._name, link.data(), version):
                version = self._moved(link)
        except Exception as error:  # the database is away: losing the token would be worse
            _log.error(
                "getaccept_token_not_kept", instance=self._instance, error=type(error).__name__
            )
            return link
        self._unkept = None
        return link

    def _moved(self, link: Link) -> int:
        """We held it for too long and another process has tried: what GetAccept gave counts."""
        kept = self._port.get(self._name)
        version = kept.version if kept else 0
        self._port.replace(self._name, link.data(), version)
        return version

    def _spent(self, since: datetime) -> str:
        return (
            f"the refresh token was used at {since:%Y-%m-%d %H:%M} UTC by a process that ended, or "
            "lost its connection, before the token that replaces it was stored; GetAccept takes "
            f"each one once: {_MEND} {self._set()}"
        )

    def _set(self) -> str:
        return f"{self._instance} --set refresh_token"


def _read(data: Mapping[str, Any]) -> Link:
    moments = {
        name: aware(datetime.fromisoformat(data[name])) if data.get(name) else None
        for name in ("had_at", "ends", "trying")
    }
    return Link(str(data["refresh"]), str(data.get("access", "")), **moments)
