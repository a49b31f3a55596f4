"""One HTTP conversation with one knowledge base: sign-in, renewal, and which answers are failures.

Every call goes through ``Wire.call``; what it returns is a good answer. Inline credentials and a
token are never sent together, Agiloft refuses that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from connectors.agiloft.codes import (
    SessionEnded,
    coded_failure,
    failure,
    final,
    page_failure,
    without_address,
)
from connectors.agiloft.grammar import html_message, is_html
from connectors.agiloft.settings import INLINE, OAUTH2, AgiloftSettings
from connectors.agiloft.tokens import TokenKeeper, Tokens, tokens_from
from hub.kernel.clock import Clock
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    ParaphError,
    Refused,
    Retryable,
)
from hub.toolkit.http import Answer, HttpClient

_CONNECT_TIMEOUT = 5.0


class Wire:
    """HTTP and sign-in of one instance. ``alrest_login`` picks which login call is used."""

    def __init__(self, settings: AgiloftSettings, clock: Clock, *, alrest_login: bool) -> None:
        self.settings = settings
        self.kb_path = quote(settings.kb, safe="")
        self._alrest_login = alrest_login
        self.http = HttpClient(
            settings.base_url,
            timeout=(min(_CONNECT_TIMEOUT, settings.timeout), settings.timeout),
            pool=settings.pool,
        )
        sign_in = self._otoken if settings.auth == OAUTH2 else self._login
        self.tokens = TokenKeeper(
            sign_in, None if settings.auth == OAUTH2 else self._refresh, clock
        )

    @property
    def inline(self) -> bool:
        """Whether each call carries login and password instead of a token."""
        return self.settings.auth == INLINE

    def system(self, **more: str) -> dict[str, str]:
        """The system parameters that every EW call needs, with ``more`` of them."""
        return {"$KB": self.settings.kb, "$lang": self.settings.lang, **more}

    def credentials(self) -> dict[str, str]:
        """Login and password as system parameters."""
        return {"$login": self.settings.login, "$password": self.settings.password}

    def call(
        self,
        method: str,
        path: str,
        *,
        changes: bool = False,
        credentials_in: str = "params",
        **options: Any,
    ) -> Answer:
        """A good answer, signing in first and renewing once if the token was refused.

        ``credentials_in`` is the option (params or data) that takes inline credentials.
        """
        if self.inline:
            merged = {**options.pop(credentials_in, {}), **self.credentials()}
            try:
                return self._send(method, path, changes, {**options, credentials_in: merged})
            except SessionEnded as error:
                raise final(error) from None
        token = self.tokens.access()
        try:
            return self._send(method, path, changes, _bearer(options, token))
        except SessionEnded:
            token = self.tokens.renew(token)
        try:
            return self._send(method, path, changes, _bearer(options, token))
        except SessionEnded as error:
            raise final(error) from None

    def prove(self) -> None:
        """Show that the credentials are good now, whatever is kept from earlier."""
        if self.inline:
            self._sign_out(self._login())  # no operation takes inline credentials and does nothing
            return
        self._sign_out(self.tokens.forget())
        self.tokens.access()

    def close(self) -> None:
        """Sign out if a token is held, and give back connections."""
        self._sign_out(self.tokens.forget())
        self.http.close()

    def _sign_out(self, tokens: Tokens | None) -> None:
        if tokens and self.settings.auth != OAUTH2:
            try:
                options = _bearer({"params": self.system()}, tokens.access)
                self._send("POST", "/ewws/EWLogout", False, options)
            except (ParaphError, SessionEnded):
                pass  # the token dies by itself

    def _send(self, method: str, path: str, changes: bool, options: Mapping[str, Any]) -> Answer:
        with without_address():
            answer = self.http.call(method, path, changes=changes, **options)
        check(answer, changes=changes)
        return answer

    def _login(self) -> Tokens:
        s = self.settings
        if self._alrest_login:
            body = {"login": s.login, "password": s.password, "KB": s.kb, "lang": s.lang}
            options: dict[str, Any] = {"json": body, "params": {"lang": s.lang}}
            return self._sign_in(f"/ewws/alrest/{self.kb_path}/login", options)
        return self._sign_in("/ewws/EWLogin", {"data": {**self.system(), **self.credentials()}})

    def _refresh(self, tokens: Tokens) -> Tokens:
        data = {**self.system(), "refresh_token": tokens.refresh}
        options = _bearer({"data": data}, tokens.access)
        return tokens_from(self._send("POST", "/ewws/EWLogin", False, options).json())

    def _otoken(self) -> Tokens:
        s = self.settings
        data = {
            "grant_type": "client_credentials",
            "client_id": s.client_id,
            "client_secret": s.client_secret,
            "kb": s.kb,
        }
        return self._sign_in("/ewws/otoken", {"data": data})

    def _sign_in(self, path: str, options: Mapping[str, Any]) -> Tokens:
        try:
            return tokens_from(self._send("POST", path, False, options).json())
        except (SessionEnded, Refused, NotFound) as error:
            raise AuthenticationFailed(f"Agiloft refused the sign-in: {error}") from None


def check(answer: Answer, *, changes: bool) -> None:
    """Raise what a bad answer means: status, HTML page, ``success: false``, or ``error`` code.

    Without ``err_code_resp`` Agiloft says 200 to everything, so the body is always looked at.
    """
    kind = answer.headers.get("Content-Type", "")
    if answer.body.strip() and is_html(kind, answer.text):
        raise page_failure(answer.status, html_message(answer.text), changes=changes)
    envelope = _envelope(answer, kind)
    if envelope is not None and isinstance(envelope.get("error"), str):
        description = str(envelope.get("error_description") or "")
        raise coded_failure(answer.status, envelope["error"], description, changes=changes)
    if envelope is not None and envelope.get("success") is False:
        raise failure(answer.status, _said(envelope), changes=changes)
    if answer.status >= 300:
        raise failure(answer.status, answer.text[:300], changes=changes)


def result_of(answer: Answer, *, changes: bool) -> Any:
    """``result`` of a good envelope. Garbage after a write leaves its outcome unknown."""
    try:
        envelope = answer.json()
    except MalformedAnswer as error:
        if changes:
            raise OutcomeUnknown(error.detail) from None
        raise Retryable(error.detail, code="malformed_answer") from None
    return envelope.get("result") if isinstance(envelope, Mapping) else envelope


def _envelope(answer: Answer, kind: str) -> Mapping[str, Any] | None:
    if "json" not in kind.lower() and answer.body.lstrip()[:1] != b"{":
        return None
    try:
        found = answer.json()
    except MalformedAnswer:
        return None
    return found if isinstance(found, Mapping) else None


def _said(envelope: Mapping[str, Any]) -> str:
    errors = envelope.get("errors")
    texts = [str(envelope.get("message") or "")]
    if isinstance(errors, list):
        texts += [str(e.get("message") or "") for e in errors if isinstance(e, Mapping)]
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _bearer(options: Mapping[str, Any], token: str) -> dict[str, Any]:
    headers = {**(options.get("headers") or {}), "Authorization": f"Bearer {token}"}
    return {**options, "headers": headers}
