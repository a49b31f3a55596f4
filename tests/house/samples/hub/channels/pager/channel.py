"""Messages to pagers. The gateway knows idempotency keys, so a repeat needs no look-up first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.channels.pager.settings import PagerSettings
from hub.contracts.channel import Channel, ChannelReceipt, Message
from hub.contracts.plugin import PluginContext, ProbeResult
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    OutcomeUnknown,
    Refused,
    Retryable,
)
from hub.toolkit.http import Answer, HttpClient

# The gateway's word → ours.
REFUSALS = {"no_such_pager": "bad_number", "bad_pager": "bad_number"}


class PagerChannel(Channel):
    """One account at the gateway."""

    Settings = PagerSettings
    settings: PagerSettings

    def __init__(self, settings: PagerSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        self._http = HttpClient(
            settings.base_url,
            timeout=(min(5.0, settings.timeout), settings.timeout),
            headers={"X-Api-Key": settings.api_key},
        )

    def probe(self) -> ProbeResult:
        """Ask for the account's name."""
        account = self._call("GET", "/account")
        return ProbeResult("reached the pager gateway", {"account": account.get("name", "")})

    def send(
        self,
        message: Message,
        idempotency_key: str,
        *,
        uncertain: bool = False,
        absent_since: datetime | None = None,
    ) -> ChannelReceipt:
        """Send one page; the gateway keeps the key, so twice is once."""
        if not message.text.strip():
            raise Refused("the message has no text", code="message_refused")
        page = {"key": idempotency_key, "pager": message.to, "text": message.text}
        answer = self._call("POST", "/pages", json=page)
        return ChannelReceipt(str(answer["id"]))

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._http.call(method, path, **options)
        except Retryable as error:
            raise error from None  # the cause may quote what was sent
        if answer.status == 200:
            return _object(answer, has_effect=method == "POST")
        if answer.status in (401, 403):
            raise AuthenticationFailed("the pager gateway refused the API key")
        if answer.status == 422:
            word = _object(answer, has_effect=False).get("error")
            raise Refused(
                "the pager gateway refused it", code=REFUSALS.get(word, "message_refused")
            )
        raise Retryable(
            f"the pager gateway answered {answer.status}", retry_after=answer.retry_after
        )


def _object(answer: Answer, *, has_effect: bool) -> dict[str, Any]:
    try:
        found = answer.json()
    except MalformedAnswer as error:
        # A web page in between says nothing about what happened behind it.
        trouble = OutcomeUnknown if has_effect else Retryable
        raise trouble(error.detail) from None
    return dict(found)
