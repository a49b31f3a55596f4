"""What is owed, or was: a look at deliveries. On the database alone, so that it works beside a
running hub and with faulty files, and changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hub.cli import options
from hub.engine.replay import STATES
from hub.kernel.errors import NotFound, Refused
from hub.services.office import open_office
from hub.services.overview import Overview
from hub.services.replay_filters import check_destination

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
            raise click.ClickException(error.detail) from None
        return
    try:
        with office.db.read() as session:
            check_destination(session, office.workspace_ids[key], destination)
    except Refused as error:
        raise click.UsageError(error.detail) from None
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
