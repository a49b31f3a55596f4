"""How each value came about: which row gave it, what it read, what became of that.

Rows are evaluated in one place only (``rows``, called by ``plan``, ``lines`` and ``steps``). To
explain, a part of a mapping is copied with sources that take notes (``watched``), and evaluated
like any other. The fast way does not know of it and costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.contracts.records import Operation, RecordRef
from hub.kernel.errors import MappingError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.explain_request import (
    counted,
    is_counted,
    planned_part,
    titles,
    watched_parts,
)
from hub.mapping.lines import LinesRule
from hub.mapping.plan import RequestPlan
from hub.mapping.problems import Path
from hub.mapping.references import placed_rows
from hub.mapping.rows import UNSET, Row, Source
from hub.mapping.sendings import Sending, Webhook
from hub.mapping.share import RULE as SHARE
from hub.mapping.steps import Step
from hub.mapping.texts import names_in, render
from hub.mapping.watched import Noted, Notes, Run, Watch, value_at

Template = Callable[[str], str]
_LINES = "request.lines"
_PARTS = ("request.recipient", "request.documents.", "request.attachments.")
_SEVERAL = ("when", "for_each", "to", "url")  # what is evaluated and never written


@dataclass(frozen=True)
class Explained:
    """How one row came to its value (``UNSET`` where it gave none).

    ``wrote`` is the row's source as written; ``own`` says that the value stands in the mapping
    itself and not in any record. ``position`` counts the items of a ``for_each``, from 1.
    """

    rule: str
    to: str
    path: Path
    wrote: str
    read: tuple[Noted, ...]
    changed: tuple[Noted, ...]
    value: Any
    own: bool = False
    position: int | None = None
    problem: str = ""


_UNWANTED = ("when", f"{SHARE}.archive_when")  # what decides that a record asks for nothing


@dataclass(frozen=True)
class ExplainedStep:
    """A step: its operation (None: nothing to do), or why there is none, and each row."""

    operation: Operation | Sending | None
    error: MappingError | None
    rows: tuple[Explained, ...]


def explain_plan(
    mapping: CompiledMapping, record: Mapping[str, Any], now: datetime
) -> tuple[RequestPlan | None, tuple[Explained, ...]]:
    """The request for a record, and how each of its values came about."""
    watch, rule = Watch(), mapping.request
    part: Path = ("request",)
    watched = replace(
        watched_parts(rule, watch),
        when=watch.condition(rule.when, "when", ("when",)),
        language=watch.row(rule.language, (*part, "language")),
        number=watch.row(rule.number, (*part, "number")) if rule.number is not None else None,
        prefill=watch.rows(rule.prefill, (*part, "prefill")),
        lines=_watched_lines(rule.lines, watch) if rule.lines is not None else None,
    )
    plan = watched.plan(record, now)
    if plan is None:
        rows = _explained(watch, lambda row: UNSET, {})
        return None, tuple(row for row in rows if row.rule in _UNWANTED)
    problems = {one.rule: one.message for one in plan.problems}
    rows = _explained(watch, lambda row: _planned(plan, row), problems)
    template, at = rule.title_text(plan.language), (*part, "title")
    if template:
        title = explained_text("request.title", at, "text", template, rule.data(record), plan.title)
        rows = (*rows, replace(title, to="title", problem=problems.get("request.title", "")))
    data = rule.data(record)
    for name, path, wrote, made in titles(rule, plan, plan.language):
        told = explained_text(name, path, "text", wrote, data, made)
        rows = (*rows, replace(told, to=str(path[-1]), problem=problems.get(name, "")))
    return plan, rows


def explain_step(
    mapping: CompiledMapping,
    step_key: str,
    context: Mapping[str, Any],
    *,
    source: RecordRef,
    now: datetime,
    template: Template,
) -> ExplainedStep:
    """What a step does, and how each of its values came about. ``template`` gives the template of
    a note from what the mapping has for it: a text, or the key of one. Raises ``MappingError`` for
    a step that the mapping does not have."""
    step, watch = mapping.step(step_key), Watch()
    key, own = step.spec.key, step.path
    watched = replace(
        step,
        when=watch.condition(step.when, f"{key}.when", (*own, "when")),
        items=_watched(watch, step.items, "for_each", key, (*own, "for_each")),
        target=_watched(watch, step.target, step.aim, key, (*own, step.action, step.aim)),
        rows=tuple(
            watch.row(row, _turned_round(mapping, row) or path)
            for path, row in placed_rows(mapping, step)
        ),
    )
    alone = replace(mapping, record_steps=(watched,), back_steps={}, then_steps={}, call_steps={})
    note = _Text(step, template)
    try:
        operation = alone.operation(
            step_key,
            context,
            source=source,
            now=now,
            render=note.render,
            sealed=lambda what: b"",  # that it goes along is told, what is in it is not
        )
    except MappingError as error:
        told = {error.rule: error.detail.partition("\n")[0]}
        return ExplainedStep(None, error, (*_explained(watch, _unset, told), *note.told.values()))
    written = operation.body if isinstance(operation, Webhook) else getattr(operation, "fields", {})
    rows = _explained(watch, lambda row: written.get(row.to, UNSET), {})
    return ExplainedStep(operation, None, (*rows, *note.told.values()))


def explained_text(
    rule: str, path: Path, wrote: str, template: str, data: Mapping[str, Any], made: str
) -> Explained:
    """How a text for people came about: the names that it takes."""
    read = tuple(Noted(name, value_at(data, name)) for name in names_in(template))
    return Explained(rule, "text", path, wrote, read, (), made)


def own_words(mapping: CompiledMapping) -> frozenset[str]:
    """The texts that stand in the mapping itself: fixed values, choices, defaults."""
    rule = mapping.request
    rows = [*rule.prefill, rule.language]
    rows += [part.row for part in rule.parts() if part.row is not None]
    rows += [rule.number] if rule.number is not None else []
    rows += rule.lines.rows if rule.lines is not None else ()
    for step in mapping.all_steps():
        rows += step.rows
        rows += [Row(step.aim, step.target)] if step.target is not None else []
    values = (value for value in mapping.values.values() if isinstance(value, str))
    return frozenset((*values, *(word for row in rows for word in _words(row.source))))


def _words(source: Source) -> Iterator[str]:
    choices = source.choices or {}
    for one in (source.value, source.default, *choices, *choices.values()):
        if isinstance(one, str):
            yield one


def _watched_lines(lines: LinesRule, watch: Watch) -> LinesRule:
    at: Path = ("request", "lines")
    items = _watched(watch, lines.items, "for_each", _LINES, (*at, "for_each"))
    currency = _watched(watch, lines.currency, "currency", _LINES, (*at, "currency"))
    return replace(
        lines,
        items=items or lines.items,
        currency=currency or lines.currency,
        rows=watch.rows(lines.rows, (*at, "rows")),
    )


def _watched(watch: Watch, source: Source | None, to: str, rule: str, path: Path) -> Source | None:
    return None if source is None else watch.row(Row(to, source, rule=f"{rule}.{to}"), path).source


def _unset(row: Row) -> Any:
    return UNSET


def _explained(
    watch: Watch, final: Callable[[Row], Any], problems: Mapping[str, str]
) -> tuple[Explained, ...]:
    """Each row that was evaluated. ``final`` gives the value that came of it in the end, for rows
    that are evaluated once; ``problems`` are texts by rule."""
    return tuple(
        _one(notes, run, final, problems)
        for notes in watch.notes
        for run in notes.runs or ([Run(None, [])] if _is_fixed(notes.row.source) else [])
    )


def _one(
    notes: Notes, run: Run, final: Callable[[Row], Any], problems: Mapping[str, str]
) -> Explained:
    row, source = notes.row, notes.row.source
    rule = row.rule or row.to
    of_entry = is_counted(rule) and run.position is not None
    if of_entry and run.position is not None:
        rule = counted(row, run.position)
    reached, changed = run.reached(source), run.changed
    if of_entry or row.to in _SEVERAL:
        value = source.default if reached in (None, "") else reached
    else:
        value = final(row)
    defaulted = source.default is not UNSET and value == source.default and value != reached
    if defaulted:
        changed = [*changed, Noted("default", source.default)]
    mapped = bool(changed) and changed[-1].what == "map"
    return Explained(
        rule=rule,
        to=row.to,
        path=notes.path,
        wrote=_wrote(source),
        read=tuple(run.read),
        changed=tuple(changed),
        value=value,
        own=_is_fixed(source) or defaulted or mapped,
        position=run.position,
        problem=problems.get(rule, ""),
    )


def _planned(plan: RequestPlan, row: Row) -> Any:
    """The value in the plan that came of a row."""
    if row.rule.startswith(_PARTS):
        found = planned_part(plan, row)
    elif row.rule.startswith("request.prefill."):
        return plan.prefill.get(row.to, UNSET)
    else:
        found = {
            "request.language": plan.language,
            "request.number": plan.number,
            f"{_LINES}.currency": plan.currency,
        }.get(row.rule)
    return UNSET if found is None or found == "" else found


def _is_fixed(source: Source) -> bool:
    return source.path is None and source.expression is None and source.value is not UNSET


def _wrote(source: Source) -> str:
    if source.path is not None:
        return f"from {source.path.text}"
    return f"expr {source.expression.text}" if source.expression is not None else "value"


def _turned_round(mapping: CompiledMapping, row: Row) -> Path | None:
    """Where a row that ``both`` stands for was turned round from."""
    _, both, name = row.rule.rpartition(".both.")
    if both:
        request = mapping.request
        for part, rows in (("prefill", request.prefill), ("recipient", request.recipient)):
            for number, one in enumerate(rows):
                if one.to == name and one.direction != "in":
                    return ("request", part, number)
    return None


class _Text:
    """A step's texts: what each was made of, by its rule."""

    def __init__(self, step: Step, template: Template) -> None:
        self._step, self._template = step, template
        self.told: dict[str, Explained] = {}

    def render(self, text: str, data: Mapping[str, Any]) -> str:
        """Fill it in, and note from what."""
        template = self._template(text)
        made = render(template, data)
        wrote = "text" if text == template else f"text {text}"
        rule, path = self._place(text)
        self.told[rule] = explained_text(rule, path, wrote, template, data, made)
        return made

    def _place(self, text: str) -> tuple[str, Path]:
        """What messages call the text, and where it stands; an e-mail has two."""
        step, key = self._step, self._step.spec.key
        own: Path = (*step.path, step.action)
        for name, texts in (("subject", step.subject), ("text", step.words)):
            if text in texts.values():
                return f"{key}.{name}", (*own, name)
        return f"{key}.note", step.path
