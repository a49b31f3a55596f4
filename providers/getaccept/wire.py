"""One HTTP conversation with one account: the token on each call, renewed once when it is refused,
the pace, and which answers are failures. What ``Wire.call`` returns is a good answer.

The storage that signed files lie in gets a client of its own, which never carries the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from hub.contracts.agreements import NOT_YET
from hub.kernel.clock import Clock
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    ParaphError,
    Retryable,
)
from hub.toolkit.http import Answer, HttpClient
from providers.getaccept.auth import SignIn
from providers.getaccept.chain import Chain
from providers.getaccept.codes import Forbidden, SignInRefused, failure, is_page, unreadable
from providers.getaccept.pace import Pace
from providers.getaccept.settings import OAUTH2, GetAcceptSettings

_CONNECT_TIMEOUT = 5.0
_LARGEST_ANSWER = 20_000_000
_LONGEST_ID = 200
_NOT_THERE = (403, 404)  # what a storage says of a file that it does not have


class Wire:
    """Calls one account. Thread-safe."""

    def __init__(
        self, settings: GetAcceptSettings, clock: Clock, chain: Chain | None = None
    ) -> None:
        self._settings = settings
        self._http = HttpClient(
            settings.base_url,
            timeout=(min(_CONNECT_TIMEOUT, settings.timeout), settings.timeout),
            headers={"Accept": "application/json"},
            pool=settings.pool,
            max_bytes=_LARGEST_ANSWER,
        )
        self._storage = HttpClient(
            settings.base_url,
            timeout=(min(_CONNECT_TIMEOUT, settings.timeout), settings.timeout),
            max_bytes=_LARGEST_ANSWER,
        )
        self.pace = Pace(settings.calls_per_minute, clock)
        self.sign_in = SignIn(settings, self._sent, clock, chain)

    def call(
        self,
        method: str,
        path: str,
        *,
        changes: bool | None = None,
        told: Any = None,
        **options: Any,
    ) -> Answer:
        """A good answer. ``changes``: the call has an effect there (all but GET do unless said);
        ``told`` is what of it must not come back in an error, where that is not the JSON body."""
        effect = method != "GET" if changes is None else changes
        token = self.sign_in.token()
        answer, failed = self._once(method, path, effect, told, token, options)
        if self._is_worth_renewing(failed, token):
            token = self.sign_in.renew(token)
            answer, failed = self._once(method, path, effect, told, token, options)
        if isinstance(failed, SignInRefused):
            raise AuthenticationFailed(f"{failed.detail}: the token is not taken")
        if failed is not None:
            raise failed
        return answer

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of a good answer; None for an empty one, as 204 is."""
        answer = self.call(method, path, **options)
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except MalformedAnswer:
            changes = options.get("changes")
            effect = method != "GET" if changes is None else changes
            raise unreadable(answer, "with something else than JSON", changes=effect) from None

    def fetch(self, url: str, limit: int) -> bytes:
        """A file out of the storage, without any credentials. Raises ``Retryable``, ``TooLarge``;
        neither shows the address, which lets in whoever has it."""
        scheme = urlsplit(url).scheme
        if scheme != "https" and scheme != urlsplit(self._settings.base_url).scheme:
            raise Retryable("the file's address is none", code=MalformedAnswer.code)
        answer = self._storage.call("GET", url, most=limit)
        if answer.status != 200 or is_page(answer):
            raise Retryable(
                f"the storage answered {answer.status}, not with the file",
                retry_after=answer.retry_after,
                code=NOT_YET if answer.status in _NOT_THERE else None,
            )
        return answer.body

    def close(self) -> None:
        """Give back connections."""
        self._http.close()
        self._storage.close()

    def _is_worth_renewing(self, failed: ParaphError | None, token: str) -> bool:
        if not self.sign_in.renewable:
            return False
        if isinstance(failed, SignInRefused):
            return True
        # The vendor's own connector renews on 403, too; a fresh token was refused for a reason.
        is_oauth2 = self._settings.auth == OAUTH2
        return isinstance(failed, Forbidden) and is_oauth2 and not self.sign_in.is_young(token)

    def _once(
        self,
        method: str,
        path: str,
        effect: bool,
        told: Any,
        token: str,
        options: Mapping[str, Any],
    ) -> tuple[Answer, ParaphError | None]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._sent(method, path, changes=effect, headers=headers, **options)
        sent = told if told is not None else options.get("json")
        return answer, failure(answer, changes=effect, sent=sent)

    def _sent(self, method: str, path: str, **options: Any) -> Answer:
        self.pace.count()
        try:
            answer = self._http.call(method, path, **options)
        except MalformedAnswer as error:  # larger than allowed
            if options.get("changes"):
                raise OutcomeUnknown(error.detail) from None
            raise
        self.pace.learn(answer)
        return answer


def address(template: str, *ids: str) -> str:
    """``template`` with ids put in. Raises ``NotFound`` for what cannot be one."""
    for one in ids:
        if not 0 < len(one) <= _LONGEST_ID or one in (".", "..") or not one.isprintable():
            raise NotFound("nothing can have this id: it is empty, too long or no plain text")
    return template.format(*(quote(one, safe="") for one in ids))
