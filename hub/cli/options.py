"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

config = click.option(
    "--config",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("config"),
    show_default=True,
    envvar="PARAPH_CONFIG",
    help="The configuration folder: paraph.yaml, workspaces/.",
)
workspace = click.option("--workspace", default=None, help="Which workspace; needed with several.")
output = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
event = click.option("--event", default=None, help="What happens to the request, e.g. completed.")
answers = click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A YAML or JSON file that fills in the form: field, then answer.",
)


def one_workspace(known: dict[str, str], wanted: str | None) -> str:
    """The wanted workspace's key, or the only one there is."""
    if wanted is None and len(known) == 1:
        return next(iter(known))
    if wanted not in known:
        raise click.UsageError(f"--workspace must be one of: {', '.join(sorted(known))}")
    return wanted
