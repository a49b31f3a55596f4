"""``paraph test``: the examples of mappings, run against their workspaces."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from hub.cli import findings, options
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.examples import ExampleResult, run_examples
from hub.mapping.expectations import NOTHING, Mismatch
from hub.mapping.mutations import unmissed
from hub.mapping.problems import Problem, unknown_word
from hub.mapping.round_trips import round_trips
from hub.services.inspection import Files, read_files
from hub.services.mapping_checks import note_maker
from hub.settings import WorkspaceSettings

# What a row with a date makes of the made-up values must not depend on today.
_MOMENT = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@dataclass
class _Told:
    """What has been found so far."""

    examples: int = 0
    failed: int = 0
    round_trips: int = 0
    unmissed: int = 0
    not_mutated: int = 0  # mappings with an example that fails
    found: list[findings.Finding] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return bool(self.found)


@click.command()
@options.config
@options.workspace
@click.argument("mappings", nargs=-1, metavar="[MAPPING]...")
@click.option("--mutate", is_flag=True, help="Take out one row at a time; which would nobody miss?")
@click.option(
    "--format",
    "form",
    type=click.Choice(findings.FORMATS),
    default="text",
    show_default=True,
    help="text with both sides of each difference, json, or annotations of GitHub.",
)
def test(
    folder: Path, workspace: str | None, mappings: tuple[str, ...], mutate: bool, form: str
) -> None:
    """Run the examples of all mappings, or of those named, as each workspace uses them.

    Rows with direction: both are also tried on made-up values. Exit code 0: all as expected; 1:
    something is not, or with --mutate a row that no example would miss; 2: wrong usage.
    """
    files = read_files(folder)
    told = _Told(found=[findings.parse(line) for line in files.problems])
    if files.workspaces:
        for place, key in _chosen(files, workspace, mappings):
            _try(files, place, key, told, mutate=mutate, shown=form == "text")
    if form == "text":
        for finding in told.found if not told.examples else ():
            click.echo(findings.as_text(finding))
    else:
        findings.show(told.found, form)
    click.echo(_summary(told, mutate=mutate), err=True)
    sys.exit(1 if told.wrong else 0)


def _chosen(
    files: Files, workspace: str | None, wanted: tuple[str, ...]
) -> Iterator[tuple[WorkspaceSettings | None, str]]:
    """Each mapping with each workspace that uses it; one that nobody uses, alone."""
    known = sorted(path.stem for path in files.mappings.glob("*.yaml"))
    for key in wanted:
        if key not in known:
            raise click.UsageError(unknown_word("mapping", key, known))
    if workspace is not None and workspace not in files.workspaces:
        raise click.UsageError(unknown_word("workspace", workspace, list(files.workspaces)))
    for key in wanted or known:
        users = [one for one in files.workspaces.values() if key in one.mappings]
        chosen = [one for one in users if workspace in (None, one.key)]
        yield from ((one, key) for one in chosen)
        if not users and workspace is None:
            yield None, key


def _try(
    files: Files,
    place: WorkspaceSettings | None,
    key: str,
    told: _Told,
    *,
    mutate: bool,
    shown: bool,
) -> None:
    if shown:
        where = f" in workspace {place.key}" if place is not None else ", which no workspace uses"
        click.echo(click.style(key, bold=True) + where)
    try:
        mapping = files.load(place, key)
    except ConfigurationError as error:
        for line in error.problems or (error.detail,):
            _tell(told, line, shown)
        return
    render = note_maker(place) if place is not None else None
    results = run_examples(mapping, render=render)
    for result in results:
        told.examples += 1
        told.failed += not result.passed
        told.found += [findings.parse(str(problem)) for problem in result.problems]
        if shown:
            _show(mapping, result)
    for trip in round_trips(mapping, now=_MOMENT):
        told.round_trips += 1
        if trip.problem is not None:
            _tell(told, str(trip.problem), shown)
    if mutate and not all(result.passed for result in results):
        told.not_mutated += 1
    elif mutate:
        for problem in unmissed(mapping, render=render):
            told.unmissed += 1
            _tell(told, str(problem), shown)


def _tell(told: _Told, line: str, shown: bool) -> None:
    told.found.append(findings.parse(line))
    if shown:
        click.echo(findings.as_text(told.found[-1]))


def _show(mapping: CompiledMapping, result: ExampleResult) -> None:
    if result.passed:
        click.echo(f"  {click.style('ok  ', fg='green')}  {result.name}")
        return
    line = mapping.document.where(result.path)[0]
    failed = click.style("FAIL", fg="red", bold=True)
    click.echo(f"  {failed}  {result.name} ({mapping.document.file(result.path)}:{line})")
    for problem, mismatch in zip(result.problems, result.mismatches, strict=True):
        click.echo("\n".join(f"        {text}" for text in _difference(problem, mismatch)))


def _difference(problem: Problem, mismatch: Mismatch) -> Iterator[str]:
    """The place, both sides below each other, and what may be at fault."""
    path = ".".join(str(part + 1) if isinstance(part, int) else part for part in mismatch.path)
    yield f"{problem.file}:{problem.line}:{problem.column}: {path or 'the example'}"
    if not mismatch.said.startswith("expected ") or isinstance(mismatch.found, list):
        yield f"  {mismatch.said}"
    expected, found = _lines(mismatch.expected), _lines(mismatch.found)
    yield from (_coloured(text) for text in difflib.ndiff(expected, found) if text[0] != "?")
    yield f"  = {problem.fix}"


def _coloured(text: str) -> str:
    sides = {"-": ("- expected", "red"), "+": ("+ got     ", "green")}
    if text[0] not in sides:
        return f"             {text[2:]}"
    side, colour = sides[text[0]]
    return "  " + click.style(f"{side} {text[2:]}", fg=colour)


def _lines(value: Any) -> list[str]:
    if value is NOTHING:
        return ["(nothing)"]
    if isinstance(value, str):
        return value.splitlines() or ['""']
    if not isinstance(value, list | dict | tuple):
        return [{True: "true", False: "false", None: "null"}.get(value, str(value))]
    yaml, out = YAML(typ="safe", pure=True), StringIO()
    yaml.default_flow_style, yaml.width = False, 4096
    yaml.dump(list(value) if isinstance(value, tuple) else value, out)
    return out.getvalue().splitlines()


def _summary(told: _Told, *, mutate: bool) -> str:
    counted = [f"{told.examples} examples, {told.failed} failed"]
    if told.round_trips:
        counted.append(f"{told.round_trips} rows tried in both directions")
    if mutate:
        counted.append(f"{told.unmissed} rows that no example would miss")
        if told.not_mutated:
            which = f"{told.not_mutated} mappings whose examples fail"
            counted.append(f"no row was taken out in {which}; mend those first")
    return "; ".join(counted) + "."
