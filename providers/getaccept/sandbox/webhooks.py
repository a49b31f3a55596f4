"""Subscriptions and what is delivered to them: once and again after 1, 12, 24 and 48 hours.

Nothing happens by itself: ``run_due`` sends what is due by business time; the simulator's thread
calls it, and so do tests after they moved the clock.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from hub.kernel.clock import Clock
from hub.kernel.errors import ParaphError
from hub.toolkit.http import HttpClient
from hub.toolkit.switchboard import Switchboard
from providers.getaccept.sandbox.messages import Messenger
from providers.getaccept.sandbox.model import Document, Recipient
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.moments import wire
from providers.getaccept.sandbox.seed import ENTITIES
from providers.getaccept.sandbox.store import short_id

LATE = timedelta(hours=48)
_REORDERED = timedelta(seconds=60)  # how long one waits for another to overtake it
_TIMEOUT = (2.0, 10.0)

Body = Callable[[Document, Recipient | None], dict[str, Any]]


@dataclass(frozen=True)
class Subscription:
    """One event's way to one address."""

    id: str
    event: str
    target_url: str
    entity: str
    user: str
    user_email: str
    created: datetime
    everybody: bool = True
    payload: str = ""
    notification_email: str = ""
    host: str = ""

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "subscription_id": self.id,
            "status": 1,
            "event": self.event,
            "host": self.host,
            "target_url": self.target_url,
            "payload": self.payload,
            "global": self.everybody,
            "notification_email": self.notification_email,
            "created_at": wire(self.created),
        }


@dataclass(order=True)
class Notice:
    """One delivery that is owed."""

    due: datetime
    number: int
    subscription: Subscription = field(compare=False)
    document: str = field(compare=False)
    body: bytes = field(compare=False)
    created: datetime = field(compare=False)
    tries: int = field(default=0, compare=False)
    state: str = field(default="waiting", compare=False)  # delivered, gave up, dropped, cancelled
    results: list[str] = field(default_factory=list, compare=False)


