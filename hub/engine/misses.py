"""Destinations where all that is due waits for something earlier of its entity, as behind a call
that hangs. Claiming there costs a look at every row that waits and brings nothing, and it would be
tried at every turn that work elsewhere gives occasion for. So it is tried ever less often for as
long as nothing has changed, at least once a second.

What counts as a change: something newer is due there, a call there has begun or ended, or this
process has ended something earlier of an entity that waits there. The rest, as an earlier delivery
discarded or ended elsewhere, is found at the next try.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.engine.claims import Place, Ready, Survey
from hub.storage import queries_survey as queries

Entity = tuple[str, str]
"""Workspace id and the name of what keeps an order."""


@dataclass(frozen=True)
class _Miss:
    newest: datetime | None  # what was the last to become due
    running: int
    since: datetime  # real time
    pause: timedelta

    def holds(self, wall: datetime) -> bool:
        return self.since <= wall < self.since + self.pause


class Misses:
    """What one process remembers of places where a claim brought nothing."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._at: dict[Place, _Miss] = {}

    def keep_off(self, session: Session, seen: Survey, ended: Collection[Entity]) -> None:
        """Take the room from places of ``seen`` where another try makes no sense yet. ``ended``:
        entities of which this process has ended something since the last time."""
        if not self._at:
            return
        ready = {one.place: one for one in seen.ready if one.room > 0}
        self._at = {at: miss for at, miss in self._at.items() if _same(miss, ready.get(at))}
        held = [at for at, miss in self._at.items() if miss.holds(seen.wall)]
        if held:
            for place in _next_places(session, ended):
                self._at.pop(place, None)
        for place in held:
            if place in self._at:
                miss = self._at[place]
                ready[place].room, ready[place].again = 0, miss.since + miss.pause

    def note(self, ready: Ready, wall: datetime) -> None:
        """A claim at ``ready`` brought nothing."""
        before = self._at.get(ready.place)
        pause = min(self._longest, max(_SHORTEST, before.pause * 2)) if before else timedelta(0)
        self._at[ready.place] = _Miss(ready.newest, ready.running, wall, pause)


def _same(miss: _Miss, ready: Ready | None) -> bool:
    return ready is not None and (miss.newest, miss.running) == (ready.newest, ready.running)


def _next_places(session: Session, ended: Collection[Entity]) -> set[Place]:
    """Where the next delivery of each of these entities goes to."""
    places = set()
    for workspace, entity in ended:
        row = queries.NEXT_OF.first(session, {"workspace": workspace, "entity": entity})
        if row is not None:
            places.add((workspace, row.destination))
    return places


_SHORTEST = timedelta(milliseconds=5)
