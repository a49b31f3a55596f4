"""The life of an order inside BankID: started, picked up in an app, approved, collected once.

Time is looked at whenever somebody asks; nothing runs by itself. One lock guards everything.
"""

from __future__ import annotations

import base64
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.kernel.clock import Clock
from providers.bankid.qr import qr_content
from providers.bankid.sandbox.people import Person
from providers.bankid.sandbox.validation import ApiError, invalid

PICK_UP_WITHIN = timedelta(seconds=30)
FINISH_WITHIN = timedelta(minutes=3)
NEVER_PICKED_UP_KEPT = timedelta(minutes=3, seconds=10)
COMPLETE_KEPT = timedelta(minutes=3)
FAILED_KEPT = timedelta(minutes=5)
QR_TOLERANCE = 5  # seconds between the moment in the code and the moment of scanning


class AppRefusal(Exception):
    """What the app says to the person who holds it; the order goes on waiting."""


@dataclass
class SandboxOrder:
    """One order. ``relying_party`` is the fingerprint of the certificate that started it."""

    reference: str
    operation: str
    body: Mapping[str, Any]
    relying_party: str
    created: datetime
    auto_start_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    qr_start_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    qr_start_secret: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "pending"
    hint: str = "outstandingTransaction"
    person: Person | None = None
    picked_up: datetime | None = None
    finished: datetime | None = None
    collected: bool = False
    completion: dict[str, Any] | None = None
    last_collect: datetime | None = None
    same_device: bool = False

    @property
    def requirement(self) -> Mapping[str, Any]:
        """What the relying party demands."""
        found = self.body.get("requirement", {})
        return found if isinstance(found, dict) else {}

    @property
    def named_person(self) -> str:
        """The personal number that must be used, if one is named."""
        return str(self.body.get("personalNumber") or self.requirement.get("personalNumber", ""))

    @property
    def by_phone(self) -> bool:
        """Whether the order was started for a person, without a browser."""
        return self.operation.startswith(("phone/", "other/"))

    @property
    def unseen(self) -> bool:
        """Whether it waits for somebody to pick it up."""
        return self.status == "pending" and self.picked_up is None

    @property
    def visible_text(self) -> str:
        """What the app shows."""
        return base64.b64decode(str(self.body.get("userVisibleData", ""))).decode()


Complete = Callable[[SandboxOrder, datetime], dict[str, Any]]


