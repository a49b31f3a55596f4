"""``paraph mail-preview``: an e-mail looked at before anybody gets one."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli import options
from hub.cli.words import in_words
from hub.services.mail_preview import MOMENTS, Letters, Preview, open_letters, send_to
from hub.services.study import Study, open_study
from hub.settings.workspace import LANGUAGES

HTML, EML, TEXT = ".html", ".eml", ".txt"


@click.command("mail-preview")
@options.config
@options.workspace
@click.option("--language", type=click.Choice(LANGUAGES), help="Else the workspace's own.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where it is written; .html, .eml or .txt says as what.",
)
@click.option(
    "--send-to", "to", metavar="ADDRESS", help="Send it there, by the first channel for e-mails."
)
@click.argument("kind")
@click.argument("moment", type=click.Choice(MOMENTS))
def mail_preview(
    folder: Path,
    workspace: str | None,
    language: str | None,
    out: Path | None,
    to: str | None,
    kind: str,
    moment: str,
) -> None:
    """Show the e-mail that goes out at MOMENT for requests of this KIND (as mappings have it, or
    any), with people and things that are made up. Nothing is stored.

    Exit code 2 for a word that is none, or a text that the workspace does not have.
    """
    if out is not None and out.suffix not in (HTML, EML, TEXT):
        raise click.UsageError(f"--out must end in {HTML}, {EML} or {TEXT}")

    def choose(known: dict[str, str]) -> str:
        return options.one_workspace(known, workspace)

    with in_words():
        letters = open_letters(folder, choose)
        made = letters.preview(kind, moment, language)
        if out is not None:
            out.write_bytes(_content(letters, made, out.suffix))
            click.echo(f"written to {out}")
        if to is not None:
            click.echo(_sent(open_study(folder, choose), made, to))
        if out is None and to is None:
            click.echo(_text(made))


def _sent(study: Study, made: Preview, to: str) -> str:
    try:
        key, receipt = send_to(study, made, to)
    finally:
        study.close()
    return f"sent by {key}: {receipt.detail.get('answer') or receipt.reference}"


def _content(letters: Letters, made: Preview, ending: str) -> bytes:
    if ending == HTML:
        return made.page().encode()
    if ending == EML:
        return made.message(letters.now, letters.workspace.email)
    return _text(made).encode()


def _text(made: Preview) -> str:
    return f"{made.subject}\n\n{made.text.rstrip()}\n"
