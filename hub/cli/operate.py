"""``paraph probe``: reach the instances as they are configured now."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.cli import options
from hub.registry import InstanceKey
from hub.services import probes
from hub.services.credentials.kept_words import kept_words
from hub.services.house import House, open_house


@click.command()
@options.config
@options.workspace
@click.argument("instance", required=False)
def probe(folder: Path, workspace: str | None, instance: str | None) -> None:
    """Reach every instance (or INSTANCE) with its credentials; change nothing there."""
    house = open_house(folder)
    key = options.one_workspace(house.core.workspace_ids, workspace)
    known = house.core.registry.instances(key)
    chosen = [where for where in known if instance in (None, where.key)]
    if not chosen:
        names = ", ".join(where.key for where in known)
        raise click.UsageError(f"there is no instance '{instance}'; there are: {names}")
    good = [_probe(house, where) for where in chosen]
    sys.exit(0 if all(good) else 1)


def _probe(house: House, where: InstanceKey) -> bool:
    good, said = probes.probe(house.core, where)
    place = "" if good else f"\n    settings: {house.core.registry.settings(where).where}"
    click.echo(f"{'ok  ' if good else 'FAIL'} {where.key}: {said}{place}")
    kept = kept_words(house.core.registry.settings(where).kept)
    if kept:
        click.echo(f"    {kept}")
    return good
