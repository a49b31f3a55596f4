"""What reached people: messages on the phone, mails in the mailbox. In memory, newest kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from hub.contracts.sandbox import Mail, PhoneMessage

KEEP = 5000

Item = TypeVar("Item")


@dataclass(frozen=True)
class Numbered(Generic[Item]):
    """An item and its place in the order of arrival, counted from 1 and never given twice."""

    number: int
    item: Item


class Inbox(Generic[Item]):
    """Items in order of arrival, safe to use from many threads."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._items: list[Numbered[Item]] = []
        self._last = 0

    def add(self, item: Item) -> None:
        """Take one item; the oldest goes when there are too many."""
        with self._lock:
            self._last += 1
            self._items.append(Numbered(self._last, item))
            del self._items[: -self._keep]

    def all(self, after: int = 0) -> list[Numbered[Item]]:
        """Everything that came after item number ``after``, oldest first."""
        with self._lock:
            return [entry for entry in self._items if entry.number > after]

    def get(self, number: int) -> Item | None:
        """One item."""
        return next((entry.item for entry in self.all() if entry.number == number), None)

    def clear(self) -> None:
        """Forget all items; numbers go on, so that a page that polls notices nothing strange."""
        with self._lock:
            self._items.clear()


@dataclass(frozen=True)
class PhoneLine:
    """One number's phone: how many messages it got, and the last of them."""

    number: str
    count: int
    last: int
    sender: str
    preview: str
    at: datetime


def lines(phone: Inbox[PhoneMessage]) -> list[PhoneLine]:
    """Every number that got a message, the latest first."""
    found: dict[str, PhoneLine] = {}
    for entry in phone.all():
        message = entry.item
        before = found.get(message.to)
        found[message.to] = PhoneLine(
            message.to,
            1 + (before.count if before else 0),
            entry.number,
            message.sender,
            message.text,
            message.at,
        )
    return sorted(found.values(), key=lambda line: line.last, reverse=True)


def messages_to(
    phone: Inbox[PhoneMessage], number: str, after: int = 0
) -> Iterator[Numbered[PhoneMessage]]:
    """Messages to one number; to all when it is empty."""
    return (entry for entry in phone.all(after) if not number or entry.item.to == number)


def mails_to(mailbox: Inbox[Mail], address: str, after: int = 0) -> Iterator[Numbered[Mail]]:
    """Mails to one address; to all when it is empty."""
    wanted = address.lower()
    return (
        entry
        for entry in mailbox.all(after)
        if not wanted or wanted in (to.lower() for to in entry.item.to)
    )
