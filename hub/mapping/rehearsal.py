"""What would be done after an event: every step's operation in order, with records made up as they
would be made. Nothing is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.contracts.records import Create, Operation, RecordRef
from hub.kernel.errors import MappingError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.sendings import Sending
from hub.mapping.steps import Render, StepSpec

_RECORD = re.compile(r"records\.(?P<name>[\w-]+)(\[(?P<index>\d+)\])?")
Made = Callable[[str, Create], Mapping[str, Any]]


@dataclass(frozen=True)
class Rehearsed:
    """One step: its operation, or None where there is nothing to do, or why it fails."""

    spec: StepSpec
    operation: Operation | Sending | None
    error: MappingError | None = None


def rehearse(
    mapping: CompiledMapping,
    event: str,
    context: Mapping[str, Any],
    *,
    source: RecordRef,
    now: datetime,
    render: Render,
    made: Made,
) -> Iterator[Rehearsed]:
    """Each step of ``event``. ``made`` gives what a record would be once it is made, by the name of
    its step; later steps read it below ``records``."""
    records: dict[str, Any] = dict(context.get("records", {}))
    data = {**context, "records": records}
    for spec in mapping.steps(event, lambda: data, now):
        try:
            operation = mapping.operation(
                spec.key, data, source=source, now=now, render=render, sealed=_nothing_yet
            )
        except MappingError as error:
            yield Rehearsed(spec, None, error)
            continue
        match = _RECORD.fullmatch(spec.key)
        if match is not None and isinstance(operation, Create):
            name = spec.key.removeprefix("records.")
            _keep(records, match["name"], match["index"], made(name, operation))
        yield Rehearsed(spec, operation)


def _nothing_yet(what: str) -> bytes:
    """In place of what is sealed in the end."""
    return b""


def _keep(records: dict[str, Any], name: str, index: str | None, made: Mapping[str, Any]) -> None:
    if index is None:
        records[name] = dict(made)
        return
    here = records.get(name)
    entries = list(here) if isinstance(here, list) else []
    at = int(index)
    entries += [None] * (at + 1 - len(entries))
    entries[at] = dict(made)
    records[name] = entries
