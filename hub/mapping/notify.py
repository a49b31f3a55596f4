"""Who of the sender's is told what happens to a request, of what, and by which way (E6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from hub.contracts.papers import NEWS
from hub.mapping.people import LONGEST, Part, Unfit, one_line
from hub.mapping.problems import BAD_VALUE, RowProblem, row_problem
from hub.mapping.rows import UNSET, Row, Source, evaluate_one

RULE = "request.notify"
WAYS: Mapping[str, str] = {
    "email": "By e-mail, to `email`.",
    "sms": "By SMS, to `mobile`.",
}
ADDRESSES = {"email": "email", "sms": "mobile"}
DIGEST, NONE = "digest", "none"
# How each event may be told.
TOLD: Mapping[str, str] = {
    "email": "By e-mail, at once.",
    "sms": "By SMS, at once.",
    DIGEST: "In the mail that collects a day's news.",
}
DAILY = "08:00"  # when that leaves, where nobody says


@dataclass(frozen=True)
class NotifyPlan:
    """The assigned user of a record. ``about`` are the events that he or she is told of; without an
    address nobody is."""

    email: str = ""
    mobile: str = ""
    about: tuple[str, ...] = ()
    by: str = "email"
    ways: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    quiet: tuple[time, time] | None = None

    def data(self) -> dict[str, Any]:
        """As plain data; quiet hours as ``HH:MM``."""
        quiet = [one.isoformat("minutes") for one in self.quiet] if self.quiet else None
        return {**vars(self), "about": list(self.about), "ways": dict(self.ways), "quiet": quiet}


@dataclass(frozen=True)
class NotifyRule:
    """The compiled ``request.notify``."""

    email: Source | None
    mobile: Source | None
    about: Source
    by: str
    ways: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    quiet: tuple[time, time] | None = None

    def sources(self) -> Iterator[tuple[str, Source]]:
        """What it reads, by key."""
        for name in ("email", "mobile", "about"):
            source: Source | None = getattr(self, name)
            if source is not None:
                yield name, source

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        for name, source in self.sources():
            row = Row(name, source, rule=f"{RULE}.{name}")
            yield Part(("request", "notify", name), row.rule, source, row=row)

    def plan(
        self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]
    ) -> NotifyPlan:
        """For one record. What does not fit goes to ``problems``."""
        found: dict[str, Any] = {}
        for name, source in self.sources():
            row = Row(name, source, rule=f"{RULE}.{name}")
            value, problem = evaluate_one(row, data, now)
            if problem is None and value is not UNSET and value is not None:
                try:
                    found[name] = (
                        words(value) if name == "about" else one_line(value, LONGEST[name])
                    )
                except Unfit as fault:
                    said = f"the value {fault}"
                    problem = row_problem(row.rule, source.reads, BAD_VALUE, said)
            if problem is not None:
                problems.append(problem)
        return NotifyPlan(**found, by=self.by, ways=self.ways, digest=self.digest, quiet=self.quiet)


def offered(planned: Mapping[str, Any]) -> dict[str, str]:
    """How each event is told that a ``NotifyPlan``'s data names; requests of former versions have
    no ways of their own."""
    usual = planned.get("by") or "email"
    if planned.get("digest") and usual == "email":
        usual = DIGEST
    ways = planned.get("ways") or {}
    return {event: ways.get(event, usual) for event in planned.get("about") or ()}


def assigned(planned: Mapping[str, Any]) -> dict[str, str]:
    """What steps read of the assigned user, of a ``NotifyPlan``'s data."""
    return {name: planned[name] for name in ADDRESSES.values() if planned.get(name)}


def words(value: Any) -> tuple[str, ...]:
    """The events of a list, or of a text with commas. Raises ``Unfit``."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unfit("is no list of words")
    for one in value:
        if one not in NEWS:
            raise Unfit(f"names what nobody is told of; known are {', '.join(NEWS)}")
    return tuple(dict.fromkeys(value))
