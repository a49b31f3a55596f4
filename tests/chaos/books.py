"""Judging a run: what was owed against what arrived. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load import percentile

RESUMED_WITHIN = 5.0  # seconds


@dataclass
class Verdict:
    """The figures of one run. ``differing``: repeats whose id or bytes were not the first one's."""

    owed: int = 0
    lost: int = 0
    doubled: int = 0
    repeats: int = 0
    differing: int = 0
    inversions: int = 0
    resumed: list[float] = field(default_factory=list)

    @property
    def resumed_p99(self) -> float:
        """Seconds from the start of a killed process until the next delivery arrived."""
        return percentile(sorted(self.resumed), 0.99)

    @property
    def sound(self) -> bool:
        """Nothing lost, doubled, changed or out of order."""
        return not (self.lost or self.doubled or self.differing or self.inversions)

    @property
    def good(self) -> bool:
        """Sound, and soon back at work."""
        return self.sound and self.resumed_p99 <= RESUMED_WITHIN

    def line(self) -> str:
        """What is printed at the end of a run."""
        resumed = f"{self.resumed_p99:.2f}" if self.resumed else "none"
        return (
            f"lost={self.lost} doubled={self.doubled} repeats={self.repeats} "
            f"differing={self.differing} inversions={self.inversions} resumed_p99={resumed} "
            f"owed={self.owed} kills={len(self.resumed)}"
        )


def judge(
    owed: Mapping[str, str], arrivals: Sequence[Mapping[str, Any]], *, honoured: bool
) -> Verdict:
    """``owed`` is each key with what it stands for. Where keys are ``honoured``, a repeat is
    applied once; what can still go wrong is a second key for one thing, or another content."""
    applied = Counter(one["key"] for one in arrivals if one["applied"])
    verdict = Verdict(owed=len(owed))
    verdict.lost = sum(not applied[key] for key in owed)
    verdict.repeats = sum(times - 1 for times in applied.values())
    if honoured:
        standing: dict[str, set[str]] = defaultdict(set)
        for one in arrivals:
            if one["applied"]:
                standing[f"{one['entity']}/{one['seq']}"].add(one["key"])
        verdict.doubled = sum(len(keys) - 1 for keys in standing.values())
        verdict.inversions = _inversions(arrivals)
    else:
        verdict.doubled = verdict.repeats
    verdict.doubled += sum(times for key, times in applied.items() if key not in owed)
    verdict.differing = _differing(arrivals)
    return verdict


def judge_events(
    records: Iterable[str], kinds: Iterable[str], arrivals: Sequence[Mapping[str, Any]]
) -> Verdict:
    """Webhooks: of each record an event of each kind is owed. Which key it comes under is the
    sender's choice, but one key it must be; entity is the record."""
    things = {f"{record}/{kind}" for record in records for kind in kinds}
    owed: dict[str, str] = {}
    for one in arrivals:
        thing = f"{one['entity']}/{one['kind']}"
        if one["applied"] and thing in things:
            owed[one["key"]] = thing
    owed.update({f"none:{thing}": thing for thing in things - set(owed.values())})
    verdict = judge(owed, arrivals, honoured=True)
    verdict.owed = len(things)
    return verdict


def both(one: Verdict, other: Verdict) -> Verdict:
    """The figures of two doors of one run."""
    return Verdict(
        owed=one.owed + other.owed,
        lost=one.lost + other.lost,
        doubled=one.doubled + other.doubled,
        repeats=one.repeats + other.repeats,
        differing=one.differing + other.differing,
        inversions=one.inversions + other.inversions,
        resumed=[*one.resumed, *other.resumed],
    )


def _inversions(arrivals: Iterable[Mapping[str, Any]]) -> int:
    """How often something of an entity arrived after something later of it."""
    latest: dict[str, int] = {}
    found = 0
    for one in arrivals:
        found += one["seq"] < latest.get(one["entity"], one["seq"])
        latest[one["entity"]] = max(one["seq"], latest.get(one["entity"], 0))
    return found


def _differing(arrivals: Iterable[Mapping[str, Any]]) -> int:
    first: dict[str, tuple[str, str]] = {}
    found = 0
    for one in arrivals:
        content = (one["id"], one["digest"])
        found += first.setdefault(one["key"], content) != content
    return found
