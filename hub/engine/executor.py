"""What carries claimed work to the code that does it. The rows are the truth; an executor may lose
anything it carries, since leases run out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.engine.claimer import Claimed, Item
    from hub.engine.settings import EngineSettings
    from hub.engine.work import Finished


class Hands(Protocol):
    """What a pool of threads works with: ``Runner``, or a relay in front of it. Each method does
    what the one of ``Runner`` with its name does."""

    @property
    def settings(self) -> EngineSettings:
        """The numbers to keep to."""
        ...

    def claim(self, free: int, free_timers: int) -> Claimed:
        """More work for the pool."""
        ...

    def run(self, item: Item) -> Finished:
        """Do one piece of work."""
        ...

    def settle(self, finished: Iterable[Finished]) -> list[Finished]:
        """Store how works ended."""
        ...

    def extend(self, items: Sequence[Item]) -> None:
        """Heartbeat."""
        ...

    def release(self, items: Sequence[Item]) -> None:
        """Give leases back."""
        ...

    def recover(self, in_hand: Collection[tuple[str, str]] = ()) -> int:
        """Free what dead processes held."""
        ...


class Executor(Protocol):
    """Claims, runs and settles until it is stopped."""

    def start(self) -> None:
        """Begin to work; returns at once."""
        ...

    def wake(self) -> None:
        """Something may be due: look now and not at the next poll. Any thread may call it."""
        ...

    def stop(self, seconds: float) -> bool:
        """Claim nothing more, wait up to ``seconds`` for running work, give back the leases of the
        rest without counting their attempt. Whether everything had ended."""
        ...

    def in_flight(self) -> int:
        """How many pieces of work this process has in hand."""
        ...
