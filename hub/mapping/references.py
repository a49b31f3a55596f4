"""What steps and rows refer to: records that are made later or never, values that nobody declared,
an item where there is no ``for_each``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hub.contracts.events import LINE_EVENTS, STEP_EVENTS, EventKind
from hub.mapping.compiled import COMPLETED, ON_CALL, CompiledMapping
from hub.mapping.problems import Path, Problem, did_you_mean, unknown_word
from hub.mapping.reading import Readable, below, mentions
from hub.mapping.rows import Row, Source
from hub.mapping.sendings import AIMS
from hub.mapping.steps import ATTACH_REMARK, Step
from hub.mapping.texts import is_text_key, names_in

_OF_ITEM = ("item", "position")
_OF_LINE, _OF_REMARK = "line", "remark"
_REMARKS = ((EventKind.REMARKED.value,), (EventKind.REPLIED.value,))


def reference_problems(mapping: CompiledMapping, records: list[str]) -> Iterator[Problem]:
    """Every reference that leads nowhere. ``records`` are the names of the file's records."""
    for step in mapping.all_steps():
        yield from _records(mapping, step, records)
        yield from _items(mapping, step)
        yield from _matched(mapping, step)
        yield from _sealed(mapping, step)
        own = [one for one in placed_rows(mapping, step) if one[1].direction == "in"]
        yield from _twice(mapping, own)
    request = mapping.request
    for at, rows in (
        *((person.path, person.rows) for person in request.people),
        *(((*paper.path, "rows"), paper.rows) for paper in request.papers),
        (("request", "prefill"), request.prefill),
        (("request", "lines", "rows"), request.lines.rows if request.lines is not None else ()),
    ):
        yield from _twice(mapping, [((*at, index), row) for index, row in enumerate(rows)])
    yield from _values(mapping)
    yield from _called(mapping)
    yield from _without_steps(mapping)


def _without_steps(mapping: CompiledMapping) -> Iterator[Problem]:
    """Events that move a line's step, where lines have none."""
    if mapping.request.line_steps is not None:
        return
    for part, events in (("back", mapping.back_steps), ("then", mapping.then_steps)):
        for event in sorted(set(events) & set(STEP_EVENTS)):
            message = "never happens: lines have no step; add a row 'step' to request.lines"
            yield mapping.document.problem((part, event), message)


def _called(mapping: CompiledMapping) -> Iterator[Problem]:
    """Follow-ups that examples ask for and that are not there."""
    for index, example in enumerate(mapping.examples):
        name = example["given"].get("call")
        if name is not None and name not in mapping.call_steps:
            message = unknown_word("follow-up", name, mapping.call_steps)
            yield mapping.document.problem(("examples", index, "given", "call"), message)


def _twice(mapping: CompiledMapping, rows: Sequence[tuple[Path, Row]]) -> Iterator[Problem]:
    """Rows that give what another one gives: only the last one would count."""
    first: dict[str, Path] = {}
    for path, row in rows:
        if row.to in first:
            line = mapping.document.where(first[row.to])[0]
            message = f"'{row.to}' is given twice, first in line {line}; remove one of them"
            yield mapping.document.problem(path, message)
        first.setdefault(row.to, path)


def _records(mapping: CompiledMapping, step: Step, names: list[str]) -> Iterator[Problem]:
    own: Path = step.path
    here = names.index(str(own[1])) if own[0] == "records" else len(names)
    at_most = here + 1 if step.record else here
    readers = _readers(mapping, step) if step.spec.needs else []
    for need in step.spec.needs:
        own = _place(readers, step, need)
        if need not in names:
            message = unknown_word("record", need, names)
            yield mapping.document.problem(own, f"needs {message}")
        elif names.index(need) >= at_most:
            message = f"needs record '{need}', which is made later; move '{need}' up"
            yield mapping.document.problem(own, message)
        elif step.path[0] in ("back", "then") and step.path[1] != COMPLETED:
            message = f"needs record '{need}', which is only made when completed; remove it"
            yield mapping.document.problem(own, message)
    if step.items is not None and [*below(step.items, "records")]:
        message = "counts records that are not made yet; count record.*, form.* or lines"
        yield mapping.document.problem((*step.path, "for_each"), message)


def _place(readers: Sequence[tuple[Path, Readable]], step: Step, record: str) -> Path:
    """What of the step reads the record."""
    found = (path for path, readable in readers if record in below(readable, "records"))
    return next(found, step.path)


def _matched(mapping: CompiledMapping, step: Step) -> Iterator[Problem]:
    """A record is matched on what a row of it gives."""
    targets = [row.to for row in step.rows]
    for name in step.match:
        if name in targets:
            continue
        hint, own = did_you_mean(name, targets), rows_path(step)
        near = next((each for each in targets if f"did you mean '{each}'" in hint), None)
        if near is not None:
            line = mapping.document.where((*own, targets.index(near)))[0]
            hint = f"did you mean '{near}' (line {line})?"
        message = f"matches on '{name}', which no row gives; {hint}"
        yield mapping.document.problem((*own[:-1], "match"), message)