class OrderBook:
    """All orders. ``complete`` makes the completion data when a person approves."""

    def __init__(self, clock: Clock, complete: Complete) -> None:
        self._clock = clock
        self._complete = complete
        self._orders: dict[str, SandboxOrder] = {}
        self.lock = threading.RLock()
        self.strict_rate = False
        self.too_fast = 0

    def start(self, operation: str, body: Mapping[str, Any], relying_party: str) -> dict[str, str]:
        """A new order; the answer to the relying party."""
        with self.lock:
            if operation.startswith(("phone/", "other/")):
                self._only_one(str(body["personalNumber"]))
            order = SandboxOrder(str(uuid.uuid4()), operation, body, relying_party, self._now())
            self._orders[order.reference] = order
            if order.by_phone:
                return {"orderRef": order.reference}
            return {
                "orderRef": order.reference,
                "autoStartToken": order.auto_start_token,
                "qrStartToken": order.qr_start_token,
                "qrStartSecret": order.qr_start_secret,
            }

    def collect(self, reference: str, relying_party: str) -> dict[str, Any]:
        """The order's state; a final one exactly once."""
        with self.lock:
            order = self._known(reference, relying_party)
            now = self._now()
            if order.last_collect and now - order.last_collect < timedelta(seconds=1):
                self.too_fast += 1
                if self.strict_rate:
                    raise ApiError(429, "tooManyRequests", "collected more than once a second")
            order.last_collect = now
            order.collected = order.status != "pending"
            answer: dict[str, Any] = {"orderRef": reference, "status": order.status}
            if order.status == "complete":
                return {**answer, "completionData": order.completion}
            return {**answer, "hintCode": order.hint}

    def cancel(self, reference: str, relying_party: str) -> dict[str, Any]:
        """Withdraw a pending order; afterwards nobody knows it."""
        with self.lock:
            order = self._known(reference, relying_party)
            if order.status != "pending":
                raise invalid("No such order")
            self._fail(order, "cancelled")
            order.collected = True
            return {}

    def all(self) -> list[SandboxOrder]:
        """Every order, newest first, as of now."""
        with self.lock:
            for order in self._orders.values():
                self._age(order)
            return sorted(self._orders.values(), key=lambda order: order.created, reverse=True)

    def find(self, reference: str) -> SandboxOrder:
        """The order, as of now. Raises ``AppRefusal``."""
        with self.lock:
            order = self._orders.get(reference)
            if order is None:
                raise AppRefusal("This order is not known.")
            self._age(order)
            return order

    def by_auto_start_token(self, token: str) -> SandboxOrder:
        """Open the app with a start link: the app looks for a BankID. Raises ``AppRefusal``."""
        with self.lock:
            for order in self.all():
                if order.auto_start_token == token and order.status == "pending":
                    if order.picked_up is None:
                        order.picked_up, order.hint = self._now(), "started"
                        order.same_device = True
                    return order
            raise AppRefusal("This start link is no longer valid.")

    def by_qr(self, content: str) -> SandboxOrder:
        """The order whose code was scanned, if right and fresh. Raises ``AppRefusal``."""
        with self.lock:
            parts = content.strip().split(".")
            if len(parts) != 4 or parts[0] != "bankid" or not parts[2].isdecimal():
                raise AppRefusal("This is not a BankID code.")
            for order in self.all():
                if order.qr_start_token == parts[1] and order.status == "pending":
                    self._check_code(order, int(parts[2]), content.strip())
                    return order
            raise AppRefusal("This code is no longer valid.")

    def on_screen(self, reference: str) -> SandboxOrder:
        """The order whose code the screen shows by now: a relying party begins an order that nobody
        picked up again, with the same request. Raises ``AppRefusal``."""
        with self.lock:
            seen = self.find(reference)
            for order in self.all():
                if order.unseen and order.body == seen.body:
                    return order
            raise AppRefusal("This code is no longer on the screen.")

    def qr_now(self, order: SandboxOrder) -> str:
        """What a camera would see on the screen at this moment."""
        age = (self._now() - order.created).total_seconds()
        return qr_content(order.qr_start_token, order.qr_start_secret, age)

    def identify(self, order: SandboxOrder, person: Person) -> None:
        """A person takes the order. The wrong one is refused and the order goes on waiting."""
        with self.lock:
            self._still_pending(order)
            if order.named_person and order.named_person != person.number:
                raise AppRefusal("This is meant for another person. Nothing was signed.")
            if order.person and order.person != person:
                raise AppRefusal("Somebody else has opened this already.")
            for other in self._orders.values():
                if other is not order and other.person == person and other.status == "pending":
                    self._fail(other, "cancelled")
            order.person = person
            order.picked_up = order.picked_up or self._now()
            order.hint = "userSign"
            if order.requirement.get("mrtd"):
                order.hint = "userMrtd"
            if order.operation.startswith("phone/"):
                order.hint = "userCallConfirm"

    def confirm(self, order: SandboxOrder) -> None:
        """The identity document is read, or the phone call confirmed."""
        with self.lock:
            self._still_pending(order)
            if order.hint in {"userMrtd", "userCallConfirm"}:
                order.hint = "userSign"

    def approve(self, order: SandboxOrder) -> None:
        """The right code was entered."""
        with self.lock:
            self._still_pending(order)
            if order.hint != "userSign" or order.person is None:
                raise AppRefusal("There is something to do before you can sign.")
            now = self._now()
            order.completion = self._complete(order, now)
            order.status, order.hint, order.finished = "complete", "", now

    def fail(self, order: SandboxOrder, hint: str) -> None:
        """The order ends without a signature, for the reason ``hint``."""
        with self.lock:
            self._still_pending(order)
            self._fail(order, hint)

    def clear(self) -> None:
        """Forget all orders."""
        with self.lock:
            self._orders.clear()
            self.too_fast = 0
            self.strict_rate = False

    def _now(self) -> datetime:
        return self._clock.wall()

    def _known(self, reference: str, relying_party: str) -> SandboxOrder:
        order = self._orders.get(reference)
        if order:
            self._age(order)
        if order is None or order.collected or order.relying_party != relying_party:
            raise invalid("No such order")
        if self._forgotten(order):
            raise invalid("No such order")
        return order

    def _forgotten(self, order: SandboxOrder) -> bool:
        if order.finished is None:
            return False
        if order.hint == "startFailed":
            return self._now() > order.created + NEVER_PICKED_UP_KEPT
        kept = COMPLETE_KEPT if order.status == "complete" else FAILED_KEPT
        return self._now() > order.finished + kept

    def _age(self, order: SandboxOrder) -> None:
        if order.status != "pending":
            return
        age = self._now() - order.created
        if order.picked_up is None and age > PICK_UP_WITHIN:
            self._fail(order, "startFailed", order.created + PICK_UP_WITHIN)
        elif age > FINISH_WITHIN:
            self._fail(order, "expiredTransaction", order.created + FINISH_WITHIN)

    def _fail(self, order: SandboxOrder, hint: str, at: datetime | None = None) -> None:
        order.status, order.hint, order.finished = "failed", hint, at or self._now()

    def _still_pending(self, order: SandboxOrder) -> None:
        self._age(order)
        if order.status != "pending":
            raise AppRefusal("This is over. Start again where you came from.")

    def _check_code(self, order: SandboxOrder, moment: int, content: str) -> None:
        wanted = qr_content(order.qr_start_token, order.qr_start_secret, moment)
        age = (self._now() - order.created).total_seconds()
        if content != wanted:
            raise AppRefusal("This code is not genuine.")
        if abs(moment - age) > QR_TOLERANCE:
            raise AppRefusal("This code is too old. Scan the one on the screen.")

    def _only_one(self, number: str) -> None:
        for other in self._orders.values():
            self._age(other)
            taken = other.person.number if other.person else other.body.get("personalNumber")
            if other.status == "pending" and taken == number:
                self._fail(other, "cancelled")
                raise ApiError(400, "alreadyInProgress", "Order already in progress for pno")
