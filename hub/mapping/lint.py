"""Checks a mapping against what surrounds it: instances and what they can do, tables and fields,
forms, texts, values, and whether its examples show what it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hub.mapping.bounds import bound_problems
from hub.mapping.compiled import CompiledMapping
from hub.mapping.coverage import coverage_problems
from hub.mapping.directions import direction_problems
from hub.mapping.form_schema import check_field_name
from hub.mapping.forms import FormSpec
from hub.mapping.known import Around, InstanceInfo, KnownTables
from hub.mapping.lint_instances import instance_problems
from hub.mapping.lint_names import name_problems
from hub.mapping.lint_polls import poll_problems
from hub.mapping.places import step_texts
from hub.mapping.problems import Path, Problem, unknown_word
from hub.mapping.texts import is_text_key

__all__ = ["InstanceInfo", "Problem", "lint"]


def lint(
    mapping: CompiledMapping,
    *,
    instances: Mapping[str, InstanceInfo],
    forms: Mapping[str, FormSpec],
    texts: Collection[str],
    source_fields: Collection[str] | None = None,
    tables: Mapping[str, KnownTables] | None = None,
    workspace: str = "the workspace's file",
    secrets: Collection[str] = (),
    portal: bool = True,
) -> list[Problem]:
    """Everything that does not fit, in the order of the file.

    ``tables`` tells, by instance, which tables and fields are known; what is not known is not
    checked. ``source_fields`` says it of the source's table alone. ``workspace`` is what messages
    call the workspace's file, ``secrets`` are the names of those that sign webhooks there,
    ``portal`` is whether customers have a portal there.
    """
    known = dict(tables or {})
    if source_fields is not None:
        known[mapping.source_instance] = KnownTables({mapping.source_table: source_fields})
    around = Around(mapping, instances, forms, texts, known, workspace, secrets, portal)
    found = dict.fromkeys(_all(around))
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.column))


def _all(around: Around) -> Iterator[Problem]:
    yield from poll_problems(around.mapping)
    yield from instance_problems(around)
    yield from _request(around)
    yield from name_problems(around)
    yield from _texts(around)
    yield from _bounds(around)
    yield from _values(around)
    yield from direction_problems(around.mapping)
    yield from coverage_problems(around)


def _request(around: Around) -> Iterator[Problem]:
    request, fields = around.mapping.request, around.form_fields()
    if request.form is not None and request.form not in around.forms:
        message = unknown_word("form", request.form, list(around.forms))
        yield around.problem(("request", "form"), message)
    if request.prefill and request.form is None:
        yield around.problem(("request", "prefill"), "needs a form; add 'form' or remove it")
    if request.share is not None and not around.portal:
        message = f"there is no portal to show it; add portal: {{region: …}} to {around.workspace}"
        yield around.problem(("request", "share"), message, severity="warning")
    reminders = request.reminders
    if reminders.limit and reminders.after >= request.expires_after:
        message = "the first reminder is due when the request has expired; remind sooner"
        yield around.problem(("request", "reminders", "after"), message, severity="warning")
    for index, row in enumerate(request.prefill):
        fault = check_field_name(row.to, fields) if fields is not None else None
        if fault:
            yield around.problem(("request", "prefill", index, "to"), fault)


def _texts(around: Around) -> Iterator[Problem]:
    for step in around.mapping.all_steps():
        for path, text in step_texts(step):
            if is_text_key(text) and text not in around.texts and path[-1] != "name":
                yield around.problem(path, unknown_word("text", text, around.texts))


def _bounds(around: Around) -> Iterator[Problem]:
    for place, _ in around.places:
        found = place.expression()
        if found is not None:
            path, expression = found
            yield from (around.problem(path, each) for each in bound_problems(expression))


def _values(around: Around) -> Iterator[Problem]:
    for name, value in around.mapping.values.items():
        if value is None:
            path: Path = ("values", name)
            message = f"nobody sets '{name}'; write 'values: {{{name}: …}}' to {around.workspace}"
            yield around.problem(path, f"{message}, or a value for all workspaces here")
