"""Looking after cases: what came in, and withdrawing a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from hub.cli import options
from hub.kernel.errors import NotFound, Refused
from hub.services.house import open_house
from hub.services.office import open_office
from hub.services.overview import Overview
from hub.services.replay_filters import SOURCES
from hub.services.withdrawals import withdraw

_COLUMNS = ("received_at", "source", "instance", "outcome", "repeats", "request_id", "id")


@click.command()
@options.config
@options.workspace
@click.option("--source", type=click.Choice(SOURCES), default=None)
@click.option("--outcome", default=None, help="E.g. request, already_open, no_mapping.")
@click.option("--most", default=50, show_default=True, help="At most so many.")
@click.option("--id", "inbound_id", default=None, help="One call with its headers and body.")
def inbound(
    folder: Path,
    workspace: str | None,
    source: str | None,
    outcome: str | None,
    most: int,
    inbound_id: str | None,
) -> None:
    """List calls that came in, newest first, without bodies. Tab-separated."""
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    overview = Overview(office, office.workspace_ids[key])
    if inbound_id is not None:
        click.echo(_one(overview, inbound_id))
        return
    click.echo("\t".join(_COLUMNS))
    page: dict[str, Any] = {"next": None}
    shown = 0
    while shown < most:
        page = overview.inbound(source=source, outcome=outcome, after=page["next"])
        for item in page["items"][: most - shown]:
            click.echo("\t".join(str(item[name] or "") for name in _COLUMNS))
        shown += len(page["items"])
        if page["next"] is None:
            return


def _one(overview: Overview, inbound_id: str) -> str:
    try:
        return orjson.dumps(overview.one_inbound(inbound_id), option=orjson.OPT_INDENT_2).decode()
    except NotFound as error:
        raise click.ClickException(error.detail) from None


@click.command()
@options.config
@options.workspace
@click.argument("request_id")
def cancel(folder: Path, workspace: str | None, request_id: str) -> None:
    """Withdraw the open request REQUEST_ID; the record upstream is told."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    try:
        withdraw(core, core.workspace_ids[key], request_id, by="operator")
    except (NotFound, Refused) as error:
        raise click.ClickException(f"{error.detail}: {request_id}") from None
    click.echo("The request is withdrawn; a running hub tells the upstream.")
