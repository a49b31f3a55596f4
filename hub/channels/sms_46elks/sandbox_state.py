"""What the simulated 46elks account remembers, and what it does about special numbers. No HTTP.

The last four digits of the recipient choose what happens to a message (``MAGIC``), so that a person
can try each case from a real record; ``+4670174069x`` is a range that belongs to nobody.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.channels.sms_46elks.client import wire_time
from hub.toolkit.gsm import measure

COST_PER_PART = 3500
START_BALANCE = 9_670_500
SENT_AFTER = timedelta(seconds=0.4)
DELIVERED_AFTER = timedelta(seconds=1.2)
LATE = timedelta(minutes=10)

# A life is what is reported, and when after the message was taken.
Life = tuple[tuple[str, timedelta], ...]
USUAL: Life = (("sent", SENT_AFTER), ("delivered", DELIVERED_AFTER))
FAILED: Life = (("sent", SENT_AFTER), ("failed", DELIVERED_AFTER))

MAGIC: dict[str, tuple[str, Life]] = {
    "0690": ("the phone is not reached", FAILED),
    "0691": ("each report comes twice", tuple(step for step in USUAL for _ in range(2))),
    "0692": (
        "reports come in the wrong order",
        (("delivered", SENT_AFTER), ("sent", DELIVERED_AFTER)),
    ),
    "0693": ("the report comes before the answer", (("delivered", timedelta(0)),)),
    "0694": ("the number is refused", ()),
    "0695": ("no report ever comes", ()),
    "0696": ("failed, and after all delivered", (*FAILED, ("delivered", LATE))),
    "0697": ("the answer is slow", USUAL),
    "0698": ("the connection breaks after the message was taken", USUAL),
    "0699": ("500 after the message was taken", USUAL),
}
REFUSED, EARLY, SLOW, DROPPED, ANSWERED_500 = "0694", "0693", "0697", "0698", "0699"


def life_of(number: str) -> Life:
    """What becomes of a message to ``number``."""
    return MAGIC.get(number[-4:], ("", USUAL))[1]


@dataclass
class Sms:
    """One row of the history."""

    id: str
    direction: str
    sender: str
    to: str
    message: str
    created: datetime
    parts: int = 1
    cost: int = 0
    status: str = "created"
    dontlog: bool = False
    delivered: datetime | None = None
    report_url: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def wire(self) -> dict[str, Any]:
        """The row as the API shows it; a text that is not to be kept is absent."""
        row: dict[str, Any] = {
            "id": self.id,
            "direction": self.direction,
            "from": self.sender,
            "to": self.to,
            "created": wire_time(self.created),
            "parts": self.parts,
            "cost": self.cost,
        }
        if self.direction != "incoming":
            row["status"] = self.status
        if self.delivered:
            row["delivered"] = wire_time(self.delivered) + "Z"
        if self.dontlog:
            row["dontlog"] = "message"
        else:
            row["message"] = self.message
        return row


class Account:
    """Messages, balance and settings of the simulated account, under one lock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget all messages and fill the balance up."""
        with self._lock:
            self._rows: dict[str, Sms] = {}
            self._last: datetime | None = None
            self.balance = START_BALANCE
            self.sms_urls: dict[str, str] = {}

    def add(self, direction: str, sender: str, to: str, message: str, **extra: Any) -> Sms:
        """Take one message and charge for it; an incoming one costs nothing."""
        parts = measure(message).parts
        cost = 0 if direction == "incoming" else parts * COST_PER_PART
        with self._lock:
            self.balance -= cost
            sms = Sms(
                f"s{secrets.token_hex(16)}", direction, sender, to, message, self._moment(),
                parts, cost, **extra,
            )  # fmt: skip
            self._rows[sms.id] = sms
            return sms

    def get(self, reference: str) -> Sms | None:
        """One message by its id."""
        with self._lock:
            return self._rows.get(reference)

    def delete(self, reference: str) -> Sms | None:
        """Take one message out of the history."""
        with self._lock:
            return self._rows.pop(reference, None)

    def rows(self) -> list[Sms]:
        """All messages, newest first."""
        with self._lock:
            return sorted(self._rows.values(), key=lambda sms: sms.created, reverse=True)

    def move(self, sms: Sms, status: str) -> None:
        """Note how far a message is; what is delivered stays so."""
        with self._lock:
            if sms.status == "delivered" or (status == "sent" and sms.status == "failed"):
                return
            sms.status = status
            if status == "delivered":
                sms.delivered = self._now()

    def page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """One page of the history: ``start`` is *older than*, ``end`` is *newer than*."""
        limit = min(100, max(1, int(query.get("limit") or 100)))
        start, end, to = query.get("start"), query.get("end"), query.get("to")
        found = [
            sms
            for sms in self.rows()
            if (not to or sms.to == to)
            and (not start or wire_time(sms.created) < start)
            and (not end or wire_time(sms.created) > end)
        ]
        page: dict[str, Any] = {"data": [sms.wire() for sms in found[:limit]]}
        if len(found) > limit:
            page["next"] = wire_time(found[limit - 1].created)
        return page

    def _moment(self) -> datetime:
        # Paging goes by time, so no two rows may share one, even when the clock stands still.
        moment = self._now()
        if self._last and moment <= self._last:
            moment = self._last + timedelta(microseconds=1)
        self._last = moment
        return moment
