"""Whoever polls sees each change of a record, also those that the hub has made: only ``when`` keeps
what was written back from asking the customer again, and again after that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.contracts.events import EventKind as E
from hub.mapping.compiled import CompiledMapping
from hub.mapping.conditions import wants
from hub.mapping.expressions import Expression
from hub.mapping.problems import Problem
from hub.mapping.reads import plain_reads
from hub.mapping.rows import UNSET
from hub.mapping.steps import SOURCE, UPDATE, Step

# How a request ends → what has been written by then. One may fail before anybody was invited.
_ENDS: Mapping[E, tuple[E, ...]] = {
    E.COMPLETED: (E.STARTED, E.INVITED, E.COMPLETED),
    E.DECLINED: (E.STARTED, E.INVITED, E.DECLINED),
    E.EXPIRED: (E.STARTED, E.INVITED, E.EXPIRED),
    E.CANCELLED: (E.STARTED, E.INVITED, E.CANCELLED),
    E.FAILED: (E.STARTED, E.FAILED),
}
_MOMENT = datetime(2026, 3, 2, 11, tzinfo=UTC)


def poll_problems(mapping: CompiledMapping) -> Iterator[Problem]:
    """A polled mapping without ``when``, or whose ``when`` is still true of an example's record
    with all that was written to it."""
    if "poll" not in mapping.triggers:
        return
    when = mapping.when
    if when is None:
        message = "with 'poll' each change of a record would ask again, also what the hub writes"
        mend = "add a 'when' that is true only of a record that is to be sent"
        yield mapping.document.problem(("trigger",), f"{message}; {mend}")
        return
    records = [one["given"]["record"] for one in mapping.examples if "record" in one["given"]]
    for end, events in _ENDS.items():
        written = _written(mapping, when, events)
        if written is not None and any(_asks_again(mapping, when, one, written) for one in records):
            message = f"after '{end}' an example's record still meets 'when', so that what the hub"
            message += " wrote there would ask again; write a field that 'when' reads, or narrow it"
            yield mapping.document.problem(("trigger",), message)


def _written(
    mapping: CompiledMapping, when: Expression, events: tuple[E, ...]
) -> dict[str, Any] | None:
    """The fields with what they hold then. None where nothing is written for sure, or where what
    ``when`` reads is not known before there is a case."""
    read = {
        names[1] if names[0] == "record" and len(names) > 1 else names[0]
        for names in plain_reads(when)
    }
    written: dict[str, Any] = {}
    touched = False
    for step in (one for event in events for one in mapping.steps_after(event)):
        if step.spec.instance != SOURCE:
            continue
        touched = touched or step.when is None
        values = dict(_values(step))
        if any(to in read and value is UNSET for to, value in values.items()):
            return None
        written |= values
    return written if touched else None


def _values(step: Step) -> Iterator[tuple[str, Any]]:
    if step.spec.kind != UPDATE:
        return
    for row in step.rows:
        yield row.to, row.source.value if step.when is None else UNSET


def _asks_again(
    mapping: CompiledMapping, when: Expression, record: Mapping[str, Any], written: dict[str, Any]
) -> bool:
    known = {to: value for to, value in written.items() if value is not UNSET}
    return all(
        wants(when, "when", mapping.request.data(one), _MOMENT)[0]
        for one in (record, {**record, **known})
    )