class Webhooks:
    """The subscriptions of the account and what is owed to them. ``wake`` is called when
    something became due."""

    def __init__(
        self, clock: Clock, modes: Modes, board: Switchboard, messenger: Messenger, body: Body
    ) -> None:
        self._clock = clock
        self._modes = modes
        self._board = board
        self._messenger = messenger
        self._body = body
        self._guard = threading.RLock()
        self._sending = threading.Lock()
        self.wake: Callable[[], None] = lambda: None
        self.reset()

    def reset(self) -> None:
        """No subscriptions, nothing owed."""
        with self._guard:
            self._numbers = itertools.count()
            self.subscriptions: dict[str, Subscription] = {}
            self._owed: list[Notice] = []
            self._overtaken: list[Notice] = []
            self.notices: list[Notice] = []

    def subscribe(self, given: Mapping[str, Any], entity: str, user: str, email: str
                  ) -> Subscription:  # fmt: skip
        """Make a subscription."""
        made = Subscription(
            short_id(), str(given["event"]), str(given["target_url"]), entity, user, email,
            self._clock.now(), bool(given.get("global", True)), str(given.get("payload", "")),
            str(given.get("notification_email", "")), str(given.get("host", "")),
        )  # fmt: skip
        with self._guard:
            self.subscriptions[made.id] = made
        return made

    def unsubscribe(self, subscription_id: str) -> bool:
        """End one; what is owed to it is not sent. Whether it was there."""
        with self._guard:
            gone = self.subscriptions.pop(subscription_id, None)
            for notice in self._owed:
                if notice.subscription is gone:
                    notice.state = "cancelled"
            return gone is not None

    def tell(self, document: Document, name: str, recipient: Recipient | None) -> None:
        """Owe an event to everybody who asked for it."""
        event = f"document.{name}"
        with self._guard:
            wanted = [
                one
                for one in self.subscriptions.values()
                if one.event == event
                and one.entity == document.entity
                and (one.everybody or one.user == document.user.id)
            ]
            for one in wanted:
                self._owe(one, document, event, recipient)
        if wanted:
            self.wake()

    def run_due(self) -> int:
        """Send what is due; how many were tried."""
        count = 0
        with self._sending:
            while notice := self._next():
                if notice.state == "waiting":
                    count += 1
                    self._send(notice)
        return count

    def errors(self) -> list[dict[str, Any]]:
        """Failed deliveries, as the API lists them."""
        with self._guard:
            return [
                {
                    "event": notice.subscription.event,
                    "status": notice.state,
                    "target_url": notice.subscription.target_url,
                    "result": notice.results[-1],
                    "retry": notice.tries,
                    "payload": notice.body.decode("utf-8", "replace"),
                    "created_at": wire(notice.created),
                }
                for notice in self.notices
                if notice.results and notice.state != "delivered"
            ]

    def _owe(
        self, one: Subscription, document: Document, event: str, recipient: Recipient | None
    ) -> None:
        if self._board.strikes("webhook.no_recipient"):
            recipient = None
        body = orjson.dumps(self._whole(one, document, event, recipient))
        if self._board.strikes("webhook.malformed"):
            body = body[: len(body) * 2 // 3]
        now = self._clock.now()
        notice = Notice(now, next(self._numbers), one, document.id, body, now)
        self.notices.append(notice)
        if self._board.strikes("webhook.drop"):
            notice.state = "dropped"
            return
        if self._board.strikes("webhook.delay_48h"):
            notice.due = now + LATE
        held = bool(self._board.strikes("webhook.reorder"))
        if held:
            notice.due = now + _REORDERED
        heapq.heappush(self._owed, notice)
        if self._board.strikes("webhook.duplicate"):
            again = Notice(notice.due, next(self._numbers), one, document.id, body, now)
            self.notices.append(again)
            heapq.heappush(self._owed, again)
        if not held:
            self._let_overtake(now)
        else:
            self._overtaken.append(notice)

    def _let_overtake(self, now: datetime) -> None:
        """What was held back goes now, behind the one that has just been added."""
        for notice in self._overtaken:
            if notice.due > now:
                notice.due, notice.number = now, next(self._numbers)
        self._overtaken.clear()
        heapq.heapify(self._owed)

    def _whole(
        self, one: Subscription, document: Document, event: str, recipient: Recipient | None
    ) -> dict[str, Any]:
        entity = ENTITIES[document.entity]
        return {
            "event": event,
            "event_type": "document",
            "event_action": event.partition(".")[2],
            "subscription_id": one.id,
            "payload": one.payload,
            **self._body(document, recipient),
            "entity": {
                "entity_id": entity.id,
                "email_send_subject": "",
                "email_send_message": "",
                "sub_domain": "",
                "custom_domain": "",
            },
        }

    def _next(self) -> Notice | None:
        with self._guard:
            if self._owed and self._owed[0].due <= self._clock.now():
                return heapq.heappop(self._owed)
            return None

    def _send(self, notice: Notice) -> None:
        result = _post(notice.subscription.target_url, notice.body)
        with self._guard:
            notice.tries += 1
            notice.results.append(result)
            if result.isdecimal() and 200 <= int(result) < 300:
                notice.state, notice.body = "delivered", b""  # thousands would fill the memory
            elif notice.tries > len(self._modes.retry_schedule):
                notice.state = "gave up"
            else:
                wait = self._modes.retry_schedule[notice.tries - 1]
                notice.due = self._clock.now() + timedelta(seconds=wait)
                heapq.heappush(self._owed, notice)
        if notice.tries == 1 and notice.state != "delivered":
            one = notice.subscription
            to = one.notification_email or one.user_email
            self._messenger.webhook_failed(to, one.event, one.target_url)


def _post(url: str, body: bytes) -> str:
    """The status of the answer, or why there is none."""
    client = HttpClient("", timeout=_TIMEOUT)
    try:
        answer = client.call("POST", url, data=body, headers={"Content-Type": "application/json"})
    except ParaphError as error:
        return error.code
    finally:
        client.close()
    return str(answer.status)
