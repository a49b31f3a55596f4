"""What is owed, or was: look at deliveries, owe them again, discard them. On the database alone, so
that it works beside a running hub and with faulty files, and changes nothing else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.orm import Session

from hub.cli import options
from hub.engine import replay as work
from hub.kernel.errors import NotFound
from hub.services.office import Office, open_office
from hub.services.overview import Overview

BATCH = 100
STATES = (*work.WAITING, "leased", "delivered", "cancelled", *work.REPLAYABLE)
COLUMNS = ("created", "state", "to", "what", "tries", "error", "id")


@click.command()
@options.config
@options.workspace
@click.option("--state", type=click.Choice(STATES), default=None, help="Only in this state.")
@click.option("--destination", default=None, help="Only to this instance.")
@click.option("--id", "delivery_id", default=None, help="One delivery with its attempts.")
@click.option("--most", default=1000, show_default=True, help="At most so many, newest first.")
def deliveries(
    folder: Path,
    workspace: str | None,
    state: str | None,
    destination: str | None,
    delivery_id: str | None,
    most: int,
) -> None:
    """List what is owed, or was. Piped, it is tab-separated and nothing is cut."""
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    overview = Overview(office, office.workspace_ids[key])
    if delivery_id is not None:
        try:
            Console().print_json(data=overview.delivery(delivery_id))
        except NotFound as error:
            raise click.ClickException(f"{error.detail}: {delivery_id}") from None
        return
    rows: list[tuple[str, ...]] = []
    page: dict[str, Any] = {"next": None}
    while len(rows) < most:
        page = overview.deliveries(state=state, destination=destination, after=page["next"])
        rows += [_row(one) for one in page["items"]]
        if page["next"] is None:
            break
    _show(rows[:most])
    if page["next"] is not None or len(rows) > most:
        click.echo(f"There are more than {most}; see them with --most.", err=True)


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["created_at"][:19] + "Z",
        one["state"],
        one["destination"],
        f"{one['kind']} {one['step']}".strip(),
        str(one["attempts"]),
        one["error_code"] or "",
        one["id"],
    )


def _show(rows: list[tuple[str, ...]]) -> None:
    if not sys.stdout.isatty():
        for row in (COLUMNS, *rows):
            click.echo("\t".join(row))
        return
    table = Table(*COLUMNS[:-1])
    table.add_column("id", no_wrap=True, min_width=36)
    for row in rows:
        table.add_row(*row)
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
    office = open_office(folder)
    which = _which(office, workspace, destination, code, ids, most)
    with office.db.read() as session:
        count = work.count(session, which)
    minutes = count / per_second / 60
    click.echo(f"{count} deliveries to {destination or 'every instance'}, {minutes:.1f} minutes")
    if not yes:
        click.echo("Nothing was changed. Add --yes to owe them again.")
        return

    def owe(session: Session, batch: work.WorkFilter) -> int:
        return work.replay(session, batch, office.clock.wall())

    done = _in_batches(office, which, count, owe, per_second)
    click.echo(f"{done} deliveries are owed again.")


@click.command()
@options.config
@options.workspace
@click.option("--destination", default=None, help="Only to this instance.")
@click.option("--code", default=None, help="Only with this error code.")
@click.option("--id", "ids", multiple=True, help="Only these deliveries.")
@click.option("--most", default=1000, show_default=True, help="At most so many, oldest first.")
@click.option("--yes", is_flag=True, help="Do it; without this it only counts.")
def discard(
    folder: Path,
    workspace: str | None,
    destination: str | None,
    code: str | None,
    ids: tuple[str, ...],
    most: int,
    yes: bool,
) -> None:
    """Decide that what was given up is not owed any more. Health no longer counts it; replay can
    still owe it again. Counts first."""
    office = open_office(folder)
    which = _which(office, workspace, destination, code, ids, most)
    with office.db.read() as session:
        count = work.count(session, which, work.GIVEN_UP)
    click.echo(f"{count} given-up deliveries to {destination or 'every instance'}")
    if not yes:
        click.echo("Nothing was changed. Add --yes to discard them.")
        return

    def drop(session: Session, batch: work.WorkFilter) -> int:
        return work.discard(session, batch, office.clock.now(), work.GIVEN_UP)

    click.echo(f"{_in_batches(office, which, count, drop)} deliveries were discarded.")


def _which(
    office: Office,
    workspace: str | None,
    destination: str | None,
    code: str | None,
    ids: tuple[str, ...],
    most: int,
) -> work.WorkFilter:
    key = options.one_workspace(office.workspace_ids, workspace)
    which = work.WorkFilter(
        workspace_id=office.workspace_ids[key], destination=destination, code=code, most=most
    )
    return with_changes(which, ids=ids) if ids else which  # without --id: all that fit the rest


def _in_batches(
    office: Office,
    which: work.WorkFilter,
    count: int,
    do: Callable[[Session, work.WorkFilter], int],
    per_second: float | None = None,
) -> int:
    done = 0
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("done", total=count)
        while done < count:
            with office.db.write() as session:
                changed = do(session, with_changes(which, most=min(BATCH, count - done)))
            if changed == 0:
                break
            done += changed
            progress.update(bar, completed=done)
            if per_second:
                time.sleep(changed / per_second)
    return done
