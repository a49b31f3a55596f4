"""The receiver's process, as a run sees it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import requests

from tests.chaos.processes import Process


class Receiving:
    """Starts it, tells it how to behave, reads its books."""

    def __init__(self, folder: Path, slowness: float = 0.02) -> None:
        log = folder / "receiver.log"
        self._process = Process(["-m", "tests.chaos.receiver", str(slowness)], log)
        port = self._process.line()
        assert port, self._process.told()
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()

    def behave(self, **destinations: str) -> None:
        """From now on these destinations behave so (see ``receiver.BEHAVIOURS``)."""
        self._session.post(f"{self.url}/control", json=destinations, timeout=10)

    def applied(self) -> int:
        """How many keys have been applied."""
        return int(self._get("/tally")["applied"])

    def first_after(self, moment: float, patience: float) -> float | None:
        """When the first delivery after ``moment`` arrived; waits ``patience`` seconds for it."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = self._get("/first", after=moment)["moment"]
            if found is not None:
                return float(found)
            time.sleep(0.02)
        return None

    def books(self) -> list[dict[str, Any]]:
        """Everything that arrived, in its order."""
        return list(self._get("/books")["arrivals"])

    def stop(self) -> None:
        """End it."""
        self._session.close()
        self._process.kill()

    def _get(self, path: str, **query: Any) -> Any:
        return self._session.get(f"{self.url}{path}", params=query, timeout=30).json()
