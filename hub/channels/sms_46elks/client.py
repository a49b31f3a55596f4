"""The wire of 46elks: forms in, JSON out, plain sentences when something is wrong.

Translates transport and statuses into our errors; knows nothing of messages and reports. Error
texts of the vendor may repeat a number, so none is passed on: ``codes.py`` says it in our words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.channels.sms_46elks.codes import Refusal, Then, refusal
from hub.channels.sms_46elks.settings import ElksSettings
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    OutcomeUnknown,
    Refused,
    Retryable,
)
from hub.toolkit.http import Answer, HttpClient

PAGE = 100
MAX_PAGES = 20


class ElksClient:
    """Calls of one account."""

    def __init__(self, settings: ElksSettings) -> None:
        self._auth = (settings.username, settings.password)
        limit = settings.timeout
        self._http = HttpClient(settings.base_url, timeout=(min(5.0, limit), limit))

    def send_sms(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Send one SMS; the vendor's answer. Sent all the same, perhaps, on ``OutcomeUnknown``."""
        answer = self._http.call("POST", "/sms", data=dict(form), auth=self._auth)
        _raise_for(answer, has_effect=True)
        try:
            return _object(answer)
        except MalformedAnswer as error:
            raise OutcomeUnknown(error.detail) from None

    def history(self, to: str, since: datetime) -> Iterator[dict[str, Any]]:
        """What was sent to ``to`` after ``since``, newest first. The vendor's ``start`` means older
        than, ``end`` newer than; the ``next`` of a page is the ``start`` of the one after it."""
        query = {"to": to, "end": wire_time(since), "limit": str(PAGE)}
        for _ in range(MAX_PAGES):
            page = self._read("/sms", query)
            rows = page.get("data")
            if not isinstance(rows, list):
                raise Retryable("46elks answered a history without rows", code="malformed_answer")
            yield from (row for row in rows if isinstance(row, dict))
            if not page.get("next"):
                return
            query["start"] = str(page["next"])
        raise Retryable("the 46elks history is too long to look through")

    def me(self) -> dict[str, Any]:
        """The account: name, currency, balance in 1/10000."""
        return self._read("/me", {})

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _read(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = self._http.call("GET", path, params=dict(query), auth=self._auth)
            _raise_for(answer, has_effect=False)
            return _object(answer)
        except Retryable as error:
            # The cause names the whole address, and with it the recipient's number.
            raise error from None
        except MalformedAnswer as error:
            raise Retryable(error.detail, code=error.code) from None


def wire_time(moment: datetime) -> str:
    """``moment`` as 46elks writes it: UTC, microseconds, no zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def read_time(text: str, otherwise: datetime) -> datetime:
    """A time of 46elks, which is UTC with or without ``Z``; ``otherwise`` when it is unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _raise_for(answer: Answer, *, has_effect: bool) -> None:
    if answer.status == 200:
        return
    if answer.status == 429:
        raise Retryable(
            "46elks asks for fewer calls", retry_after=answer.retry_after, code="throttled"
        )
    kind = answer.headers.get("Content-Type", "")
    if 400 <= answer.status < 500 and (answer.status == 401 or "html" not in kind):
        _refuse(refusal(answer.status, answer.text))
    if answer.status >= 500 and has_effect:
        # Seen after a message was taken all the same: never repeat it unseen.
        raise OutcomeUnknown(f"46elks answered {answer.status}")
    raise Retryable(
        f"46elks answered {answer.status} {kind or 'without a content type'}",
        retry_after=answer.retry_after,
    )


def _refuse(found: Refusal) -> None:
    if found.then is Then.PAUSE:
        raise AuthenticationFailed(found.detail, code=found.code)
    raise Refused(found.detail, code=found.code)


def _object(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        raise MalformedAnswer("46elks answered JSON that is not an object")
    return body
