"""``paraph lint``: everything that an administrator writes, checked without starting anything."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.cli import findings, options
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
def lint(folder: Path, form: str, strict: bool) -> None:
    """Check settings, workspaces, forms and mappings with their examples.

    Exit code 0: no error (perhaps warnings); 1: errors; 2: wrong usage.
    """
    found = [findings.parse(line) for line in inspect(folder)]
    found.sort(key=lambda one: (one.file, one.line, one.column))
    findings.show(found, form)
    click.echo(findings.summary(found), err=True)
    counted = findings.count(found)
    wrong = counted[findings.ERROR] + (counted[findings.WARNING] if strict else 0)
    sys.exit(1 if wrong else 0)
