"""``paraph poll`` and ``paraph keep-hooks``: have done now what the hub does by itself every so
often, and tell what came of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.cli import options
from hub.contracts.capabilities import Capability
from hub.services import hook_care, polls
from hub.services.house import House, open_house
from hub.services.polls import Polled
from hub.storage.models import PolledTable


@click.command()
@options.config
@options.workspace
@click.argument("instance")
def poll(folder: Path, workspace: str | None, instance: str) -> None:
    """Ask INSTANCE now what has changed, for mappings with `trigger: poll`.

    Works beside a running hub, which reads the records; without one they are owed.
    """
    house = open_house(folder)
    key = options.one_workspace(house.core.workspace_ids, workspace)
    house.core.registry.settings(house.core.instance(house.core.workspace_ids[key], instance))
    tables = polls.tables_of(house.core, house.core.workspace_ids[key], instance)
    if not tables:
        raise click.UsageError(f"no mapping with 'trigger: poll' reads from '{instance}'")
    good = [_poll(house, row) for row in tables]
    house.stop()
    sys.exit(0 if all(good) else 1)


def _poll(house: House, row: PolledTable) -> bool:
    taken = 0
    while True:
        finished = house.engine.fire(polls.KIND, row.id)
        if finished is None:
            click.echo(f"ok   {row.source_table}: is being polled at this moment")
            return True
        result: Polled | None = finished.result
        error = finished.error or (result.error if result is not None else None)
        taken += result.taken if result is not None else 0
        if error is not None:
            click.echo(f"FAIL {row.source_table}: {taken} changes, then {error}")
            return False
        if result is None or result.held is not None:
            click.echo(f"FAIL {row.source_table}: nothing is asked now: see paraph probe")
            return False
        if not result.more:
            begun = "" if row.begun else "; what changes from now on will be taken"
            click.echo(f"ok   {row.source_table}: {taken} changes{begun}")
            return True


@click.command("keep-hooks")
@options.config
@options.workspace
@click.argument("instance", required=False)
def keep_hooks(folder: Path, workspace: str | None, instance: str | None) -> None:
    """Put in order what other sides call the hub for: all instances that can, or INSTANCE.

    The hub must be running: most upstreams try the address at once.
    """
    house = open_house(folder)
    key = options.one_workspace(house.core.workspace_ids, workspace)
    registry = house.core.registry
    able = [
        where.key
        for where in registry.instances(key)
        if registry.manifest(where).can(Capability.KEEPS_HOOKS)
    ]
    chosen = [one for one in able if instance in (None, one)]
    if instance is not None and not chosen:
        raise click.UsageError(f"'{instance}' keeps no hooks; these do: {', '.join(able) or '-'}")
    good = [_keep(house, house.core.workspace_ids[key], one) for one in chosen]
    house.stop()
    sys.exit(0 if all(good) else 1)


def _keep(house: House, workspace_id: str, instance: str) -> bool:
    with house.core.db.read() as session:
        row = hook_care.row_of(session, workspace_id, instance)
    finished = house.engine.fire(hook_care.KIND, row.id)
    if finished is None:
        click.echo(f"ok   {instance}: they are being looked at at this moment")
        return True
    result: hook_care.Kept | None = finished.result
    error = finished.error or (result.error if result is not None else None)
    if error is not None:
        click.echo(f"FAIL {instance}: {error}")
        return False
    if result is None or result.held is not None:
        click.echo(f"FAIL {instance}: nothing is asked now: see paraph probe")
        return False
    click.echo(f"ok   {instance}: {result.told}")
    return True
