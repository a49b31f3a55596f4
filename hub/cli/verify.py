"""``paraph verify``: whether a proof holds, without a connection to anybody."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from hub.cli import options
from hub.cli.words import in_words
from hub.services.evidence.archive import LONGEST
from hub.services.evidence.seals import checker, installation_trust, trusting
from hub.services.evidence.verifying import Verdict
from hub.services.evidence.verifying import verify as judged
from hub.services.sealing import Trust
from hub.settings import load_hub_settings

_HOLDS, _DIFFERS, _NO_PROOF = 0, 1, 2


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trust",
    "roots",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    envvar="PARAPH_TRUST",
    help="Certificates (PEM) whose seals you trust; may be given several times. Without it: those "
    "of the installation in the configuration folder.",
)
@options.config
@options.output
def verify(file: Path, roots: tuple[Path, ...], folder: Path, output: str) -> None:
    """Check FILE, a bundle (zip) or a sealed PDF, and name the first thing in it that differs.

    Exit code 0: the proof holds; 1: it does not; 2: wrong usage, or FILE is no proof at all.
    """
    if file.stat().st_size > LONGEST:
        raise click.UsageError(f"{file} has more than {LONGEST} bytes: no proof is that large")
    with in_words():
        verdict = judged(file.read_bytes(), checker(_trust(roots, folder)))
    if output == "json":
        click.echo(json.dumps(asdict(verdict), ensure_ascii=False, default=str))
    else:
        _show(verdict)
    sys.exit(_HOLDS if verdict.ok else _NO_PROOF if verdict.kind == "unreadable" else _DIFFERS)


def _trust(roots: tuple[Path, ...], folder: Path) -> Trust:
    """Whom to trust: those who were named, or the installation that this machine has."""
    if roots:
        return trusting(roots)
    settings = folder / "paraph.yaml"
    if not settings.exists():
        raise click.UsageError(
            f"whose seals do you trust? Give --trust FILE, the root certificate (PEM) that the "
            f"sender gave you, or --config FOLDER of the installation; there is no {settings}"
        )
    known = installation_trust(load_hub_settings(settings))
    if known is None:
        raise click.UsageError(
            f"the installation in {folder} has not sealed anything yet and names no certificate: "
            "give --trust FILE, the root certificate (PEM) of whoever sealed"
        )
    return known


def _show(verdict: Verdict) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if not verdict.ok:
        where = f": {verdict.member}" if verdict.member else ""
        console.print(Text(f"✗ The proof does not hold{where}", style="bold red"))
        console.print(Text(f"  {verdict.problem}"))
        return
    console.print(Text("✓ The proof holds", style="bold green"))
    for label, value in _facts(verdict):
        console.print(Text(f"  {label:<9}", style="dim").append(value, style="not dim"))


def _facts(verdict: Verdict) -> list[tuple[str, str]]:
    at = f"{verdict.sealed_at:%Y-%m-%d %H:%M:%S %Z}" if verdict.sealed_at else "at an unknown time"
    told = [
        ("Request", verdict.number),
        ("Seal", f"{verdict.signer}, {at}, {verdict.level}"),
        ("History", f"{verdict.events} events, unbroken"),
    ]
    if verdict.kind == "bundle":
        told.append(("Files", f"{verdict.members}, each as it was sealed"))
    if verdict.erased:
        told.append(("Erased", ", ".join(verdict.erased) + " (the proof holds without them)"))
    return told
