"""What operations do: probe instances, look at deliveries, owe again what was given up."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from hub.cli import options
from hub.engine import replay as work
from hub.registry import InstanceKey
from hub.services import health
from hub.services.house import House, open_house
from hub.services.overview import Overview

BATCH = 100


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
    good, said = health.probe(house.core, where)
    place = "" if good else f"\n    settings: {house.core.registry.settings(where).where}"
    click.echo(f"{'ok  ' if good else 'FAIL'} {where.key}: {said}{place}")
    return good


@click.command()
@options.config
@options.workspace
@click.option("--state", default=None, help="pending, retry, gave_up, delivered, ...")
@click.option("--destination", default=None, help="Only to this instance.")
@click.option("--id", "delivery_id", default=None, help="One delivery with its attempts.")
def deliveries(
    folder: Path,
    workspace: str | None,
    state: str | None,
    destination: str | None,
    delivery_id: str | None,
) -> None:
    """List what is owed, or was."""
    house = open_house(folder)
    key = options.one_workspace(house.core.workspace_ids, workspace)
    overview = Overview(house.core, house.core.workspace_ids[key])
    if delivery_id is not None:
        Console().print_json(data=overview.delivery(delivery_id))
        return
    table = Table("created", "state", "to", "what", "tries", "error", "id")
    for one in overview.deliveries(state=state, destination=destination)["items"]:
        table.add_row(
            one["created_at"][:19] + "Z",
            one["state"],
            one["destination"],
            f"{one['kind']} {one['step']}",
            str(one["attempts"]),
            one["error_code"] or "",
            one["id"],
        )
    Console().print(table)


@click.command()
@options.config
@options.workspace
@click.option("--destination", default=None, help="Only to this instance.")
@click.option("--code", default=None, help="Only with this error code.")
@click.option("--id", "ids", multiple=True, help="Only these deliveries.")
@click.option("--most", default=1000, show_default=True, help="At most so many, oldest first.")
@click.option("--per-second", default=50.0, show_default=True, help="Not faster than this.")
@click.option("--yes", is_flag=True, help="Do it; without this it only counts.")
def replay(
    folder: Path,
    workspace: str | None,
    destination: str | None,
    code: str | None,
    ids: tuple[str, ...],
    most: int,
    per_second: float,
    yes: bool,
) -> None:
    """Owe again what was given up or discarded. Keeps ids and bytes. Counts first."""
    house = open_house(folder)
    core = house.core
    key = options.one_workspace(core.workspace_ids, workspace)
    which = work.WorkFilter(
        workspace_id=core.workspace_ids[key],
        destination=destination,
        code=code,
        ids=ids,
        most=most,
    )
    with core.db.read() as session:
        count = work.count(session, which)
    minutes = count / per_second / 60
    click.echo(f"{count} deliveries to {destination or 'every instance'}, {minutes:.1f} minutes")
    if not yes:
        click.echo("Nothing was changed. Add --yes to owe them again.")
        return
    _replay_slowly(house, which, count, per_second)


def _replay_slowly(house: House, which: work.WorkFilter, count: int, per_second: float) -> None:
    import time
    from dataclasses import replace

    core, done = house.core, 0
    with Progress() as progress:
        bar = progress.add_task("owed again", total=count)
        while done < count:
            batch = replace(which, most=min(BATCH, count - done))
            with core.db.write() as session:
                changed = work.replay(session, batch, core.clock.wall())
            if changed == 0:
                break
            done += changed
            progress.update(bar, completed=done)
            time.sleep(changed / per_second)
    click.echo(f"{done} deliveries are owed again.")
