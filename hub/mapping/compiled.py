"""A mapping, compiled and immutable. Requests under way keep theirs, by its hash."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.contracts.records import Operation, RecordRef
from hub.kernel.errors import MappingError
from hub.mapping.document import Document
from hub.mapping.expressions import Expression
from hub.mapping.plan import RequestPlan, RequestRule
from hub.mapping.sendings import Sending
from hub.mapping.steps import Render, Sealed, Step, StepSpec

COMPLETED = "completed"
ON_CALL = "on_call"
_INDEX = re.compile(r"\[(\d+)\]$")


def called(follow_up: str) -> str:
    """What stands for an event where steps of a follow-up are asked for."""
    return f"{ON_CALL}.{follow_up}"


@dataclass(frozen=True)
class CompiledMapping:
    """What a mapping file means. ``sha256`` is the hash of its text and of what it takes from
    outside: the fragments of ``document``, and ``values``, None for one that nobody sets.

    ``record_steps`` are the steps of ``records`` with their notes, ``back_steps`` and
    ``then_steps`` those of each event, ``call_steps`` those of each follow-up.
    ``examples`` are the file's own tests, as data.
    """

    key: str
    sha256: str
    text: str
    document: Document
    values: Mapping[str, Any]
    source_instance: str
    source_table: str
    triggers: frozenset[str]
    when: Expression | None
    request: RequestRule
    record_steps: tuple[Step, ...]
    back_steps: Mapping[str, tuple[Step, ...]]
    then_steps: Mapping[str, tuple[Step, ...]]
    call_steps: Mapping[str, tuple[Step, ...]]
    examples: tuple[Mapping[str, Any], ...]

    @property
    def providers(self) -> tuple[str, ...]:
        """Provider instances, in order of preference."""
        return self.request.providers

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel instances, in order of preference."""
        return self.request.channels

    @property
    def form(self) -> str | None:
        """The form that the customer fills in."""
        return self.request.form

    @property
    def carries_on(self) -> str:
        """Who goes on after completion: ``hub``, ``upstream`` or an instance's key."""
        return self.request.carries_on

    def plan(
        self, record: Mapping[str, Any], *, now: datetime, language: str = ""
    ) -> RequestPlan | None:
        """The request for a record, in its customer's or in another ``language``; None when the
        mapping's ``when`` is false."""
        return self.request.plan(record, now, language)

    def planned(self, record: Mapping[str, Any], *, now: datetime) -> RequestPlan:
        """The request for a record that is asked about already: ``when`` is not looked at."""
        return self.request.planned(record, now)

    def steps(
        self, event: str, context: Callable[[], Mapping[str, Any]], now: datetime
    ) -> tuple[StepSpec, ...]:
        """What is owed after ``event``, in order: records with their notes (when completed), then
        ``back``, then ``then``; or the steps of a follow-up (``called``). ``context`` is asked for
        only when items have to be counted; it and ``now`` must be what the operations are worked
        out with."""
        steps = self.steps_after(event)
        if not self.counts_items(event):
            return tuple(step.spec for step in steps)
        data = {**context(), "values": self.values}
        return tuple(spec for step in steps for spec in step.specs(data, now))

    def counts_items(self, event: str) -> bool:
        """Whether what is owed after ``event`` depends on how many items there are."""
        return any(step.items is not None for step in self.steps_after(event))

    def operation(
        self,
        step_key: str,
        context: Mapping[str, Any],
        *,
        source: RecordRef,
        now: datetime,
        render: Render,
        sealed: Sealed | None = None,
    ) -> Operation | Sending | None:
        """The operation of one step, or what it sends; None when there is nothing to do. ``render``
        fills in a text: it gets that, or the key of a text of the workspace. ``sealed`` gives what
        a completed request leaves: ``signed`` or ``evidence``. Raises ``MappingError``."""
        data = {**context, "values": self.values}
        index = _INDEX.search(step_key)
        step = self.step(step_key)
        number = int(index[1]) if index else None
        return step.operation(data, source, now, render, number, sealed)

    def step(self, step_key: str) -> Step:
        """The compiled step of that name, with or without an item's index. Raises
        ``MappingError``."""
        plain_key = _INDEX.sub("", step_key)
        for step in self.all_steps():
            if step.spec.key == plain_key:
                return step
        raise MappingError(f"mapping {self.key} has no step {step_key}", rule=step_key)

    def all_steps(self) -> tuple[Step, ...]:
        """Every step of every event."""
        groups = (
            *self.back_steps.values(), *self.then_steps.values(), *self.call_steps.values()
        )  # fmt: skip
        return (*self.record_steps, *(step for steps in groups for step in steps))

    def steps_after(self, event: str) -> tuple[Step, ...]:
        """The compiled steps of ``event``, in order."""
        part, _, name = event.partition(".")
        if part == ON_CALL:
            return self.call_steps.get(name, ())
        records = self.record_steps if event == COMPLETED else ()
        return (*records, *self.back_steps.get(event, ()), *self.then_steps.get(event, ()))
