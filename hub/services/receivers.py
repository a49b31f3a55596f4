"""Calls to receivers of webhooks: signed, guarded, never redirected, their answers kept short.

What a receiver answers is none of ours and may hold anything, as may its address: attempts keep
host, status and lengths only.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from hub.engine import exchange
from hub.engine.retry import GONE
from hub.kernel.errors import Refused, Retryable
from hub.kernel.redact import MASK
from hub.toolkit.guard import Guard
from hub.toolkit.http import Answer, HttpClient

TIMEOUT = (5.0, 20.0)  # seconds to connect, and between two pieces of the answer
LONGEST = 30.0  # for a whole call, however slowly the answer drips
LONGEST_ANSWER = 64_000
_HOSTS = 64  # whose connections are kept
REDIRECTED = "redirected"
GONE_STATUS = 410


class Receivers:
    """The client for all receivers."""

    def __init__(self, guard: Guard) -> None:
        self._client = HttpClient(
            "",
            timeout=TIMEOUT,
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
            max_bytes=LONGEST_ANSWER,
            cut=True,
            hosts=_HOSTS,
            guard=guard,
            longest=LONGEST,
            listener=_note,
        )

    def post(
        self,
        url: str,
        body: bytes,
        headers: dict[str, str],
        timeout: tuple[float, float] | None = None,
    ) -> Answer:
        """Send ``body`` as it is. Raises ``Retryable`` when there is no answer, ``TargetRefused``
        when ``url`` leads where no call may go."""
        return self._client.call("POST", url, data=body, headers=headers, timeout=timeout)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def judge(answer: Answer) -> None:
    """Raises what an answer other than 2xx means for the delivery."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status == GONE_STATUS:
        raise Refused("the receiver answered 410: it wants no more webhooks", code=GONE)
    if 300 <= status < 400:
        raise Refused(
            f"the receiver answered {status}: redirects are not followed; give the subscription "
            "the address that it leads to, then replay",
            code=REDIRECTED,
        )
    raise Retryable(
        f"the receiver answered {status}",
        code="rate_limited" if status == 429 else f"http_{status}",
        retry_after=answer.retry_after if status in (429, 503) else None,
    )


def _note(
    method: str, url: str, answer: Answer | None, seconds: float, sent: object = None
) -> None:
    parts = urlsplit(url)
    exchange.note(
        method,
        f"{parts.scheme}://{parts.netloc}/{MASK}",
        answer.status if answer else None,
        seconds,
        sent=exchange.outlined(sent),
        answered=f"{len(answer.body)} bytes" if answer else None,
    )
