"""``paraph record``: a real record becomes an example in its mapping's file, made up."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.cli import options
from hub.cli.words import in_words
from hub.services.form_answers import read_answers
from hub.services.recording import Recording
from hub.services.study import open_study


@click.command()
@options.config
@options.workspace
@options.event
@options.answers
@click.option("--name", default=None, help="The example's name; else 'recorded 1' and so on.")
@click.argument("mapping")
@click.argument("ref")
def record(
    folder: Path,
    workspace: str | None,
    event: str | None,
    answers: Path | None,
    name: str | None,
    mapping: str,
    ref: str,
) -> None:
    """Read the record REF with MAPPING (a key, or a file) and add it to the file's examples.

    Personal values are replaced by made-up ones that the same converters take; fields that nothing
    reads are left out. What the mapping gives now is what the example expects: read it before you
    keep it. The rest of the file stays byte for byte. Exit code 1 when an older example fails.
    """
    with in_words():
        study = open_study(folder, lambda known: options.one_workspace(known, workspace))
        try:
            given = read_answers(answers) if answers is not None else None
            done = Recording(study, mapping).record(ref, event=event, name=name, answers=given)
        finally:
            study.close()
    click.echo(f"{done.file}:{done.line}: example '{done.name}' was added and passes.")
    for problem in done.problems:
        click.echo(problem)
    sys.exit(1 if done.problems else 0)