def _sealed(mapping: CompiledMapping, step: Step) -> Iterator[Problem]:
    """What is sealed is there when everybody has signed, what came with a message after it."""
    what = step.spec.sealed
    if what and step.path[1] != COMPLETED:
        message = f"'{what}' is only there when completed; move it to '{COMPLETED}'"
        yield mapping.document.problem((*step.path, step.action), message)
    if step.spec.kind == ATTACH_REMARK and step.path[1:2] not in _REMARKS:
        message = f"files of a message are known after '{EventKind.REMARKED}' only; move it there"
        yield mapping.document.problem((*step.path, step.action), message)


def _items(mapping: CompiledMapping, step: Step) -> Iterator[Problem]:
    """``item`` without ``for_each``, ``line`` outside of a line's event. In an expression the same
    words may be fields of something else, so they are left to what it gives."""
    of_line = len(step.path) > 1 and step.path[1] in LINE_EVENTS
    if step.items is not None and step.items.path is not None and step.record is None:
        root = step.items.path.root
        if root in _OF_ITEM:
            message = f"'{root}' is known to the rows only; name a list of record, form or lines"
            yield mapping.document.problem((*step.path, "for_each"), message)
    for path, name in _names(mapping, step):
        root = name.partition(".")[0]
        if root in _OF_ITEM and step.items is None:
            message = f"'{root}' has no 'for_each' here; add one, or read something else"
            yield mapping.document.problem(path, message)
        if root == _OF_LINE and not of_line:
            message = "'line' is known after line events only; use 'lines', or move it there"
            yield mapping.document.problem(path, message)
        if root == _OF_REMARK and step.path[1:2] not in _REMARKS:
            message = f"'remark' is known after '{EventKind.REMARKED}' only; move it there"
            yield mapping.document.problem(path, message)


def _values(mapping: CompiledMapping) -> Iterator[Problem]:
    """Values that nobody declared."""
    readers = [*_of_request(mapping)]
    for step in mapping.all_steps():
        readers += _readers(mapping, step)
        if step.items is not None:
            readers.append(((*step.path, "for_each"), step.items))
    for path, readable in readers:
        for name in below(readable, "values") if mentions(readable, "values") else ():
            if name is not None and name not in mapping.values:
                message = unknown_word("value", name, mapping.values)
                hint = "" if mapping.values else f": add it under 'values', '{name}: …'"
                yield mapping.document.problem(path, message + hint)


def _of_request(mapping: CompiledMapping) -> Iterator[tuple[Path, Readable]]:
    """Everything that the request reads, with its place."""
    request, lines = mapping.request, mapping.request.lines
    for language, title in request.title.items():
        yield (("request", "title", language) if language else ("request", "title")), title
    for index, row in enumerate(request.prefill):
        yield ("request", "prefill", index), row.source
    for part in request.parts():
        yield part.path, part.what
    if lines is not None:
        yield ("request", "lines", "for_each"), lines.items
        yield ("request", "lines", "currency"), lines.currency
        for index, row in enumerate(lines.rows):
            yield ("request", "lines", "rows", index), row.source
    yield ("request", "language"), request.language.source
    if request.user_language is not None:
        yield ("request", "user_language"), request.user_language.source
    if request.number is not None:
        yield ("request", "number"), request.number.source
    if mapping.when is not None:
        yield ("when",), mapping.when


def _readers(mapping: CompiledMapping, step: Step) -> list[tuple[Path, Readable]]:
    """Everything that a step reads beside what it counts by, with its place."""
    found: list[tuple[Path, Readable]] = [*_sources(mapping, step)]
    if step.when is not None:
        found.append((step.path, step.when))
    return found + [(step.path, text) for text in step.templates]


def _names(mapping: CompiledMapping, step: Step) -> list[tuple[Path, str]]:
    """Every plain path and name that a step reads, with its place."""
    sources = _sources(mapping, step)
    found = [(path, source.path.text) for path, source in sources if source.path is not None]
    return found + _names_of_texts(step)


def _sources(mapping: CompiledMapping, step: Step) -> list[tuple[Path, Source]]:
    found = [(path, row.source) for path, row in placed_rows(mapping, step)]
    return found + ([(step.path, step.target)] if step.target is not None else [])


def _names_of_texts(step: Step) -> list[tuple[Path, str]]:
    texts = [text for text in step.templates if not is_text_key(text)]
    return [(step.path, name) for text in texts for name in sorted(names_in(text))]


def placed_rows(mapping: CompiledMapping, step: Step) -> Iterator[tuple[Path, Row]]:
    """A step's rows, each with where it stands in the file; those that the word ``both`` stands
    for, at the list. Entries of the list are counted there, since that word is one too."""
    if not step.rows:
        return
    path = rows_path(step)
    entries: Any = mapping.document.data
    for part in path:
        entries = entries[part]
    numbers = (number for number, entry in enumerate(entries) if entry != "both")
    for row in step.rows:
        yield (path if row.direction == "out" else (*path, next(numbers))), row


def rows_path(step: Step) -> Path:
    """Where the rows of a step stand in the file."""
    if step.path[0] == "records":
        return (*step.path, "rows")
    if step.path[0] in ("then", ON_CALL) or step.spec.kind in AIMS:
        return (*step.path, step.action, "rows")
    return (*step.path, "update")
