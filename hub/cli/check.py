"""``paraph lint``: everything that an administrator writes, checked without starting anything."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from hub.cli import findings, options
from hub.mapping.fragments import FOLDER as FRAGMENTS
from hub.services.house import beside
from hub.services.inspection import inspect


@click.command()
@options.config
@click.option(
    "--format",
    "form",
    type=click.Choice(findings.FORMATS),
    default="text",
    show_default=True,
    help="text like a compiler's, json, or annotations of GitHub.",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lint(folder: Path, form: str, strict: bool, files: tuple[Path, ...]) -> None:
    """Check settings, workspaces, forms and mappings with their examples; tell what is wrong, or
    what of it stands in FILES.

    Exit code 0: no error (perhaps warnings); 1: errors; 2: wrong usage.
    """
    _refuse_strangers(folder, files)
    found = [findings.parse(line) for line in inspect(folder)]
    if files:
        wanted = {file.resolve() for file in files}
        found = [one for one in found if Path(one.file).resolve() in wanted]
    found.sort(key=lambda one: (one.file, one.line, one.column))
    findings.show(found, form)
    click.echo(findings.summary(found), err=True)
    counted = findings.count(found)
    wrong = counted[findings.ERROR] + (counted[findings.WARNING] if strict else 0)
    sys.exit(1 if wrong else 0)


def _refuse_strangers(folder: Path, files: Iterable[Path]) -> None:
    """What is looked at are the files of the configuration; a draft elsewhere is none of them."""
    mappings = beside(folder, "mappings")
    places = (folder, folder / "workspaces", beside(folder, "forms"), mappings,
              mappings / FRAGMENTS)  # fmt: skip
    known = {place.resolve() for place in places}
    for file in files:
        if file.resolve().parent not in known:
            raise click.UsageError(
                f"{file} is no file of {folder}: try a draft with 'paraph dry-run {file} RECORD'"
            )
