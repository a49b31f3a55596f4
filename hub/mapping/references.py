"""What steps and rows refer to: records that are made later or never, values that nobody declared,
an item where there is no ``for_each``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hub.contracts.events import LINE_EVENTS
from hub.mapping.compiled import COMPLETED, CompiledMapping
from hub.mapping.grammar import is_text_key
from hub.mapping.problems import Path, Problem, did_you_mean, unknown_word
from hub.mapping.rows import Row, Source
from hub.mapping.steps import Step
from hub.mapping.texts import names_in

RECORD = re.compile(r"\brecords\.(\w+)")
_VALUE = re.compile(r"(?<![\w.])values\.(\w+)")
_QUOTED = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """, re.VERBOSE)
_OF_ITEM = ("item", "position")
_OF_LINE = "line"


# What the language has a word for and this version does not do.
_NOTHING_ASKS = ("poll",)


def not_yet(mapping: CompiledMapping) -> Iterator[Problem]:
    """Triggers that would be waited for in vain."""
    for word in _NOTHING_ASKS:
        if word in mapping.triggers:
            message = f"this version does not {word}; remove '{word}'"
            yield mapping.document.problem(("trigger",), message)


def reference_problems(mapping: CompiledMapping, records: list[str]) -> Iterator[Problem]:
    """Every reference that leads nowhere. ``records`` are the names of the file's records."""
    for step in mapping.all_steps():
        yield from _records(mapping, step, records)
        yield from _items(mapping, step)
        yield from _matched(mapping, step)
        own = [one for one in placed_rows(mapping, step) if ".both." not in one[1].rule]
        yield from _twice(mapping, own)
    request = mapping.request
    for part, rows in (
        (("recipient",), request.recipient),
        (("prefill",), request.prefill),
        (("lines", "rows"), request.lines.rows if request.lines is not None else ()),
    ):
        at: Path = ("request", *part)
        yield from _twice(mapping, [((*at, index), row) for index, row in enumerate(rows)])
    yield from _values(mapping)


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
    texts = _texts(mapping, step) if step.spec.needs else []
    for need in step.spec.needs:
        own = _place(texts, step, need)
        if need not in names:
            message = unknown_word("record", need, names)
            yield mapping.document.problem(own, f"needs {message}")
        elif names.index(need) >= at_most:
            message = f"needs record '{need}', which is made later; move '{need}' up"
            yield mapping.document.problem(own, message)
        elif step.path[0] in ("back", "then") and step.path[1] != COMPLETED:
            message = f"needs record '{need}', which is only made when completed; remove it"
            yield mapping.document.problem(own, message)
    if step.items is not None and any(RECORD.search(text) for text in step.items.texts()):
        message = "counts records that are not made yet; count record.*, form.* or lines"
        yield mapping.document.problem((*step.path, "for_each"), message)


def _place(texts: Sequence[tuple[Path, str]], step: Step, record: str) -> Path:
    """What of the step reads the record."""
    found = (path for path, text in texts if record in text and record in RECORD.findall(text))
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


def _items(mapping: CompiledMapping, step: Step) -> Iterator[Problem]:
    """``item`` without ``for_each``, ``line`` outside of a line's event. In an expression the same
    words may be fields of something else, so they are left to what it gives."""
    of_line = len(step.path) > 1 and step.path[1] in LINE_EVENTS
    for path, name in _names(mapping, step):
        root = name.partition(".")[0]
        if root in _OF_ITEM and step.items is None:
            message = f"'{root}' has no 'for_each' here; add one, or read something else"
            yield mapping.document.problem(path, message)
        if root == _OF_LINE and not of_line:
            message = "'line' is known after line events only; use 'lines', or move it there"
            yield mapping.document.problem(path, message)


def _values(mapping: CompiledMapping) -> Iterator[Problem]:
    request = mapping.request
    texts: list[tuple[Path, str]] = [
        (("request", "title", language) if language else ("request", "title"), text)
        for language, title in request.title.items()
        for text in names_in(title)
    ]
    for part, rows in (("recipient", request.recipient), ("prefill", request.prefill)):
        for index, row in enumerate(rows):
            texts += [(("request", part, index), text) for text in row.source.texts()]
    if request.lines is not None:
        for index, row in enumerate(request.lines.rows):
            path: Path = ("request", "lines", "rows", index)
            texts += [(path, text) for text in row.source.texts()]
    texts += [(("request", "language"), text) for text in request.language.source.texts()]
    if request.number is not None:
        texts += [(("request", "number"), text) for text in request.number.source.texts()]
    if mapping.when is not None:
        texts.append((("when",), mapping.when.text))
    for step in mapping.all_steps():
        texts += _texts(mapping, step)
    for path, text in texts:
        for name in _VALUE.findall(_QUOTED.sub("", text)):
            if name not in mapping.values:
                message = unknown_word("value", name, mapping.values)
                hint = "" if mapping.values else f": add it under 'values', '{name}: …'"
                yield mapping.document.problem(path, message + hint)


def _texts(mapping: CompiledMapping, step: Step) -> list[tuple[Path, str]]:
    """Everything that a step reads, with its place."""
    found = [(path, text) for path, source in _sources(mapping, step) for text in source.texts()]
    if step.when is not None:
        found.append((step.path, step.when.text))
    return found + _names_of_texts(step)


def _names(mapping: CompiledMapping, step: Step) -> list[tuple[Path, str]]:
    """Every plain path and name that a step reads, with its place."""
    sources = _sources(mapping, step)
    found = [(path, source.path.text) for path, source in sources if source.path is not None]
    return found + _names_of_texts(step)


def _sources(mapping: CompiledMapping, step: Step) -> list[tuple[Path, Source]]:
    found = [(path, row.source) for path, row in placed_rows(mapping, step)]
    return found + ([(step.path, step.target)] if step.target is not None else [])


def _names_of_texts(step: Step) -> list[tuple[Path, str]]:
    texts = [text for text in (step.text, step.file_name) if text and not is_text_key(text)]
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
        yield (path if ".both." in row.rule else (*path, next(numbers))), row


def rows_path(step: Step) -> Path:
    """Where the rows of a step stand in the file."""
    if step.path[0] == "records":
        return (*step.path, "rows")
    if step.path[0] == "then":
        return (*step.path, step.spec.kind, "rows")
    return (*step.path, "update")
