"""Files from addresses that a record names: guarded as webhooks are, never redirected, bounded."""

from __future__ import annotations

from urllib.parse import urlsplit

from hub.engine import exchange
from hub.kernel.errors import Refused, Retryable, TooLarge
from hub.kernel.redact import MASK
from hub.toolkit.guard import Guard
from hub.toolkit.http import Answer, HttpClient

TIMEOUT = (5.0, 20.0)  # seconds to connect, and between two pieces of the file
LONGEST = 60.0  # for a whole file


class Fetcher:
    """The client for all of them."""

    def __init__(self, guard: Guard, most: int) -> None:
        self._client = HttpClient(
            "",
            timeout=TIMEOUT,
            headers={"Accept": "application/pdf, image/*, */*;q=0.5"},
            max_bytes=most + 1,
            cut=True,
            hosts=16,
            guard=guard,
            longest=LONGEST,
            listener=_note,
        )

    def fetch(self, url: str, limit: int) -> bytes:
        """What stands at ``url``. Raises ``TargetRefused`` where no call may go, ``TooLarge``,
        ``Refused`` when the server says no, ``Retryable``."""
        answer = self._client.call("GET", url)
        status = answer.status
        if status in (408, 425, 429) or status >= 500:
            raise Retryable(f"the file's server answered {status}", retry_after=answer.retry_after)
        if 300 <= status < 400:
            raise Refused(
                f"the file's server answered {status}: redirects are not followed; give the "
                "address that it leads to",
                code="redirected",
            )
        if status != 200:
            raise Refused(f"the file's server answered {status}", code="file_refused")
        if len(answer.body) > limit:
            raise TooLarge(f"the file is larger than {limit} bytes")
        return answer.body

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _note(
    method: str, url: str, answer: Answer | None, seconds: float, sent: object = None
) -> None:
    """Addresses of files may hold a key: attempts keep the host only."""
    parts = urlsplit(url)
    exchange.note(
        method,
        f"{parts.scheme}://{parts.netloc}/{MASK}",
        answer.status if answer else None,
        seconds,
        sent=exchange.outlined(sent),
        answered=f"{len(answer.body)} bytes" if answer else None,
    )
