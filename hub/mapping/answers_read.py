"""Which answers of the form the steps of a mapping read."""

from __future__ import annotations

from collections.abc import Iterator

from hub.mapping.compiled import CompiledMapping
from hub.mapping.reading import Readable, below
from hub.mapping.steps import Step


def answers_read(mapping: CompiledMapping) -> frozenset[str]:
    """The fields of the form that steps read; not those that a recipient's value stands in for."""
    return frozenset(
        name
        for step in mapping.all_steps()
        for readable in _readables(step)
        for name in below(readable, "form")
        if name is not None
    )


def _readables(step: Step) -> Iterator[Readable]:
    yield from (row.source for row in step.rows if row.source.fallback is None)
    for readable in (step.target, step.items, step.when, step.text, step.file_name):
        if readable is not None:
            yield readable
