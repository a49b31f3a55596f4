"""What the hub keeps for us between calls, as one typed value instead of loose JSON."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.contracts.provider import Order
from providers.bankid.codes import NOBODY_YET

# BankID gives up an order that nobody picks up after half a minute. While the customer looks at our
# page we begin such orders again, this long after the first one.
BEGIN_AGAIN_FOR = timedelta(minutes=3)


@dataclass(frozen=True)
class OrderState:
    """One BankID order. ``request`` is the body of ``/sign``, to begin again and for evidence.

    ``arrived_at`` is when the start answer came (QR codes count from it), ``first_at`` the same of
    the first order. ``restart_owed``: BankID has told that the order is over, and beginning again
    has not succeeded yet. ``relying_party`` is the common name in our client certificate.
    """

    request: Mapping[str, Any]
    relying_party: str
    arrived_at: datetime
    first_at: datetime
    auto_start_token: str = ""
    qr_start_token: str = ""
    qr_start_secret: str = ""
    status: str = "pending"
    hint: str = NOBODY_YET
    restart_owed: bool = False
    collected_at: datetime | None = None

    @property
    def same_device(self) -> bool:
        """Whether the app is on the device with the browser."""
        return "returnUrl" in self.request

    @property
    def visible(self) -> bytes:
        """The text that was sent to be shown and signed."""
        return base64.b64decode(self.request["userVisibleData"])

    @property
    def hidden(self) -> bytes:
        """What was sent to be signed unseen."""
        return base64.b64decode(self.request["userNonVisibleData"])

    def may_begin_again(self, now: datetime) -> bool:
        """Only a QR code may silently become a new one: on the same device the customer sees that
        the app did not open, and a start that nobody asked for would be a trap."""
        return not self.same_device and now - self.first_at < BEGIN_AGAIN_FOR

    def finished(self, status: str, hint: str, now: datetime) -> OrderState:
        """The state after the last answer; what could start the app is forgotten."""
        return dataclasses.replace(
            self,
            status=status,
            hint=hint,
            restart_owed=False,
            collected_at=now,
            auto_start_token="",
            qr_start_token="",
            qr_start_secret="",
        )

    def restarted(self, start: Mapping[str, str], now: datetime) -> OrderState:
        """The state after ``/sign`` answered."""
        return dataclasses.replace(
            self,
            arrived_at=now,
            auto_start_token=start["autoStartToken"],
            qr_start_token=start["qrStartToken"],
            qr_start_secret=start["qrStartSecret"],
            status="pending",
            hint=NOBODY_YET,
            restart_owed=False,
        )

    def kept_in(self, order: Order, reference: str = "") -> Order:
        """``order`` with this state, and another reference if one is given."""
        return Order(reference or order.reference, _plain(self), order.started_at)


def new_order(reference: str, state: OrderState, started_at: datetime) -> Order:
    """A fresh order for the hub to keep."""
    return Order(reference, _plain(state), started_at)


def state_of(order: Order) -> OrderState:
    """The state inside an order as the hub kept it."""
    values = dict(order.state)
    for name in ("arrived_at", "first_at", "collected_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return OrderState(**values)


def _plain(state: OrderState) -> dict[str, Any]:
    values = {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
