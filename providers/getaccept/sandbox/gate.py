"""Every call of the API passes here: faults that tests switch on, counts, the rate limit."""

from __future__ import annotations

import threading
import zlib
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Response, jsonify, request

from hub.kernel.clock import Clock
from hub.toolkit.gate import cut_off
from hub.toolkit.switchboard import Switchboard
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.refusals import Refusal, error_response

KINDS = (
    "slow", "html", "error_500", "drop_before", "drop_after", "throttled", "throttled_bare",
    "error_200", "unauthorized", "forbidden", "deflate",
)  # fmt: skip
OPERATIONS = (
    "any", "auth", "refresh", "revoke", "test", "users", "entity", "upload", "upload_attachment",
    "library", "create", "list", "read", "change", "delete", "external", "send", "seal",
    "expiration", "reminders", "forward", "revisions", "preview", "status", "download", "events",
    "log", "pages", "recipients", "recall", "fields", "add_field", "set_fields", "comments",
    "add_comment", "attachments", "upload_requested", "subscriptions", "subscribe",
    "subscription", "unsubscribe", "subscription_events", "subscription_test",
    "subscription_errors", "templates", "template_parts", "oauth_token", "storage",
)  # fmt: skip
WEBHOOKS = ("duplicate", "reorder", "drop", "delay_48h", "malformed", "no_recipient")
FAULTS = (
    *(f"{operation}.{kind}" for operation in OPERATIONS for kind in KINDS),
    *(f"webhook.{kind}" for kind in WEBHOOKS),
    "storage.not_pdf",
)
_PAGE = "<!DOCTYPE html><html><body><h1>We are updating. Please come back soon.</h1></body></html>"
_SPAN = timedelta(seconds=60)


class Gate:
    """Faults are named by operation and kind, such as ``create.drop_after``."""

    def __init__(self, clock: Clock, modes: Modes) -> None:
        self.board = Switchboard(FAULTS)
        self._clock = clock
        self._modes = modes
        self._idle = threading.Condition()
        self._running = 0
        self.reset()

    def reset(self) -> None:
        """No faults, counts at zero."""
        self.board.reset()
        with self._idle:
            self._effects: Counter[str] = Counter()
            self._window: datetime | None = None
            self._used = 0
            self._recent: deque[datetime] = deque()
            self._busiest = 0

    def effects(self) -> dict[str, int]:
        """How many calls of each operation had their effect."""
        with self._idle:
            return dict(self._effects)

    def busiest(self) -> int:
        """The most calls within any minute of business time."""
        with self._idle:
            return self._busiest

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no call is being answered; whether that came true."""
        with self._idle:
            return self._idle.wait_for(lambda: self._running == 0, seconds)

    def run(self, operation: str, answer: Callable[[], Response]) -> Response:
        """Answer one call, or strike it."""
        with self._idle:
            self._running += 1
            self._count()
        try:
            with self.board.call(operation):
                response = self._limited(operation, answer)
                if self.strikes(operation, "drop_after") is not None:
                    return dropped()
                return response
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def strikes(self, operation: str, kind: str) -> float | None:
        """Seconds of the fault if it is on for this operation or for any."""
        for name in (operation, "any"):
            fault = self.board.strikes(f"{name}.{kind}")
            if fault:
                return fault.seconds
        return None

    def _limited(self, operation: str, answer: Callable[[], Response]) -> Response:
        left, reset = self._use()
        if left < 0:
            response = _throttled()
            response.headers["Retry-After"] = str(reset)
        else:
            struck = self._strike(operation)
            response = struck or answer()
            if struck is None and response.status_code < 400:
                with self._idle:
                    self._effects[operation] += 1
            if self.strikes(operation, "deflate") is not None:
                response.set_data(zlib.compress(response.get_data()))
                response.headers["Content-Encoding"] = "deflate"
        if response.headers.pop("X-Bare", None) is None:
            response.headers["X-Rate-Limit-Limit"] = str(self._modes.rate_limit)
            response.headers["X-Rate-Limit-Remaining"] = str(max(0, left))
            response.headers["X-Rate-Limit-Reset"] = str(reset)
        return response

    def _strike(self, operation: str) -> Response | None:
        """The answer of a fault that keeps the call from its effect."""
        slow = self.strikes(operation, "slow")
        if slow is not None:
            self.board.hold(slow)
        if self.strikes(operation, "html") is not None:
            return Response(_PAGE, 200, content_type="text/html; charset=utf-8")
        if self.strikes(operation, "error_500") is not None:
            return error_response(Refusal(500, "Unexpected error"), self._modes.error_profile)
        if self.strikes(operation, "drop_before") is not None:
            return dropped()
        if self.strikes(operation, "throttled") is not None:
            response = _throttled()
            response.headers["Retry-After"] = "2"
            return response
        if self.strikes(operation, "throttled_bare") is not None:
            response = _throttled()
            response.headers["X-Bare"] = "1"
            return response
        return self._deny(operation)

    def _deny(self, operation: str) -> Response | None:
        if self.strikes(operation, "error_200") is not None:
            return jsonify(error="Something went wrong")
        if self.strikes(operation, "unauthorized") is not None:
            return error_response(Refusal(401, "", empty=True), self._modes.error_profile)
        if self.strikes(operation, "forbidden") is not None:
            return error_response(Refusal(403, "Access denied"), self._modes.error_profile)
        return None

    def _use(self) -> tuple[int, int]:
        """One call of the window: how many are left, and the seconds until it ends."""
        now = self._clock.wall()
        span = timedelta(seconds=self._modes.rate_window)
        with self._idle:
            if self._window is None or now >= self._window + span:
                self._window, self._used = now, 0
            self._used += 1
            left = self._modes.rate_limit - self._used
            ends = int((self._window + span - now).total_seconds())
            return left, max(1, ends)

    def _count(self) -> None:
        now = self._clock.now()
        self._recent.append(now)
        while self._recent[0] <= now - _SPAN:
            self._recent.popleft()
        self._busiest = max(self._busiest, len(self._recent))


def _throttled() -> Response:
    response = jsonify(code=429, message="Too many requests", errors="Too many requests")
    response.status_code = 429
    return response


def dropped() -> Response:
    """Cut the connection without an answer."""
    return cut_off(Response, request.environ)
