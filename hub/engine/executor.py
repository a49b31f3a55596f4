"""What carries claimed work to the code that does it. The rows are the truth; an executor may lose
anything it carries, since leases run out."""

from __future__ import annotations

from typing import Protocol


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
