"""Documents that come on working days are placed, looked at and fetched, without a single webhook.

What is real: triggers, intake, the engine with its rows, placing, the watch, surveys, what a survey
does to its request, fetching, and the whole plugin with its pace. What is thin: the account
(``account``), the upstream (in memory), the paper (one made before; nothing is typeset), and the
hub's own proof, which is not made.
"""

from __future__ import annotations

import heapq
import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import func, select

from hub.contracts.agreements import Choice
from hub.kernel.clock import ManualClock
from hub.registry import InstanceKey
from hub.services.hosted import composing, rows
from hub.services.house import House  # noqa: F401
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Delivery, HostedAgreement, Request, Timer
from tests.made_before import put_seal
from tests.services.hosted.hosted_case import ALONE, BACK
from tests.services.paper_case import RECORD, PaperCase
from tests.year.account import PAPER, ThinAccount
from tests.year.told import Told, arrivals, customers

BEGAN = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)  # a Monday
WORKING_DAYS = 250
_SETTINGS = (
    '{plugin: getaccept, settings: {base_url: "https://there.example/v1", auth: token, '
    'access_token: "a-token-of-the-simulated-year", calls_per_minute: LIMIT}}'
)
_COMPOSED = composing.Composed(PAPER, 1, (Choice("hose", "Hose", 0, 10.0, 10.0),))


class Year(PaperCase):
    """One hub with one such account, and what customers will do."""

    def __init__(self, folder: Path, database: str, seed: int, limit: int = 100) -> None:
        self._limit, self.dice = limit, random.Random(f"year {seed}")
        clock = ManualClock(BEGAN)
        put_seal(folder / "data", clock)
        changes = {
            "provider: canvas": "provider: there",
            "  documents: DOCUMENTS\n".replace("DOCUMENTS", _PAPERS): "",
            "back:\n": BACK,
            "    - attach: signed\n    - attach: evidence\n": "",
        }
        super().__init__(
            folder, database, documents=_PAPERS, people=ALONE, more=changes, clock=clock
        )
        self.account = ThinAccount(clock)
        wire: Any = self.core.registry.hosted(InstanceKey("alice", "there"))
        wire._wire._http = wire._wire._storage = self.account
        self.told = Told()
        self._acts: list[tuple[datetime, int, str, str]] = []
        self._numbers = itertools.count()
        self._waiting: dict[str, datetime] = {}  # agreement's reference → when the customer acted

    def _write(self, folder: Path, *given: Any) -> Path:
        config = super()._write(folder, *given)
        path = config / "workspaces" / "alice.yaml"
        text = path.read_text(encoding="utf-8")
        one = _SETTINGS.replace("LIMIT", str(self._limit))
        path.write_text(text.replace("instances:\n", f"instances:\n  there: {one}\n"), "utf-8")
        return config

    def play(self, documents: int, days: int = WORKING_DAYS) -> Told:
        """So many documents, spread over so many working days; then until all is over."""
        coming = arrivals(self.dice, BEGAN, documents, days)
        with (
            mock.patch.object(composing, "compose", return_value=_COMPOSED),
            mock.patch("hub.services.evidence_owed.owe_evidence"),
        ):
            self._through(coming)
        return self.told.counted(self.account)

    def _through(self, moments: list[datetime]) -> None:
        coming = iter([*moments, None])
        next_one = next(coming)
        placed: set[str] = set()
        while next_one is not None or self._open():
            now = self.clock.now()
            while next_one is not None and next_one <= now:
                self._arrive()
                next_one = next(coming)
            while self._acts and self._acts[0][0] <= now:
                self._act(*heapq.heappop(self._acts)[2:])
            self.house.engine.run_due()
            self._plan_acts(placed)
            self._learn()
            soon = [one for one in (next_one, self._due()) if one is not None]
            soon += [self._acts[0][0]] if self._acts else []
            then = min(soon, default=now + timedelta(hours=1))
            self.clock.advance(max(then - now, timedelta(seconds=1)))

    def _arrive(self) -> None:
        self.told.documents += 1
        number = str(self.told.documents)
        record = {name: value for name, value in RECORD.items() if name != "photo"}
        self.upstream.put("offer", number, {**record, "photo": RECORD["photo"], "number": number})
        accept(self.core, Trigger(self.workspace, "offer", number, "button"))

    def _plan_acts(self, placed: set[str]) -> None:
        """What the customers of those will do that stand since the last look."""
        new = [one for one in self.account.held.values() if one.id not in placed]
        for held in new:
            if held.status != "sealed":
                continue
            placed.add(held.id)
            now, number = self.clock.now(), next(self._numbers)
            for at, status in customers(self.dice, now):
                heapq.heappush(self._acts, (at, number, held.id, status))

    def _act(self, reference: str, status: str) -> None:
        if self.account.act(reference, status, status) and status != "viewed":
            self._waiting[reference] = self.clock.now()
            self.told.answered += 1

    def _learn(self) -> None:
        """Which of the acts the hub knows by now."""
        if not self._waiting:
            return
        query = select(HostedAgreement.reference).join(
            Request, Request.id == HostedAgreement.request_id
        )
        over = Request.state.in_(("completed", "declined", "expired", "failed"))
        mine = HostedAgreement.reference.in_(list(self._waiting))
        with self.core.db.read() as session:
            known = list(session.scalars(query.where(mine, over)))
        for reference in known:
            since = self.clock.now() - self._waiting.pop(reference)
            self.told.known.append(since.total_seconds())

    def _open(self) -> int:
        under_way = HostedAgreement.status.in_(rows.UNDER_WAY)
        with self.core.db.read() as session:
            count = int(session.scalar(select(func.count()).where(under_way)) or 0)
        self.told.most_open = max(self.told.most_open, count)
        self.told.left_open = count
        return count

    def _due(self) -> datetime | None:
        with self.core.db.read() as session:
            waiting = Delivery.state.in_(("pending", "retry"))
            found = (
                session.scalar(select(func.min(Delivery.next_at)).where(waiting)),
                session.scalar(select(func.min(Timer.due_at)).where(Timer.state == "pending")),
            )
        return min((one for one in found if one is not None), default=None)


_PAPERS = "\n    []"
